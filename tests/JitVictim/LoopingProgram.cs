using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Isa;
using Trapline.Hypervisor.Tests.Engines;
using Trapline.Hypervisor.Tests.Isa;

namespace Trapline.JitVictim;

/// <summary>
/// A random machine-mode program that runs for ever: arithmetic, loads and stores (also misaligned, across pages, to nowhere, and into
/// its own code), calls, loops, traps that a handler skips.
/// <code>
///   0x80000000 trap handler    0x80002000 two pages of code    0x80008000 data
///   x8 data   x9 end of RAM   x10 nowhere   x11 code   x12 program start   x13 a word to store into code   x14 instruction mask
/// </code>
/// </summary>
internal static class LoopingProgram
{
    public const ulong Code = TestHart.Origin + 0x2000;
    private const ulong Data = TestHart.Origin + 0x8000;
    private const int CodeBytes = 0x2000;

    // How far a store reaches.
    private const int LongestReach = 2048;

    // Bytes that one turn may append, and the end.
    private const int LongestPattern = 256;

    private static readonly int[] Targets = [1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 0];

    private static readonly string[] CsrNames = ["csrrw", "csrrs", "csrrc", "csrrwi", "csrrsi", "csrrci"];

    private static readonly Csr[] Registers =
    [
        Csr.Mscratch, Csr.Mepc, Csr.Mcause, Csr.Mtval, Csr.Sscratch, Csr.Sepc, Csr.Scause, Csr.Stval, Csr.Fflags, Csr.Frm, Csr.Fcsr, Csr.Instret,
    ];

    private static readonly InstructionRow[] Arithmetic = Rows(r => r.Kind == MeaningKind.Plain);
    private static readonly InstructionRow[] Floats = Rows(r => r.Kind == MeaningKind.Float);
    private static readonly InstructionRow[] Loads = Rows(r => r.Format is Format.Load or Format.FloatLoad);
    private static readonly InstructionRow[] Stores = Rows(r => r.Format is Format.Store or Format.FloatStore);
    private static readonly InstructionRow[] Atomics = Rows(r => r.Extension == Extension.A);
    private static readonly InstructionRow[] Branches = Rows(r => r.Kind == MeaningKind.Branch);

    /// <summary>Loads a program into a hart.</summary>
    public static void Load(TestHart test, int seed)
    {
        var random = new Random(seed);
        test.Load(Handler());
        test.Load(Body(random, random.Next(3) == 0), Code);
        byte[] data = new byte[0x8000];
        random.NextBytes(data);
        test.Load(data, Data);
        ref HartState state = ref test.State;
        for (int register = 1; register < 32; register++)
            state.X[register] = (ulong)random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64);
        for (int register = 0; register < 32; register++)
            state.F[register] = random.Next(2) == 0
                ? 0xFFFF_FFFF_0000_0000 | BitConverter.SingleToUInt32Bits((float)((random.NextDouble() - 0.5) * 1000))
                : BitConverter.DoubleToUInt64Bits((random.NextDouble() - 0.5) * 1e6);
        state.X[8] = Data + 0x4000 + (ulong)random.Next(64);
        state.X[9] = test.Ram.End.Value - 16;
        state.X[10] = 0x1000_0000;
        state.X[11] = Code + 0x1000;
        state.X[12] = Code;
        state.X[13] = Encoding.Immediate(InstructionTable.Named("addi"), Pick(random), Pick(random), random.Next(100));
        state.Mtvec = TestHart.Origin;
        state.Mie = 1 << 3;
        state.Mstatus = 1 << 3;
        state.FpStatus = (byte)random.Next(4);
        state.RoundingMode = random.Next(4) == 0 ? (byte)random.Next(8) : (byte)0;
        state.Pc = Code;
    }

    // Skips what trapped; begins anew where an instruction could not be fetched.
    private static Assembler Handler() => new Assembler(TestHart.Origin)
        .Csr("csrrw", 31, Csr.Mscratch, 31).Csr("csrrs", 30, Csr.Mcause, 0).Branch("blt", 30, 0, "done")
        .I("addi", 30, 30, -2).Branch("blt", 30, 0, "restart").I("addi", 30, 30, -10).Branch("beq", 30, 0, "restart")
        .Csr("csrrs", 31, Csr.Mepc, 0).I("lhu", 30, 31, 0).I("andi", 30, 30, 3).I("addi", 30, 30, -3).I("addi", 31, 31, 2)
        .Branch("bne", 30, 0, "short").I("addi", 31, 31, 2)
        .Label("short").Csr("csrrw", 0, Csr.Mepc, 31).Jal(0, "done")
        .Label("restart").Csr("csrrw", 0, Csr.Mepc, 12)
        .Label("done").Csr("csrrw", 31, Csr.Mscratch, 31).Op("mret");

    private static byte[] Body(Random random, bool modifiesItself)
    {
        var a = new Assembler(Code);
        var rewrites = new List<(int Position, int Displacement)>();
        while (a.Here < Code + CodeBytes - LongestPattern)
        {
            switch (random.Next(22))
            {
                case 0: Rotation(a, random); break;
                case 1: Overwritten(a, random); break;
                case < 7: Plain(a, random); break;
                case 7: Float(a, random); break;
                case 8: FloatChain(a, random); break;
                case < 13: Memory(a, random); break;
                case < 16: Branch(a, random); break;
                case 16: Compressed(a, random); break;
                case 17: Jump(a, random); break;
                case 18 when modifiesItself:
                    rewrites.Add(((int)(a.Here - Code), random.Next(-LongestReach / 4, LongestReach / 4) * 4));
                    a.Word(0).Op("fence.i");
                    break;
                case 18: Atomic(a, random); break;
                case > 19: CallPatterns.Write(a, random, modifiesItself); break;
                default: System(a, random); break;
            }
        }
        a.Jal(0, "back").Label("back").R("jalr", 0, 12);
        byte[] body = a.Assemble();
        foreach ((int position, int displacement) in rewrites)
            WriteRewrite(body, position, displacement);
        return body;
    }

    // A store over any instruction but FENCE.I, without which what another one wrote would be executed.
    private static void WriteRewrite(byte[] body, int position, int displacement)
    {
        uint fence = InstructionTable.Named("fence.i").Match;
        while (BitConverter.ToUInt32(body, CodeBytes / 2 + displacement) == fence)
            displacement = displacement + 4 < LongestReach ? displacement + 4 : -LongestReach;
        BitConverter.TryWriteBytes(body.AsSpan(position), Encoding.Store(InstructionTable.Named("sw"), 13, 11, displacement));
    }

    /// <summary>Appends any arithmetic with a given destination.</summary>
    public static void Plain(Assembler a, Random random, int destination)
    {
        InstructionRow row = Arithmetic[random.Next(Arithmetic.Length)];
        a.Word(((uint)random.NextInt64(1L << 32) & ~row.Mask & ~0xF80u) | row.Match | ((uint)destination << 7));
    }

    private static void Plain(Assembler a, Random random) => Plain(a, random, Pick(random));

    // What compilers write for a rotation, with any registers the same, and nearly so.
    private static void Rotation(Assembler a, Random random)
    {
        int[] few = [Pick(random), Pick(random), Pick(random)];
        int bits = random.Next(2) == 0 ? 64 : 32;
        string word = bits == 32 ? "w" : "";
        int count = random.Next(1, bits);
        int other = random.Next(8) == 0 ? random.Next(1, bits) : bits - count;
        (string, int)[] shifts = [($"slli{word}", count), ($"srli{word}", other)];
        int from = few[random.Next(3)];
        int order = random.Next(2);
        int x = few[random.Next(3)];
        int y = few[random.Next(3)];
        a.I(shifts[order].Item1, x, from, shifts[order].Item2);
        if (random.Next(4) == 0)
            Plain(a, random);
        a.I(shifts[1 - order].Item1, y, random.Next(6) == 0 ? x : from, shifts[1 - order].Item2);
        if (random.Next(4) == 0)
            Memory(a, random);
        string[] joins = ["or", "or", "xor", "add", "addw"];
        a.R(joins[random.Next(joins.Length)], few[random.Next(3)], x, y);
    }

    // Results that nobody reads before they are written again, also one made from the other, and accesses in between that may trap.
    private static void Overwritten(Assembler a, Random random)
    {
        int[] few = [Pick(random), Pick(random), Pick(random), Pick(random)];
        for (int round = 0; round < 3; round++)
        {
            for (int k = random.Next(1, 5); k > 0; k--)
            {
                InstructionRow row = Arithmetic[random.Next(Arithmetic.Length)];
                uint word = (uint)random.NextInt64(1L << 32) & ~row.Mask & ~0xF80u & ~0xF_8000u;
                a.Word(word | row.Match | ((uint)few[random.Next(4)] << 7) | ((uint)few[random.Next(4)] << 15));
            }
            if (random.Next(8) == 0)
                a.I("lw", few[random.Next(4)], 10, 0);
            else
                Memory(a, random);
        }
        foreach (int register in few.Where(_ => random.Next(2) == 0))
            a.I("addi", register, few[random.Next(4)], 1);
    }

    // Arithmetic on results of arithmetic, mostly of doubles, whose bits are seen now and then.
    private static void FloatChain(Assembler a, Random random)
    {
        int[] few = [random.Next(32), random.Next(32), random.Next(32), random.Next(32)];
        string[] names = ["fadd.d", "fsub.d", "fmul.d", "fdiv.d", "fadd.s", "fsgnj.d", "fmax.d", "feq.d", "fmadd.d"];
        for (int k = random.Next(3, 12); k > 0; k--)
        {
            if (random.Next(6) == 0)
            {
                a.Word(Encoding.Store(Stores[random.Next(Stores.Length)], few[random.Next(4)], random.Next(30) == 0 ? 10 : 8, random.Next(-32, 32) * 8));
                continue;
            }
            InstructionRow row = InstructionTable.Named(names[Math.Max(0, random.Next(-8, names.Length))]);
            int target = row.Format == Format.FloatCompare ? Pick(random) : few[random.Next(4)];
            a.Word(row.Match | ((uint)target << 7) | ((uint)few[random.Next(4)] << 15) | ((uint)few[random.Next(4)] << 20));
        }
    }

    private static void Float(Assembler a, Random random)
    {
        InstructionRow row = Floats[random.Next(Floats.Length)];
        uint word = (uint)random.NextInt64(1L << 32) & ~row.Mask & ~0xF80u;
        if ((row.Mask & 0x7000) == 0)
            word = (word & ~0x7000u) | (random.Next(3) switch { 0 => 0u, 1 => 7u, _ => (uint)random.Next(8) } << 12);
        a.Word(word | row.Match | ((uint)Pick(random) << 7));
    }

    private static void Memory(Assembler a, Random random)
    {
        int site = random.Next(60);
        int register = site switch { 0 => 9, 1 => 10, _ => 8 };
        int displacement = random.Next(4) == 0 ? random.Next(-2048, 2048) : random.Next(-32, 32) * 8;
        if (random.Next(2) == 0)
            a.Word(Encoding.Immediate(Loads[random.Next(Loads.Length)], Pick(random), register, displacement & 0xFFF));
        else
            a.Word(Encoding.Store(Stores[random.Next(Stores.Length)], Pick(random), register, displacement));
    }

    // Mostly aligned, since misaligned ones only trap; a reservation with something between, or with a different size.
    private static void Atomic(Assembler a, Random random)
    {
        int register = random.Next(4) == 0 ? 8 : 9;
        if (random.Next(2) == 0)
        {
            a.Word(Encoding.Registers(Atomics[random.Next(Atomics.Length)], Pick(random), register, Pick(random)));
            return;
        }
        string[] sizes = ["w", "d"];
        int size = random.Next(2);
        a.Word(Encoding.Registers(InstructionTable.Named($"lr.{sizes[size]}"), Pick(random), register, 0));
        switch (random.Next(4))
        {
            case 0: Plain(a, random); break;
            case 1: Memory(a, random); break;
            case 2: a.S("sw", Pick(random), 9, 0); break;
        }
        int other = random.Next(6) == 0 ? 1 - size : size;
        a.Word(Encoding.Registers(InstructionTable.Named($"sc.{sizes[other]}"), Pick(random), register, Pick(random)));
    }

    private static void Branch(Assembler a, Random random)
    {
        InstructionRow row = Branches[random.Next(Branches.Length)];
        int offset = random.Next(-24, 32) * 4;
        if (a.Here + (ulong)(long)offset < Code)
            offset = 8;
        a.Word(Encoding.Branch(row, Pick(random), Pick(random), offset));
    }

    private static void Jump(Assembler a, Random random)
    {
        int offset = random.Next(4, 200) * 4;
        switch (random.Next(4))
        {
            case 0: a.Word(Encoding.Jump(InstructionTable.Named("jal"), random.Next(2), offset)); break;
            case 1: a.I("jalr", random.Next(2), 1, 0); break;
            case 2: a.I("jalr", random.Next(3), 12, random.Next(500) * 4); break;
            default: a.I("jalr", random.Next(2) * 5, 11, random.Next(-500, 500) * 4); break;
        }
    }

    private static void Compressed(Assembler a, Random random)
    {
        for (int k = 0; k < 2;)
        {
            var word = (ushort)random.Next(1 << 16);
            uint full = (word & 3) == 3 ? 0 : CompressedTable.Expand(word);
            if (full == 0 || InstructionTable.Find(full)!.Kind != MeaningKind.Plain || !Targets.Contains((int)(full >> 7) & 31))
                continue;
            a.Half(word);
            k++;
        }
    }

    private static void System(Assembler a, Random random)
    {
        switch (random.Next(12))
        {
            case 0: a.Op("ecall"); break;
            case 1: a.Op("ebreak"); break;
            case 2: a.Word(0); break;
            case 3: a.Csr("csrrs", Pick(random), Csr.Minstret, 0); break;
            case 4: a.Csr("csrrwi", Pick(random), Csr.Fcsr, random.Next(4) == 0 ? random.Next(32) : 0); break;
            case 5: a.Csr("csrrs", Pick(random), Csr.Fflags, 0); break;
            case 6: a.Op("fence.i"); break;
            case < 11: a.Csr(CsrNames[random.Next(CsrNames.Length)], Pick(random), Registers[random.Next(Registers.Length)], random.Next(3) == 0 ? 0 : Pick(random)); break;
            default: a.Word(0x0FF0_000F); break;
        }
    }

    private static int Pick(Random random) => Targets[random.Next(Targets.Length)];

    private static InstructionRow[] Rows(Func<InstructionRow, bool> which) => [.. InstructionTable.Rows.Where(which)];
}
