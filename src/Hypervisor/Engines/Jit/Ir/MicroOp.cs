using Trapline.Hypervisor.Cpu;

namespace Trapline.Hypervisor.Engines.Jit.Ir;

/// <summary>
/// What a translation is made of. Registers are guest registers; operand B is a register or the immediate. Nothing here knows the
/// host: a back-end turns each operation into its own instructions.
/// </summary>
internal enum MicroOpcode : byte
{
#pragma warning disable CS1591 // Word forms work on 32 bits and sign-extend the result.
    Constant,
    Add, Subtract, And, Or, Xor, AndNot, OrNot, ExclusiveNor,
    AddWord, SubtractWord,
    ShiftLeft, ShiftRight, ShiftRightArithmetic, ShiftLeftWord, ShiftRightWord, ShiftRightArithmeticWord,
    RotateLeft, RotateRight, RotateLeftWord, RotateRightWord,
    SetLess, SetLessUnsigned,
    Minimum, Maximum, MinimumUnsigned, MaximumUnsigned,
    Multiply, MultiplyWord, MultiplyHigh, MultiplyHighUnsigned, MultiplyHighMixed,
    Divide, DivideUnsigned, Remainder, RemainderUnsigned, DivideWord, DivideUnsignedWord, RemainderWord, RemainderUnsignedWord,
    ShiftAdd, ShiftAddUnsignedWord, ShiftLeftUnsignedWord,
    LeadingZeros, LeadingZerosWord, TrailingZeros, TrailingZerosWord, PopulationCount, PopulationCountWord,
    SignExtendByte, SignExtendHalf, ZeroExtendHalf, ZeroExtendWord, ReverseBytes, OrCombineBytes,
    BitClear, BitExtract, BitInvert, BitSet,
    Load, Store, FloatLoad, FloatStore,
    AtomicSwap, AtomicAdd, AtomicAnd, AtomicOr, AtomicXor, AtomicMinimum, AtomicMaximum, AtomicMinimumUnsigned, AtomicMaximumUnsigned,
    LoadReserved, StoreConditional,
    ReadRegister, ExchangeRegister,
    FloatAdd, FloatSubtract, FloatMultiply, FloatDivide, FloatSquareRoot,
    FusedMultiplyAdd, FusedMultiplySubtract, NegatedMultiplySubtract, NegatedMultiplyAdd,
    SignCopy, SignCopyNegated, SignExclusiveOr, FloatMinimum, FloatMaximum,
    FloatEqual, FloatLess, FloatLessEqual,
    FloatToInteger, FloatFromInteger, FloatConvert, MoveFloatToInteger, MoveIntegerToFloat,
    ReadFlags, ExchangeFlags, SetFlags, ClearFlags,

    /// <summary>The meaning of the instruction's row, called in the interpreter.</summary>
    Interpret,
#pragma warning restore CS1591
}

/// <summary>One micro-operation, with the guest instruction that it stands for.</summary>
internal struct MicroOp
{
    /// <summary>What to do.</summary>
    public MicroOpcode Opcode;

    /// <summary>The destination, integer or floating-point by opcode; <see cref="Memory.RegisterFile.Discard"/> for none.</summary>
    public byte Rd;

    /// <summary>The first source.</summary>
    public byte Ra;

    /// <summary>The second source, unless <see cref="HasImmediate"/>.</summary>
    public byte Rb;

    /// <summary>The third source of fused operations.</summary>
    public byte Rc;

    /// <summary>Operand B is <see cref="Immediate"/>.</summary>
    public bool HasImmediate;

    /// <summary>Bytes of a memory access; of floating-point operands 4 or 8; of an integer that is converted 4 or 8.</summary>
    public byte Size;

    /// <summary>Bytes of the floating-point side of a conversion.</summary>
    public byte FloatSize;

    /// <summary>A load extends the sign, a conversion is of signed integers.</summary>
    public bool IsSigned;

    /// <summary>An access whose page probably is that of the access before it; see <see cref="AddressTrends"/>.</summary>
    public bool IsSteady;

    /// <summary>The rounding mode field.</summary>
    public byte Rounding;

    /// <summary>The shift of ShiftAdd.</summary>
    public byte Shift;

    /// <summary>Bytes of the instruction in memory.</summary>
    public byte Length;

    /// <summary>Position of the instruction in its block.</summary>
    public byte Index;

    /// <summary>Where the instruction stands in its page.</summary>
    public ushort PageOffset;

    /// <summary>The instruction, expanded to 32 bits.</summary>
    public uint Raw;

    /// <summary>The immediate operand or displacement; of a control and status register its number.</summary>
    public long Immediate;

    /// <summary>Not computed on the straight way, but by whoever leaves before <see cref="Until"/>; see <see cref="Deferral"/>.</summary>
    public bool IsDeferred;

    /// <summary>Of what is deferred, the operation of the block that writes the register next.</summary>
    public byte Until;

    /// <summary>The registers that it reads and writes.</summary>
    public RegisterUse Use;

    /// <summary>Whether it needs the floating-point unit to be on and to round to nearest.</summary>
    public readonly bool IsFloatOperation => Opcode is >= MicroOpcode.FloatAdd and <= MicroOpcode.ClearFlags
        or MicroOpcode.FloatLoad or MicroOpcode.FloatStore;

    /// <inheritdoc/>
    public override readonly string ToString() => IsDeferred ? $"({Meaning()})" : Meaning();

    private readonly string Meaning()
    {
        return Opcode switch
        {
            MicroOpcode.Constant => $"r{Rd} := 0x{Immediate:x}",
            MicroOpcode.Load => $"Load r{Rd}, r{Ra}, {Immediate} ({Size} bytes{(IsSigned ? ", signed" : "")})",
            MicroOpcode.Store => $"Store r{Rb}, r{Ra}, {Immediate} ({Size} bytes)",
            MicroOpcode.FloatLoad => $"FloatLoad f{Rd}, r{Ra}, {Immediate} ({Size} bytes)",
            MicroOpcode.FloatStore => $"FloatStore f{Rb}, r{Ra}, {Immediate} ({Size} bytes)",
            >= MicroOpcode.FloatAdd and <= MicroOpcode.FloatMaximum => $"{Opcode} f{Rd}, f{Ra}, f{Rb} ({FloatSize} bytes)",
            MicroOpcode.ReadRegister => $"ReadRegister r{Rd}, {(Csr)Immediate}",
            MicroOpcode.ExchangeRegister => $"ExchangeRegister r{Rd}, {(Csr)Immediate}, r{Ra}",
            MicroOpcode.ReadFlags => $"ReadFlags r{Rd}",
            >= MicroOpcode.ExchangeFlags and <= MicroOpcode.ClearFlags => HasImmediate ? $"{Opcode} r{Rd}, {Immediate}" : $"{Opcode} r{Rd}, r{Ra}",
            MicroOpcode.Interpret => "Interpret",
            _ => HasImmediate ? $"{Opcode} r{Rd}, r{Ra}, {Immediate}" : $"{Opcode} r{Rd}, r{Ra}, r{Rb}",
        };
    }
}

/// <summary>Sets of registers: bit n for integer register n, bit 32 + n for floating-point register n. x0 is never in a set.</summary>
/// <param name="Reads">Read before anything is written.</param>
/// <param name="Writes">Written.</param>
internal readonly record struct RegisterUse(ulong Reads, ulong Writes)
{
    /// <summary>The bit of an integer register; none for x0 and the discarded one.</summary>
    public static ulong Integer(int register) => register is 0 or >= 32 ? 0 : 1UL << register;

    /// <summary>The bit of a floating-point register.</summary>
    public static ulong Float(int register) => 1UL << (32 + register);
}
