using System.Globalization;
using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Engines.Interpreter;
using Trapline.Hypervisor.Engines.Jit;
using Trapline.Hypervisor.Engines.Jit.Translation;
using Trapline.Hypervisor.Isa;
using Trapline.Hypervisor.Memory;
using Xunit.Abstractions;

namespace Trapline.Hypervisor.Tests.Engines.Jit;

/// <summary>
/// Each row of the instruction table as a translated block of its own, against its meaning in the interpreter: random operands and corner values,
/// all registers, flags, traps and memory compared. A long run:
/// <c>TRAPLINE_ROW_ROUNDS=500 dotnet test tests/Hypervisor.Tests -c Release --filter EmittedRow</c>; <c>TRAPLINE_SEED</c> names the first seed.
/// </summary>
public sealed class EmittedRowTests(ITestOutputHelper output)
{
    private const ulong Code = TestHart.Origin + 0x1000;
    private const ulong Data = TestHart.Origin + 0x2_0000;
    private const ulong Bytes = 1 << 18;
    private const int OperandsPerWord = 3;

    // Far more than the word itself: the last instructions of a budget are interpreted.
    private const ulong Budget = 300;

    private static readonly ulong[] Corners =
    [
        0, 1, ulong.MaxValue, 0x7F, 0x80, 0x7FFF, 0x8000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0xFFFF_FFFF_8000_0000, 0xFFFF_FFFF_7FFF_FFFF,
        0x1_0000_0000, 0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, 31, 32, 63, 64,
        0x3FF0_0000_0000_0000, 0x7FF0_0000_0000_0000, 0xFFF0_0000_0000_0000, 0x7FF8_0000_0000_0000, 0x7FF0_0000_0000_0001, 0xFFF8_0000_0000_1234,
        0x0010_0000_0000_0000, 0x7FEF_FFFF_FFFF_FFFF, 0xC1E0_0000_0000_0000, 0x43E0_0000_0000_0000, 0xFFFF_FFFF_3F80_0000, 0xFFFF_FFFF_7F80_0000,
        0xFFFF_FFFF_FFC0_0001, 0xFFFF_FFFF_7F80_0001, 0xFFFF_FFFF_0080_0000, 0xFFFF_FFFF_7F7F_FFFF, 0xFFFF_FFFF_4F00_0000, 0xFFFF_FFFF_8000_0000,
    ];

    // Those that translated code reaches by itself.
    private static readonly Csr[] Registers =
    [
        Csr.Mscratch, Csr.Mepc, Csr.Mcause, Csr.Mtval, Csr.Sscratch, Csr.Sepc, Csr.Scause, Csr.Stval, Csr.Fflags, Csr.Frm, Csr.Fcsr, Csr.Cycle, Csr.Instret,
    ];

    private static int Rounds => int.Parse(Environment.GetEnvironmentVariable("TRAPLINE_ROW_ROUNDS") ?? "3", CultureInfo.InvariantCulture);

    private static int FirstSeed => int.Parse(Environment.GetEnvironmentVariable("TRAPLINE_SEED") ?? "1", CultureInfo.InvariantCulture);

    [SkippableFact]
    public void Each_row_does_what_it_means()
    {
        Skip.IfNot(JitEngine.IsSupported, "this host has no JIT");
        for (int seed = FirstSeed; seed < FirstSeed + Rounds; seed++)
            RunRound(seed);
        output.WriteLine($"seeds {FirstSeed} to {FirstSeed + Rounds - 1}, {InstructionTable.Rows.Count} rows");
    }

    private static void RunRound(int seed)
    {
        using var reference = new TestHart(Bytes, new InterpreterEngine());
        using var engine = new JitEngine(new JitOptions(CodeBytesPerHart: 4 << 20, Threshold: 0));
        using var translated = new TestHart(Bytes, engine);
        var random = new Random(seed);
        byte[] code = WordsInSelfLoops(random);
        reference.Load(code, Code);
        translated.Load(code, Code);
        for (int row = 0; row < InstructionTable.Rows.Count; row++)
        {
            for (int k = 0; k < OperandsPerWord; k++)
            {
                int operands = random.Next();
                Prepare(reference, row, new Random(operands));
                Prepare(translated, row, new Random(operands));
                ExitReason expected = reference.Run(Budget);
                ExitReason actual = translated.Run(Budget);
                string where = $"seed {seed}, {InstructionTable.Rows[row].Name}, word 0x{WordOf(code, row):x8}, operands {operands}";
                Assert.True(expected == actual, $"{where}: {expected} expected, {actual} found");
                string differences = string.Join(", ", Differences(reference, translated));
                Assert.True(differences.Length == 0, $"{where}: {differences}");
            }
        }
        JitCounters counters = engine.Counters[0].Counters;
        long made = counters.QuickTranslations + counters.Regions;
        Assert.True(made >= InstructionTable.Rows.Count * 3 / 4, $"only {made} of {InstructionTable.Rows.Count} rows were translated");
    }

    private static IEnumerable<string> Differences(TestHart reference, TestHart translated)
    {
        var found = new List<(string, ulong, ulong)>();
        ref HartState a = ref reference.State;
        ref HartState b = ref translated.State;
        for (int register = 0; register < 32; register++)
        {
            found.Add(($"x{register}", a.X[register], b.X[register]));
            found.Add(($"f{register}", a.F[register], b.F[register]));
        }
        found.AddRange(
        [
            ("pc", a.Pc, b.Pc), ("instret", a.Instret, b.Instret), ("fflags", a.FpFlags, b.FpFlags), ("frm", a.RoundingMode, b.RoundingMode),
            ("fs", a.FpStatus, b.FpStatus), ("privilege", (ulong)a.Privilege, (ulong)b.Privilege), ("mstatus", a.Mstatus, b.Mstatus),
            ("mepc", a.Mepc, b.Mepc), ("mcause", a.Mcause, b.Mcause), ("mtval", a.Mtval, b.Mtval), ("reservation", a.ReservationSize, b.ReservationSize),
            ("reserved value", a.ReservedValue, b.ReservedValue), ("mscratch", a.Mscratch, b.Mscratch), ("sscratch", a.Sscratch, b.Sscratch),
            ("sepc", a.Sepc, b.Sepc), ("scause", a.Scause, b.Scause), ("stval", a.Stval, b.Stval),
        ]);
        ReadOnlySpan<byte> memory = reference.Ram.SpanAt(GuestRam.Base, (int)Bytes);
        int same = memory.CommonPrefixLength(translated.Ram.SpanAt(GuestRam.Base, (int)Bytes));
        found.Add(("first difference in memory", Bytes, (ulong)same));
        return found.Where(f => f.Item2 != f.Item3).Select(f => string.Create(CultureInfo.InvariantCulture, $"{f.Item1} {f.Item2:x} expected, {f.Item3:x} found"));
    }

    // One word for each row, 16 bytes apart; whatever else is reached jumps to itself.
    private static byte[] WordsInSelfLoops(Random random)
    {
        uint self = Encoding.Jump(InstructionTable.Named("jal"), 0, 0);
        byte[] code = new byte[InstructionTable.Rows.Count * 16];
        for (int at = 0; at < code.Length; at += 4)
            BitConverter.TryWriteBytes(code.AsSpan(at), self);
        for (int number = 0; number < InstructionTable.Rows.Count; number++)
        {
            InstructionRow row = InstructionTable.Rows[number];
            uint word = ((uint)random.NextInt64(1L << 32) & ~row.Mask) | row.Match;
            // Rounding modes that exist, and mostly those that the host has.
            bool rounds = row.Kind == MeaningKind.Float && (row.Mask & 0x7000) == 0;
            if (rounds && random.Next(4) != 0)
                word = (word & ~0x7000u) | (random.Next(3) switch { 0 => 0u, 1 => 1u << 12, _ => 7u << 12 });
            if (row.Format is Format.Csr or Format.CsrImmediate && random.Next(4) != 0)
                word = (word & 0xF_FFFF & ~(random.Next(3) == 0 ? 0xF_8000u : 0)) | ((uint)Registers[random.Next(Registers.Length)] << 20);
            BitConverter.TryWriteBytes(code.AsSpan(number * 16), word);
        }
        return code;
    }

    private static uint WordOf(byte[] code, int row) => BitConverter.ToUInt32(code, row * 16);

    private static void Prepare(TestHart test, int row, Random random)
    {
        ulong pc = Code + ((ulong)row * 16);
        test.Hart.Reset(pc);
        ref HartState state = ref test.State;
        for (int register = 1; register < 32; register++)
            state.X[register] = Value(random);
        for (int register = 0; register < 32; register++)
            state.F[register] = Value(random);
        uint word = BitConverter.ToUInt32(test.Ram.SpanAt(new Gpa(pc), 4));
        int rs1 = (int)(word >> 15) & 31;
        if (InstructionTable.Rows[row].Kind == MeaningKind.Memory && rs1 != 0)
            state.X[rs1] = Address(random);
        state.FpStatus = (byte)(random.Next(4) == 0 ? random.Next(4) : 3);
        state.RoundingMode = (byte)(random.Next(4) == 0 ? random.Next(8) : 0);
        state.FpFlags = (byte)random.Next(32);
        (state.Mscratch, state.Sscratch, state.Scause, state.Stval) = (Value(random), Value(random), Value(random), Value(random));
        if (random.Next(3) == 0)
            state.Privilege = (Privilege)random.Next(2);
        state.Mtvec = TestHart.Origin;
    }

    private static ulong Value(Random random) => random.Next(4) switch
    {
        0 => (ulong)random.NextInt64(long.MinValue, long.MaxValue),
        1 => (ulong)random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64),
        2 => 0xFFFF_FFFF_0000_0000 | BitConverter.SingleToUInt32Bits((float)((random.NextDouble() - 0.5) * 1e4)),
        _ => Corners[random.Next(Corners.Length)],
    };

    // Aligned, misaligned, at the end of a page, in another page each time; rarely where nothing is.
    private static ulong Address(Random random)
    {
        ulong page = Data + (ulong)(random.Next(8) * 0x1000);
        return random.Next(8) switch
        {
            0 => page + (ulong)random.Next(0x1000),
            1 => page + 0xFF8 + (ulong)random.Next(16),
            2 => 0x1234_5678,
            _ => page + 0x800 + (ulong)(random.Next(16) * 8),
        };
    }
}
