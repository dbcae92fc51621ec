using Trapline.Hypervisor.Cpu;

namespace Trapline.Hypervisor.Isa;

/// <summary>
/// Writes instructions as the GNU disassembler does with <c>-M no-aliases</c>. Targets of branches are given as addresses.
/// </summary>
public static class Disassembler
{
    private static readonly string[] Integers =
    [
        "zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7",
        "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
    ];

    private static readonly string[] Floats =
    [
        "ft0", "ft1", "ft2", "ft3", "ft4", "ft5", "ft6", "ft7", "fs0", "fs1", "fa0", "fa1", "fa2", "fa3", "fa4", "fa5", "fa6", "fa7",
        "fs2", "fs3", "fs4", "fs5", "fs6", "fs7", "fs8", "fs9", "fs10", "fs11", "ft8", "ft9", "ft10", "ft11",
    ];

    private static readonly string[] RoundingSuffixes = [",rne", ",rtz", ",rdn", ",rup", ",rmm", ",unknown", ",unknown", ""];

    /// <summary>The name of an integer register.</summary>
    public static string IntegerName(int register) => Integers[register];

    /// <summary>The name of a floating-point register.</summary>
    public static string FloatName(int register) => Floats[register];

    /// <summary>Disassembles the instruction that starts with these bits, at an address; illegal ones as data.</summary>
    public static string Disassemble(uint word, ulong pc)
    {
        if (!Decoder.IsLong(word))
            return Compressed((ushort)word, pc);
        Decoder.Decode(word, out DecodedInstruction decoded);
        return decoded.Row == Decoder.Illegal ? $".insn 0x{word:x8}" : Full(in decoded, InstructionTable.Rows[decoded.Row], pc);
    }

    private static string Compressed(ushort word, ulong pc)
    {
        CompressedRow? row = CompressedTable.Find(word);
        if (row is null)
            return $".insn 0x{word:x4}";
        string operands = CompressedOperands(word, row, pc);
        // Shifts by zero were reserved for RV128, whose names they keep.
        bool wide = row.Format is CompressedFormat.Shift or CompressedFormat.ShiftShort && operands.EndsWith(",0x0", StringComparison.Ordinal);
        return wide ? Join(row.Name + "64", operands[..^4]) : Join(row.Name, operands);
    }

    private static string CompressedOperands(ushort w, CompressedRow row, ulong pc)
    {
        Decoder.Decode(w, out DecodedInstruction full);
        string offset = full.Immediate.ToString(System.Globalization.CultureInfo.InvariantCulture);
        string rd = Integers[CompressedTable.Rd(w)];
        string low = Integers[CompressedTable.Low(w)];
        string high = Integers[CompressedTable.High(w)];
        return row.Format switch
        {
            CompressedFormat.AddToStackPointer => $"{low},sp,{offset}",
            CompressedFormat.AdjustStackPointer => $"sp,{offset}",
            CompressedFormat.Load or CompressedFormat.Store => $"{low},{offset}({high})",
            CompressedFormat.FloatLoad or CompressedFormat.FloatStore => $"{Floats[CompressedTable.Low(w)]},{offset}({high})",
            CompressedFormat.Immediate => $"{rd},{offset}",
            CompressedFormat.Upper => $"{rd},0x{(uint)full.Immediate >> 12:x}",
            CompressedFormat.Shift => $"{rd},0x{full.Immediate:x}",
            CompressedFormat.ShiftShort => $"{high},0x{full.Immediate:x}",
            CompressedFormat.AndImmediate => $"{high},{offset}",
            CompressedFormat.Arithmetic => $"{high},{low}",
            CompressedFormat.Jump => $"0x{pc + (ulong)full.Immediate:x}",
            CompressedFormat.Branch => $"{high},0x{pc + (ulong)full.Immediate:x}",
            CompressedFormat.StackLoad => $"{rd},{offset}(sp)",
            CompressedFormat.StackFloatLoad => $"{Floats[CompressedTable.Rd(w)]},{offset}(sp)",
            CompressedFormat.StackStore => $"{Integers[CompressedTable.Rs2(w)]},{offset}(sp)",
            CompressedFormat.StackFloatStore => $"{Floats[CompressedTable.Rs2(w)]},{offset}(sp)",
            CompressedFormat.JumpRegister => rd,
            CompressedFormat.Registers => $"{rd},{Integers[CompressedTable.Rs2(w)]}",
            _ => "",
        };
    }

    private static string Full(in DecodedInstruction i, InstructionRow row, ulong pc)
    {
        string name = row.Name;
        if (row.Extension == Extension.A)
            name += ((i.Raw >> 25) & 3) switch { 1 => ".rl", 2 => ".aq", 3 => ".aqrl", _ => "" };
        return Join(name, Operands(in i, row.Format, pc));
    }

    private static string Operands(in DecodedInstruction i, Format format, ulong pc)
    {
        string rd = Integers[i.Rd & 31];
        string rs1 = Integers[i.Rs1];
        string rs2 = Integers[i.Rs2];
        string fd = Floats[i.Rd & 31];
        string fs1 = Floats[i.Rs1];
        string fs2 = Floats[i.Rs2];
        string rounding = RoundingSuffixes[i.Rounding];
        return format switch
        {
            Format.Register => $"{rd},{rs1},{rs2}",
            Format.Unary => $"{rd},{rs1}",
            Format.Immediate => $"{rd},{rs1},{i.Immediate}",
            Format.Shift or Format.ShiftWord => $"{rd},{rs1},0x{i.Immediate:x}",
            Format.Upper => $"{rd},0x{(uint)i.Immediate >> 12:x}",
            Format.Jump => $"{rd},0x{pc + (ulong)i.Immediate:x}",
            Format.JumpRegister or Format.Load => $"{rd},{i.Immediate}({rs1})",
            Format.Branch => $"{rs1},{rs2},0x{pc + (ulong)i.Immediate:x}",
            Format.Store => $"{rs2},{i.Immediate}({rs1})",
            Format.Fence => $"{FenceSet(i.Raw >> 24)},{FenceSet(i.Raw >> 20)}",
            Format.Csr => $"{rd},{CsrName(i.Immediate)},{rs1}",
            Format.CsrImmediate => $"{rd},{CsrName(i.Immediate)},{i.Rs1}",
            Format.LoadReserved => $"{rd},({rs1})",
            Format.Atomic => $"{rd},{rs2},({rs1})",
            Format.FenceTranslation => $"{rs1},{rs2}",
            Format.FloatLoad => $"{fd},{i.Immediate}({rs1})",
            Format.FloatStore => $"{fs2},{i.Immediate}({rs1})",
            Format.FloatRegister => $"{fd},{fs1},{fs2}",
            Format.FloatRounded => $"{fd},{fs1},{fs2}{rounding}",
            Format.FloatUnary => $"{fd},{fs1}{(IsExact(i.Row) && i.Rounding == 0 ? "" : rounding)}",
            Format.FloatFused => $"{fd},{fs1},{fs2},{Floats[i.Rs3]}{rounding}",
            Format.FloatCompare => $"{rd},{fs1},{fs2}",
            Format.FloatToInteger => $"{rd},{fs1}{rounding}",
            Format.FloatFromInteger => $"{fd},{rs1}{(IsExact(i.Row) && i.Rounding == 0 ? "" : rounding)}",
            Format.FloatMoveToInteger => $"{rd},{fs1}",
            Format.FloatMoveFromInteger => $"{fd},{rs1}",
            _ => "",
        };
    }

    // Conversions that never round are written without a rounding mode when it is the first.
    private static bool IsExact(int row) => InstructionTable.Rows[row].Name is "fcvt.d.s" or "fcvt.d.w" or "fcvt.d.wu";

    private static string FenceSet(uint bits)
    {
        string set = ((bits & 8) != 0 ? "i" : "") + ((bits & 4) != 0 ? "o" : "") + ((bits & 2) != 0 ? "r" : "") + ((bits & 1) != 0 ? "w" : "");
        return set.Length == 0 ? "unknown" : set;
    }

    private static string CsrName(int number) => CsrNames.Of((Csr)number);

    private static string Join(string name, string operands) => operands.Length == 0 ? name : $"{name}\t{operands}";
}
