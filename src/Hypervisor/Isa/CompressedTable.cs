namespace Trapline.Hypervisor.Isa;

/// <summary>How the operands of a compressed instruction are written.</summary>
public enum CompressedFormat : byte
{
#pragma warning disable CS1591 // Each name is followed by the operands as assembly shows them.
    None,
    AddToStackPointer, // rd',sp,imm
    AdjustStackPointer, // sp,imm
    Load, // rd',imm(rs1')
    FloatLoad, // fd',imm(rs1')
    Store, // rs2',imm(rs1')
    FloatStore, // fs2',imm(rs1')
    Immediate, // rd,imm
    Upper, // rd,imm20
    Shift, // rd,shamt
    ShiftShort, // rd',shamt
    AndImmediate, // rd',imm
    Arithmetic, // rd',rs2'
    Jump, // target
    Branch, // rs1',target
    StackLoad, // rd,imm(sp)
    StackFloatLoad, // fd,imm(sp)
    StackStore, // rs2,imm(sp)
    StackFloatStore, // fs2,imm(sp)
    JumpRegister, // rs1
    Registers, // rd,rs2
#pragma warning restore CS1591
}

/// <summary>A compressed instruction: its pattern and the full instruction that it stands for.</summary>
/// <param name="Pattern">16 bits, most significant first.</param>
/// <param name="Name">The mnemonic.</param>
/// <param name="Format">The operands.</param>
/// <param name="Expand">The full encoding; 0 where the fields make the encoding reserved.</param>
public sealed record CompressedRow(string Pattern, string Name, CompressedFormat Format, Func<uint, uint> Expand)
{
    internal uint Mask { get; } = BitPattern.Parse(Pattern).Mask;

    internal uint Match { get; } = BitPattern.Parse(Pattern).Match;
}

/// <summary>The C extension for RV64 with F and D (unprivileged specification, chapter C): the first row that matches counts.</summary>
public static class CompressedTable
{
    private static readonly InstructionRow Addi = InstructionTable.Named("addi");
    private static readonly InstructionRow Addiw = InstructionTable.Named("addiw");
    private static readonly InstructionRow Lui = InstructionTable.Named("lui");
    private static readonly InstructionRow Slli = InstructionTable.Named("slli");
    private static readonly InstructionRow Srli = InstructionTable.Named("srli");
    private static readonly InstructionRow Srai = InstructionTable.Named("srai");
    private static readonly InstructionRow Andi = InstructionTable.Named("andi");
    private static readonly InstructionRow Add = InstructionTable.Named("add");
    private static readonly InstructionRow Sub = InstructionTable.Named("sub");
    private static readonly InstructionRow Xor = InstructionTable.Named("xor");
    private static readonly InstructionRow Or = InstructionTable.Named("or");
    private static readonly InstructionRow And = InstructionTable.Named("and");
    private static readonly InstructionRow Addw = InstructionTable.Named("addw");
    private static readonly InstructionRow Subw = InstructionTable.Named("subw");
    private static readonly InstructionRow Jal = InstructionTable.Named("jal");
    private static readonly InstructionRow Jalr = InstructionTable.Named("jalr");
    private static readonly InstructionRow Beq = InstructionTable.Named("beq");
    private static readonly InstructionRow Bne = InstructionTable.Named("bne");
    private static readonly InstructionRow Ebreak = InstructionTable.Named("ebreak");
    private static readonly InstructionRow Lw = InstructionTable.Named("lw");
    private static readonly InstructionRow Ld = InstructionTable.Named("ld");
    private static readonly InstructionRow Sw = InstructionTable.Named("sw");
    private static readonly InstructionRow Sd = InstructionTable.Named("sd");
    private static readonly InstructionRow Fld = InstructionTable.Named("fld");
    private static readonly InstructionRow Fsd = InstructionTable.Named("fsd");

    /// <summary>The rows.</summary>
    public static IReadOnlyList<CompressedRow> Rows { get; } =
    [
        new("000 imm8 rd' 00", "c.addi4spn", CompressedFormat.AddToStackPointer,
            w => AddToStackPointerImmediate(w) == 0 ? 0 : Encoding.Immediate(Addi, Low(w), 2, AddToStackPointerImmediate(w))),
        new("001 imm3 rs1' imm2 rd' 00", "c.fld", CompressedFormat.FloatLoad, w => Encoding.Immediate(Fld, Low(w), High(w), DoubleOffset(w))),
        new("010 imm3 rs1' imm2 rd' 00", "c.lw", CompressedFormat.Load, w => Encoding.Immediate(Lw, Low(w), High(w), WordOffset(w))),
        new("011 imm3 rs1' imm2 rd' 00", "c.ld", CompressedFormat.Load, w => Encoding.Immediate(Ld, Low(w), High(w), DoubleOffset(w))),
        new("101 imm3 rs1' imm2 rs2' 00", "c.fsd", CompressedFormat.FloatStore, w => Encoding.Store(Fsd, Low(w), High(w), DoubleOffset(w))),
        new("110 imm3 rs1' imm2 rs2' 00", "c.sw", CompressedFormat.Store, w => Encoding.Store(Sw, Low(w), High(w), WordOffset(w))),
        new("111 imm3 rs1' imm2 rs2' 00", "c.sd", CompressedFormat.Store, w => Encoding.Store(Sd, Low(w), High(w), DoubleOffset(w))),

        new("000 imm1 rd imm5 01", "c.addi", CompressedFormat.Immediate, w => Encoding.Immediate(Addi, Rd(w), Rd(w), SixBits(w))),
        new("001 imm1 rd imm5 01", "c.addiw", CompressedFormat.Immediate,
            w => Rd(w) == 0 ? 0 : Encoding.Immediate(Addiw, Rd(w), Rd(w), SixBits(w))),
        new("010 imm1 rd imm5 01", "c.li", CompressedFormat.Immediate, w => Encoding.Immediate(Addi, Rd(w), 0, SixBits(w))),
        new("011 imm1 00010 imm5 01", "c.addi16sp", CompressedFormat.AdjustStackPointer,
            w => StackAdjustment(w) == 0 ? 0 : Encoding.Immediate(Addi, 2, 2, StackAdjustment(w))),
        new("011 imm1 rd imm5 01", "c.lui", CompressedFormat.Upper, w => SixBits(w) == 0 ? 0 : Encoding.Upper(Lui, Rd(w), SixBits(w) << 12)),
        new("100 imm1 00 rd' imm5 01", "c.srli", CompressedFormat.ShiftShort, w => Encoding.Immediate(Srli, High(w), High(w), SixBits(w) & 63)),
        new("100 imm1 01 rd' imm5 01", "c.srai", CompressedFormat.ShiftShort, w => Encoding.Immediate(Srai, High(w), High(w), SixBits(w) & 63)),
        new("100 imm1 10 rd' imm5 01", "c.andi", CompressedFormat.AndImmediate, w => Encoding.Immediate(Andi, High(w), High(w), SixBits(w))),
        new("100 0 11 rd' 00 rs2' 01", "c.sub", CompressedFormat.Arithmetic, w => Encoding.Registers(Sub, High(w), High(w), Low(w))),
        new("100 0 11 rd' 01 rs2' 01", "c.xor", CompressedFormat.Arithmetic, w => Encoding.Registers(Xor, High(w), High(w), Low(w))),
        new("100 0 11 rd' 10 rs2' 01", "c.or", CompressedFormat.Arithmetic, w => Encoding.Registers(Or, High(w), High(w), Low(w))),
        new("100 0 11 rd' 11 rs2' 01", "c.and", CompressedFormat.Arithmetic, w => Encoding.Registers(And, High(w), High(w), Low(w))),
        new("100 1 11 rd' 00 rs2' 01", "c.subw", CompressedFormat.Arithmetic, w => Encoding.Registers(Subw, High(w), High(w), Low(w))),
        new("100 1 11 rd' 01 rs2' 01", "c.addw", CompressedFormat.Arithmetic, w => Encoding.Registers(Addw, High(w), High(w), Low(w))),
        new("101 imm11 01", "c.j", CompressedFormat.Jump, w => Encoding.Jump(Jal, 0, JumpOffset(w))),
        new("110 imm3 rs1' imm5 01", "c.beqz", CompressedFormat.Branch, w => Encoding.Branch(Beq, High(w), 0, BranchOffset(w))),
        new("111 imm3 rs1' imm5 01", "c.bnez", CompressedFormat.Branch, w => Encoding.Branch(Bne, High(w), 0, BranchOffset(w))),

        new("000 imm1 rd imm5 10", "c.slli", CompressedFormat.Shift, w => Encoding.Immediate(Slli, Rd(w), Rd(w), SixBits(w) & 63)),
        new("001 imm1 rd imm5 10", "c.fldsp", CompressedFormat.StackFloatLoad, w => Encoding.Immediate(Fld, Rd(w), 2, StackLoadDoubleOffset(w))),
        new("010 imm1 rd imm5 10", "c.lwsp", CompressedFormat.StackLoad,
            w => Rd(w) == 0 ? 0 : Encoding.Immediate(Lw, Rd(w), 2, StackLoadWordOffset(w))),
        new("011 imm1 rd imm5 10", "c.ldsp", CompressedFormat.StackLoad,
            w => Rd(w) == 0 ? 0 : Encoding.Immediate(Ld, Rd(w), 2, StackLoadDoubleOffset(w))),
        new("100 0 rs1 00000 10", "c.jr", CompressedFormat.JumpRegister, w => Rd(w) == 0 ? 0 : Encoding.Immediate(Jalr, 0, Rd(w), 0)),
        new("100 0 rd rs2 10", "c.mv", CompressedFormat.Registers, w => Encoding.Registers(Add, Rd(w), 0, Rs2(w))),
        new("100 1 00000 00000 10", "c.ebreak", CompressedFormat.None, w => Ebreak.Match),
        new("100 1 rs1 00000 10", "c.jalr", CompressedFormat.JumpRegister, w => Encoding.Immediate(Jalr, 1, Rd(w), 0)),
        new("100 1 rd rs2 10", "c.add", CompressedFormat.Registers, w => Encoding.Registers(Add, Rd(w), Rd(w), Rs2(w))),
        new("101 imm6 rs2 10", "c.fsdsp", CompressedFormat.StackFloatStore, w => Encoding.Store(Fsd, Rs2(w), 2, StackStoreDoubleOffset(w))),
        new("110 imm6 rs2 10", "c.swsp", CompressedFormat.StackStore, w => Encoding.Store(Sw, Rs2(w), 2, StackStoreWordOffset(w))),
        new("111 imm6 rs2 10", "c.sdsp", CompressedFormat.StackStore, w => Encoding.Store(Sd, Rs2(w), 2, StackStoreDoubleOffset(w))),
    ];

    // Every word is expanded at most once; 1 stands for illegal, 0 for not yet done. Racing threads write the same value.
    private static readonly uint[] Expansions = new uint[1 << 16];

    /// <summary>The row of a word; null if no row matches or its fields are reserved.</summary>
    public static CompressedRow? Find(ushort word)
    {
        foreach (CompressedRow row in Rows)
        {
            if ((word & row.Mask) == row.Match)
                return row.Expand(word) == 0 ? null : row;
        }
        return null;
    }

    /// <summary>The full encoding that a compressed word stands for; 0 if it is illegal.</summary>
    public static uint Expand(ushort word)
    {
        const uint IsIllegal = 1;
        uint known = Expansions[word];
        if (known == 0)
        {
            known = Find(word)?.Expand(word) ?? IsIllegal;
            Expansions[word] = known;
        }
        return known == IsIllegal ? 0 : known;
    }

    internal static int Rd(uint w) => (int)((w >> 7) & 31);

    internal static int Rs2(uint w) => (int)((w >> 2) & 31);

    internal static int Low(uint w) => (int)(8 + ((w >> 2) & 7));

    internal static int High(uint w) => (int)(8 + ((w >> 7) & 7));

    internal static int SixBits(uint w) => Extend((Bits(w, 12, 1) << 5) | Bits(w, 2, 5), 6);

    internal static int AddToStackPointerImmediate(uint w)
        => (Bits(w, 11, 2) << 4) | (Bits(w, 7, 4) << 6) | (Bits(w, 6, 1) << 2) | (Bits(w, 5, 1) << 3);

    internal static int WordOffset(uint w) => (Bits(w, 10, 3) << 3) | (Bits(w, 6, 1) << 2) | (Bits(w, 5, 1) << 6);

    internal static int DoubleOffset(uint w) => (Bits(w, 10, 3) << 3) | (Bits(w, 5, 2) << 6);

    internal static int StackAdjustment(uint w)
        => Extend((Bits(w, 12, 1) << 9) | (Bits(w, 6, 1) << 4) | (Bits(w, 5, 1) << 6) | (Bits(w, 3, 2) << 7) | (Bits(w, 2, 1) << 5), 10);

    internal static int JumpOffset(uint w) => Extend(
        (Bits(w, 12, 1) << 11) | (Bits(w, 11, 1) << 4) | (Bits(w, 9, 2) << 8) | (Bits(w, 8, 1) << 10) | (Bits(w, 7, 1) << 6) |
        (Bits(w, 6, 1) << 7) | (Bits(w, 3, 3) << 1) | (Bits(w, 2, 1) << 5), 12);

    internal static int BranchOffset(uint w) => Extend(
        (Bits(w, 12, 1) << 8) | (Bits(w, 10, 2) << 3) | (Bits(w, 5, 2) << 6) | (Bits(w, 3, 2) << 1) | (Bits(w, 2, 1) << 5), 9);

    internal static int StackLoadWordOffset(uint w) => (Bits(w, 12, 1) << 5) | (Bits(w, 4, 3) << 2) | (Bits(w, 2, 2) << 6);

    internal static int StackLoadDoubleOffset(uint w) => (Bits(w, 12, 1) << 5) | (Bits(w, 5, 2) << 3) | (Bits(w, 2, 3) << 6);

    internal static int StackStoreWordOffset(uint w) => (Bits(w, 9, 4) << 2) | (Bits(w, 7, 2) << 6);

    internal static int StackStoreDoubleOffset(uint w) => (Bits(w, 10, 3) << 3) | (Bits(w, 7, 3) << 6);

    private static int Bits(uint w, int low, int count) => (int)((w >> low) & ((1u << count) - 1));

    private static int Extend(int value, int bits) => value << (32 - bits) >> (32 - bits);
}
