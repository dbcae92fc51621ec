using Trapline.Hypervisor.Isa;
using static Trapline.Hypervisor.Engines.Jit.Ir.MicroOpcode;

namespace Trapline.Hypervisor.Engines.Jit.Ir;

/// <summary>What the micro-operation of a row is, apart from its operands.</summary>
internal readonly record struct Recipe(
    MicroOpcode Opcode, byte Size = 8, bool IsSigned = false, byte FloatSize = 8, byte Shift = 0);

/// <summary>From rows of the instruction table to micro-operations. A row that is missing here is interpreted.</summary>
internal static class Recipes
{
    private static readonly Dictionary<string, Recipe> ByName = Build();

    private static readonly Recipe[] ByRow = [.. InstructionTable.Rows.Select(row =>
        ByName.TryGetValue(row.Name, out Recipe recipe) ? recipe : new Recipe(Interpret))];

    /// <summary>The recipe of a row.</summary>
    public static Recipe Of(int row) => ByRow[row];

    private static Dictionary<string, Recipe> Build()
    {
        var table = new Dictionary<string, Recipe>();
        AddInteger(table);
        AddMemory(table);
        AddFloat(table);
        return table;
    }

    private static void AddInteger(Dictionary<string, Recipe> table)
    {
        foreach ((string names, MicroOpcode opcode) in (ReadOnlySpan<(string, MicroOpcode)>)
        [
            ("add addi", Add), ("sub", Subtract), ("and andi", And), ("or ori", Or), ("xor xori", Xor), ("andn", AndNot), ("orn", OrNot),
            ("xnor", ExclusiveNor), ("addw addiw", AddWord), ("subw", SubtractWord), ("sll slli", ShiftLeft), ("srl srli", ShiftRight),
            ("sra srai", ShiftRightArithmetic), ("sllw slliw", ShiftLeftWord), ("srlw srliw", ShiftRightWord),
            ("sraw sraiw", ShiftRightArithmeticWord), ("rol", RotateLeft), ("ror rori", RotateRight), ("rolw", RotateLeftWord),
            ("rorw roriw", RotateRightWord), ("slt slti", SetLess), ("sltu sltiu", SetLessUnsigned), ("min", Minimum), ("max", Maximum),
            ("minu", MinimumUnsigned), ("maxu", MaximumUnsigned), ("mul", Multiply), ("mulw", MultiplyWord), ("mulh", MultiplyHigh),
            ("mulhu", MultiplyHighUnsigned), ("mulhsu", MultiplyHighMixed), ("div", Divide), ("divu", DivideUnsigned), ("rem", Remainder),
            ("remu", RemainderUnsigned), ("divw", DivideWord), ("divuw", DivideUnsignedWord), ("remw", RemainderWord),
            ("remuw", RemainderUnsignedWord), ("slli.uw", ShiftLeftUnsignedWord), ("clz", LeadingZeros), ("clzw", LeadingZerosWord),
            ("ctz", TrailingZeros), ("ctzw", TrailingZerosWord), ("cpop", PopulationCount), ("cpopw", PopulationCountWord),
            ("sext.b", SignExtendByte), ("sext.h", SignExtendHalf), ("zext.h", ZeroExtendHalf), ("rev8", ReverseBytes), ("orc.b", OrCombineBytes),
            ("bclr bclri", BitClear), ("bext bexti", BitExtract), ("binv binvi", BitInvert), ("bset bseti", BitSet),
        ])
        {
            foreach (string name in names.Split(' '))
                table.Add(name, new Recipe(opcode));
        }
        for (byte shift = 1; shift <= 3; shift++)
        {
            table.Add($"sh{shift}add", new Recipe(ShiftAdd, Shift: shift));
            table.Add($"sh{shift}add.uw", new Recipe(ShiftAddUnsignedWord, Shift: shift));
        }
        table.Add("add.uw", new Recipe(ShiftAddUnsignedWord));
    }

    private static void AddMemory(Dictionary<string, Recipe> table)
    {
        foreach ((string name, byte size, bool signed) in (ReadOnlySpan<(string, byte, bool)>)
            [("lb", 1, true), ("lh", 2, true), ("lw", 4, true), ("ld", 8, false), ("lbu", 1, false), ("lhu", 2, false), ("lwu", 4, false)])
        {
            table.Add(name, new Recipe(Load, size, signed));
        }
        foreach ((string name, byte size) in (ReadOnlySpan<(string, byte)>)[("sb", 1), ("sh", 2), ("sw", 4), ("sd", 8)])
            table.Add(name, new Recipe(Store, size));
        table.Add("flw", new Recipe(FloatLoad, 4));
        table.Add("fld", new Recipe(FloatLoad, 8));
        table.Add("fsw", new Recipe(FloatStore, 4));
        table.Add("fsd", new Recipe(FloatStore, 8));
        foreach ((string suffix, byte size) in (ReadOnlySpan<(string, byte)>)[("w", 4), ("d", 8)])
        {
            foreach ((string name, MicroOpcode opcode) in (ReadOnlySpan<(string, MicroOpcode)>)
            [
                ("amoswap", AtomicSwap), ("amoadd", AtomicAdd), ("amoand", AtomicAnd), ("amoor", AtomicOr), ("amoxor", AtomicXor),
                ("amomin", AtomicMinimum), ("amomax", AtomicMaximum), ("amominu", AtomicMinimumUnsigned), ("amomaxu", AtomicMaximumUnsigned),
                ("lr", LoadReserved), ("sc", StoreConditional),
            ])
            {
                table.Add($"{name}.{suffix}", new Recipe(opcode, size));
            }
        }
    }

    private static void AddFloat(Dictionary<string, Recipe> table)
    {
        foreach ((string suffix, byte size) in (ReadOnlySpan<(string, byte)>)[("s", 4), ("d", 8)])
        {
            foreach ((string name, MicroOpcode opcode) in (ReadOnlySpan<(string, MicroOpcode)>)
            [
                ("fadd", FloatAdd), ("fsub", FloatSubtract), ("fmul", FloatMultiply), ("fdiv", FloatDivide), ("fsqrt", FloatSquareRoot),
                ("fmadd", FusedMultiplyAdd), ("fmsub", FusedMultiplySubtract), ("fnmsub", NegatedMultiplySubtract),
                ("fnmadd", NegatedMultiplyAdd), ("fsgnj", SignCopy), ("fsgnjn", SignCopyNegated), ("fsgnjx", SignExclusiveOr),
                ("fmin", FloatMinimum), ("fmax", FloatMaximum),
                ("feq", FloatEqual), ("flt", FloatLess), ("fle", FloatLessEqual),
            ])
            {
                table.Add($"{name}.{suffix}", new Recipe(opcode, size, FloatSize: size));
            }
            table.Add($"fcvt.w.{suffix}", new Recipe(FloatToInteger, 4, true, size));
            table.Add($"fcvt.l.{suffix}", new Recipe(FloatToInteger, 8, true, size));
            table.Add($"fcvt.{suffix}.w", new Recipe(FloatFromInteger, 4, true, size));
            table.Add($"fcvt.{suffix}.l", new Recipe(FloatFromInteger, 8, true, size));
            table.Add($"fcvt.{suffix}.wu", new Recipe(FloatFromInteger, 4, false, size));
        }
        // FloatSize is the format that is converted from.
        table.Add("fcvt.s.d", new Recipe(FloatConvert, FloatSize: 8));
        table.Add("fcvt.d.s", new Recipe(FloatConvert, FloatSize: 4));
        table.Add("fmv.x.w", new Recipe(MoveFloatToInteger, 4, FloatSize: 4));
        table.Add("fmv.x.d", new Recipe(MoveFloatToInteger, 8));
        table.Add("fmv.w.x", new Recipe(MoveIntegerToFloat, 4, FloatSize: 4));
        table.Add("fmv.d.x", new Recipe(MoveIntegerToFloat, 8));
    }
}
