using Trapline.Hypervisor.Isa.Ieee754;
using Trapline.Hypervisor.Isa.Meanings;
using static Trapline.Hypervisor.Isa.Extension;
using static Trapline.Hypervisor.Isa.Rows;

namespace Trapline.Hypervisor.Isa;

public static partial class InstructionTable
{
    // Chapter F.
    private static InstructionRow[] FloatRows =>
    [
        Memory<FloatLoad<uint>>("imm12 rs1 010 rd 0000111", "flw", Format.FloatLoad, F),
        Memory<FloatStore<uint>>("imm7 rs2 rs1 010 imm5 0100111", "fsw", Format.FloatStore, F),
        Float<FusedMultiplyAdd<Binary32>>("rs3 00 rs2 rs1 rm rd 1000011", "fmadd.s", Format.FloatFused, F),
        Float<FusedMultiplySubtract<Binary32>>("rs3 00 rs2 rs1 rm rd 1000111", "fmsub.s", Format.FloatFused, F),
        Float<NegatedMultiplySubtract<Binary32>>("rs3 00 rs2 rs1 rm rd 1001011", "fnmsub.s", Format.FloatFused, F),
        Float<NegatedMultiplyAdd<Binary32>>("rs3 00 rs2 rs1 rm rd 1001111", "fnmadd.s", Format.FloatFused, F),
        Float<FloatAdd<Binary32>>("0000000 rs2 rs1 rm rd 1010011", "fadd.s", Format.FloatRounded, F),
        Float<FloatSubtract<Binary32>>("0000100 rs2 rs1 rm rd 1010011", "fsub.s", Format.FloatRounded, F),
        Float<FloatMultiply<Binary32>>("0001000 rs2 rs1 rm rd 1010011", "fmul.s", Format.FloatRounded, F),
        Float<FloatDivide<Binary32>>("0001100 rs2 rs1 rm rd 1010011", "fdiv.s", Format.FloatRounded, F),
        Float<FloatSquareRoot<Binary32>>("0101100 00000 rs1 rm rd 1010011", "fsqrt.s", Format.FloatUnary, F),
        Float<SignCopy<Binary32>>("0010000 rs2 rs1 000 rd 1010011", "fsgnj.s", Format.FloatRegister, F),
        Float<SignCopyNegated<Binary32>>("0010000 rs2 rs1 001 rd 1010011", "fsgnjn.s", Format.FloatRegister, F),
        Float<SignExclusiveOr<Binary32>>("0010000 rs2 rs1 010 rd 1010011", "fsgnjx.s", Format.FloatRegister, F),
        Float<FloatMinimum<Binary32>>("0010100 rs2 rs1 000 rd 1010011", "fmin.s", Format.FloatRegister, F),
        Float<FloatMaximum<Binary32>>("0010100 rs2 rs1 001 rd 1010011", "fmax.s", Format.FloatRegister, F),
        Float<ToInteger<Binary32, ToInt32>>("1100000 00000 rs1 rm rd 1010011", "fcvt.w.s", Format.FloatToInteger, F),
        Float<ToInteger<Binary32, ToUInt32>>("1100000 00001 rs1 rm rd 1010011", "fcvt.wu.s", Format.FloatToInteger, F),
        Float<ToInteger<Binary32, ToInt64>>("1100000 00010 rs1 rm rd 1010011", "fcvt.l.s", Format.FloatToInteger, F),
        Float<ToInteger<Binary32, ToUInt64>>("1100000 00011 rs1 rm rd 1010011", "fcvt.lu.s", Format.FloatToInteger, F),
        Float<MoveToInteger<Binary32>>("1110000 00000 rs1 000 rd 1010011", "fmv.x.w", Format.FloatMoveToInteger, F),
        Float<FloatEqual<Binary32>>("1010000 rs2 rs1 010 rd 1010011", "feq.s", Format.FloatCompare, F),
        Float<FloatLess<Binary32>>("1010000 rs2 rs1 001 rd 1010011", "flt.s", Format.FloatCompare, F),
        Float<FloatLessEqual<Binary32>>("1010000 rs2 rs1 000 rd 1010011", "fle.s", Format.FloatCompare, F),
        Float<Classify<Binary32>>("1110000 00000 rs1 001 rd 1010011", "fclass.s", Format.FloatMoveToInteger, F),
        Float<FromInteger<Binary32, FromInt32>>("1101000 00000 rs1 rm rd 1010011", "fcvt.s.w", Format.FloatFromInteger, F),
        Float<FromInteger<Binary32, FromUInt32>>("1101000 00001 rs1 rm rd 1010011", "fcvt.s.wu", Format.FloatFromInteger, F),
        Float<FromInteger<Binary32, FromInt64>>("1101000 00010 rs1 rm rd 1010011", "fcvt.s.l", Format.FloatFromInteger, F),
        Float<FromInteger<Binary32, FromUInt64>>("1101000 00011 rs1 rm rd 1010011", "fcvt.s.lu", Format.FloatFromInteger, F),
        Float<MoveFromInteger<Binary32>>("1111000 00000 rs1 000 rd 1010011", "fmv.w.x", Format.FloatMoveFromInteger, F),
    ];

    // Chapter D.
    private static InstructionRow[] DoubleRows =>
    [
        Memory<FloatLoad<ulong>>("imm12 rs1 011 rd 0000111", "fld", Format.FloatLoad, D),
        Memory<FloatStore<ulong>>("imm7 rs2 rs1 011 imm5 0100111", "fsd", Format.FloatStore, D),
        Float<FusedMultiplyAdd<Binary64>>("rs3 01 rs2 rs1 rm rd 1000011", "fmadd.d", Format.FloatFused, D),
        Float<FusedMultiplySubtract<Binary64>>("rs3 01 rs2 rs1 rm rd 1000111", "fmsub.d", Format.FloatFused, D),
        Float<NegatedMultiplySubtract<Binary64>>("rs3 01 rs2 rs1 rm rd 1001011", "fnmsub.d", Format.FloatFused, D),
        Float<NegatedMultiplyAdd<Binary64>>("rs3 01 rs2 rs1 rm rd 1001111", "fnmadd.d", Format.FloatFused, D),
        Float<FloatAdd<Binary64>>("0000001 rs2 rs1 rm rd 1010011", "fadd.d", Format.FloatRounded, D),
        Float<FloatSubtract<Binary64>>("0000101 rs2 rs1 rm rd 1010011", "fsub.d", Format.FloatRounded, D),
        Float<FloatMultiply<Binary64>>("0001001 rs2 rs1 rm rd 1010011", "fmul.d", Format.FloatRounded, D),
        Float<FloatDivide<Binary64>>("0001101 rs2 rs1 rm rd 1010011", "fdiv.d", Format.FloatRounded, D),
        Float<FloatSquareRoot<Binary64>>("0101101 00000 rs1 rm rd 1010011", "fsqrt.d", Format.FloatUnary, D),
        Float<SignCopy<Binary64>>("0010001 rs2 rs1 000 rd 1010011", "fsgnj.d", Format.FloatRegister, D),
        Float<SignCopyNegated<Binary64>>("0010001 rs2 rs1 001 rd 1010011", "fsgnjn.d", Format.FloatRegister, D),
        Float<SignExclusiveOr<Binary64>>("0010001 rs2 rs1 010 rd 1010011", "fsgnjx.d", Format.FloatRegister, D),
        Float<FloatMinimum<Binary64>>("0010101 rs2 rs1 000 rd 1010011", "fmin.d", Format.FloatRegister, D),
        Float<FloatMaximum<Binary64>>("0010101 rs2 rs1 001 rd 1010011", "fmax.d", Format.FloatRegister, D),
        Float<Convert<Binary64, Binary32>>("0100000 00001 rs1 rm rd 1010011", "fcvt.s.d", Format.FloatUnary, D),
        Float<Convert<Binary32, Binary64>>("0100001 00000 rs1 rm rd 1010011", "fcvt.d.s", Format.FloatUnary, D),
        Float<FloatEqual<Binary64>>("1010001 rs2 rs1 010 rd 1010011", "feq.d", Format.FloatCompare, D),
        Float<FloatLess<Binary64>>("1010001 rs2 rs1 001 rd 1010011", "flt.d", Format.FloatCompare, D),
        Float<FloatLessEqual<Binary64>>("1010001 rs2 rs1 000 rd 1010011", "fle.d", Format.FloatCompare, D),
        Float<Classify<Binary64>>("1110001 00000 rs1 001 rd 1010011", "fclass.d", Format.FloatMoveToInteger, D),
        Float<ToInteger<Binary64, ToInt32>>("1100001 00000 rs1 rm rd 1010011", "fcvt.w.d", Format.FloatToInteger, D),
        Float<ToInteger<Binary64, ToUInt32>>("1100001 00001 rs1 rm rd 1010011", "fcvt.wu.d", Format.FloatToInteger, D),
        Float<ToInteger<Binary64, ToInt64>>("1100001 00010 rs1 rm rd 1010011", "fcvt.l.d", Format.FloatToInteger, D),
        Float<ToInteger<Binary64, ToUInt64>>("1100001 00011 rs1 rm rd 1010011", "fcvt.lu.d", Format.FloatToInteger, D),
        Float<MoveToInteger<Binary64>>("1110001 00000 rs1 000 rd 1010011", "fmv.x.d", Format.FloatMoveToInteger, D),
        Float<FromInteger<Binary64, FromInt32>>("1101001 00000 rs1 rm rd 1010011", "fcvt.d.w", Format.FloatFromInteger, D),
        Float<FromInteger<Binary64, FromUInt32>>("1101001 00001 rs1 rm rd 1010011", "fcvt.d.wu", Format.FloatFromInteger, D),
        Float<FromInteger<Binary64, FromInt64>>("1101001 00010 rs1 rm rd 1010011", "fcvt.d.l", Format.FloatFromInteger, D),
        Float<FromInteger<Binary64, FromUInt64>>("1101001 00011 rs1 rm rd 1010011", "fcvt.d.lu", Format.FloatFromInteger, D),
        Float<MoveFromInteger<Binary64>>("1111001 00000 rs1 000 rd 1010011", "fmv.d.x", Format.FloatMoveFromInteger, D),
    ];
}
