using System.Globalization;
using System.Runtime.InteropServices;
using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Engines.Interpreter;
using Trapline.Hypervisor.Engines.Jit;
using Trapline.Hypervisor.Engines.Jit.Translation;
using Trapline.Hypervisor.Memory;
using Xunit.Abstractions;

namespace Trapline.Hypervisor.Tests.Engines.Jit;

/// <summary>
/// Both engines run the same endless random program in slices of random length, with interrupts between; after each slice all registers,
/// CSRs, instret and memory must be the same. A long run: <c>TRAPLINE_LOCKSTEP_ROUNDS=10000 dotnet test tests/Hypervisor.Tests -c Release --filter LockStep</c>;
/// each seed is written to the file that <c>TRAPLINE_LOCKSTEP_LOG</c> names before it runs, for the case that the process dies.
/// </summary>
public sealed class LockStepTests(ITestOutputHelper output)
{
    private const int Slices = 60;
    private const int LongestSlice = 700;

    private static int Rounds => int.Parse(Environment.GetEnvironmentVariable("TRAPLINE_LOCKSTEP_ROUNDS") ?? "60", CultureInfo.InvariantCulture);

    private static int FirstSeed => int.Parse(Environment.GetEnvironmentVariable("TRAPLINE_SEED") ?? "1", CultureInfo.InvariantCulture);

    [SkippableFact]
    public void Random_programs_run_in_lock_step()
    {
        Skip.IfNot(JitEngine.IsSupported, "this host has no JIT");
        string? log = Environment.GetEnvironmentVariable("TRAPLINE_LOCKSTEP_LOG");
        for (int seed = FirstSeed; seed < FirstSeed + Rounds; seed++)
        {
            if (log is not null)
                File.WriteAllText(log, $"{seed}\n");
            Run(seed);
        }
        output.WriteLine($"seeds {FirstSeed} to {FirstSeed + Rounds - 1}");
    }

    private static void Run(int seed)
    {
        using var reference = new TestHart(engine: new InterpreterEngine());
        using var engine = new JitEngine(OptionsFor(seed));
        using var translated = new TestHart(engine: engine);
        LoopingProgram.Load(reference, seed);
        LoopingProgram.Load(translated, seed);
        var random = new Random(seed);
        for (int slice = 0; slice < Slices; slice++)
        {
            ulong budget = (ulong)random.Next(1, random.Next(1, LongestSlice));
            bool interrupt = random.Next(8) == 0;
            reference.Hart.SetInterrupt(HartInterrupt.MachineSoftware, interrupt);
            translated.Hart.SetInterrupt(HartInterrupt.MachineSoftware, interrupt);
            ulong before = reference.State.Pc;
            ExitReason expected = reference.Run(budget);
            ExitReason actual = translated.Run(budget);
            string where = $"seed {seed}, slice {slice} of {budget} from pc 0x{before:x}";
            Assert.True(expected == actual, $"{where}: {expected} expected, {actual} found at pc 0x{translated.State.Pc:x}, 0x{reference.State.Pc:x} expected");
            Compare(reference, translated, where);
            if (expected != ExitReason.BudgetUsed)
                return;
        }
    }

    // Each tier alone, and both with samples so frequent that code goes from one to the other all the time.
    private static JitOptions OptionsFor(int seed)
        => new(CodeBytesPerHart: 1 << 20, Threshold: seed % 3, Tiers: (JitTiers)(seed / 3 % 3), SampleLength: 70 + (seed % 7 * 50));

    private static void Compare(TestHart reference, TestHart translated, string where)
    {
        ref HartState a = ref reference.State;
        ref HartState b = ref translated.State;
        var complaints = new List<string>();
        for (int register = 1; register < 32; register++)
        {
            if (a.X[register] != b.X[register])
                complaints.Add($"x{register} {a.X[register]:x} expected, {b.X[register]:x} found");
        }
        for (int register = 0; register < 32; register++)
        {
            if (a.F[register] != b.F[register])
                complaints.Add($"f{register} {a.F[register]:x} expected, {b.F[register]:x} found");
        }
        (string, ulong, ulong)[] rest =
        [
            ("pc", a.Pc, b.Pc), ("instret", a.Instret, b.Instret), ("fflags", a.FpFlags, b.FpFlags), ("frm", a.RoundingMode, b.RoundingMode),
            ("fs", a.FpStatus, b.FpStatus), ("mstatus", a.Mstatus, b.Mstatus), ("mepc", a.Mepc, b.Mepc), ("mcause", a.Mcause, b.Mcause),
            ("mtval", a.Mtval, b.Mtval), ("mscratch", a.Mscratch, b.Mscratch), ("reservation", a.ReservationSize, b.ReservationSize),
        ];
        complaints.AddRange(rest.Where(r => r.Item2 != r.Item3).Select(r => $"{r.Item1} {r.Item2:x} expected, {r.Item3:x} found"));
        Span<byte> memory = reference.Ram.SpanAt(GuestRam.Base, (int)reference.Ram.Size);
        Span<byte> other = translated.Ram.SpanAt(GuestRam.Base, (int)translated.Ram.Size);
        int same = MemoryMarshal.Cast<byte, ulong>(memory).CommonPrefixLength(MemoryMarshal.Cast<byte, ulong>(other)) * 8;
        if (same < memory.Length)
            complaints.Add($"memory at 0x{GuestRam.Base.Value + (ulong)same:x}");
        Assert.True(complaints.Count == 0, $"{where}: {string.Join(", ", complaints)}");
    }
}
