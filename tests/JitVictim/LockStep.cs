using System.Runtime.InteropServices;
using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Engines.Interpreter;
using Trapline.Hypervisor.Engines.Jit;
using Trapline.Hypervisor.Engines.Jit.Translation;
using Trapline.Hypervisor.Memory;
using Trapline.Hypervisor.Tests.Engines;

namespace Trapline.JitVictim;

/// <summary>What kind of random program.</summary>
internal enum ProgramKind
{
    /// <summary><see cref="LoopingProgram"/>, in lock-step with the interpreter.</summary>
    Machine,

    /// <summary><see cref="PagedProgram"/>, in lock-step with the interpreter.</summary>
    Paged,

    /// <summary><see cref="HostileProgram"/>, on the JIT alone: it must only survive.</summary>
    Hostile,
}

/// <summary>
/// Both engines run the same endless random program in slices of random length, with interrupts between; after each slice all registers,
/// CSRs, instret and memory must be the same. A program ends where it is not specified any more (<see cref="FencedRun"/>).
/// </summary>
internal static class LockStep
{
    private const int Slices = 60;
    private const int SlicesOfSteps = 2000;
    private const int LongestSlice = 700;
    private const int HostileSlices = 40;

    // Little more than room for the largest region: code memory is full again and again.
    private const int LittleCode = 344 << 10;

    /// <summary>Runs one program.</summary>
    /// <returns>Whether it is specified to its end.</returns>
    public static bool Run(int seed, ProgramKind kind)
    {
        using var translated = new TestHart(RamBytes(seed), new JitEngine(OptionsFor(seed)));
        if (kind != ProgramKind.Hostile)
            return RunTogether(translated, seed, kind);
        RunAlone(translated, seed);
        return true;
    }

    private static void RunAlone(TestHart test, int seed)
    {
        HostileProgram.Load(test, seed);
        var random = new Random(seed);
        for (int slice = 0; slice < HostileSlices; slice++)
        {
            test.Hart.SetInterrupt(HartInterrupt.SupervisorExternal, random.Next(4) == 0);
            if (test.Run((ulong)random.Next(1, 2000)) != ExitReason.BudgetUsed)
                return;
        }
    }

    private static bool RunTogether(TestHart translated, int seed, ProgramKind kind)
    {
        using var reference = new TestHart(RamBytes(seed), new InterpreterEngine());
        Action<TestHart, int> load = kind == ProgramKind.Paged ? PagedProgram.Load : LoopingProgram.Load;
        using var specified = new FencedRun(RamBytes(seed));
        foreach (TestHart test in (TestHart[])[reference, translated, specified.Test])
            load(test, seed);
        // Every fourth program stops, and may be interrupted, at each of its instructions or at every other one.
        bool steps = seed % 4 == 0;
        var random = new Random(seed);
        for (int slice = 0; slice < (steps ? SlicesOfSteps : Slices); slice++)
        {
            ulong budget = steps ? (ulong)random.Next(1, seed % 8 == 0 ? 3 : 2) : (ulong)random.Next(1, random.Next(2, LongestSlice));
            bool interrupt = random.Next(8) == 0;
            foreach (TestHart test in (TestHart[])[reference, translated, specified.Test])
                test.Hart.SetInterrupt(HartInterrupt.MachineSoftware, interrupt);
            ulong before = reference.State.Pc;
            ulong length = specified.Run(budget);
            ExitReason expected = reference.Run(length);
            ExitReason actual = translated.Run(length);
            string where = $"seed {seed} ({kind}), slice {slice} of {length} from pc 0x{before:x}";
            Assert.True(expected == actual, $"{where}: {expected} expected, {actual} found at pc 0x{translated.State.Pc:x}, 0x{reference.State.Pc:x} expected");
            if (kind == ProgramKind.Paged)
                PagedProgram.JoinAccessedBits(reference, translated);
            Compare(reference, translated, where);
            if (length < budget)
                return false;
            if (expected != ExitReason.BudgetUsed)
                break;
        }
        return true;
    }

    // With 2 MiB all of RAM is a single entry of the TLB's second level; with less that is never used.
    private static ulong RamBytes(int seed) => seed % 5 < 2 ? 2UL << 20 : 1UL << 20;

    // Each tier alone, and both with samples so frequent that code goes from one to the other all the time; every fourth with little code memory. What
    // stops at each instruction would be interpreted behind each stop, if once were not enough.
    private static JitOptions OptionsFor(int seed)
        => new(CodeBytesPerHart: seed % 4 == 1 ? LittleCode : 1 << 20, Threshold: seed % 4 == 0 ? 0 : seed % 3, Tiers: (JitTiers)(seed / 3 % 3),
            SampleLength: 70 + (seed % 7 * 50));

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
            ("satp", a.Satp, b.Satp), ("privilege", (ulong)a.Privilege, (ulong)b.Privilege),
        ];
        complaints.AddRange(rest.Where(r => r.Item2 != r.Item3).Select(r => $"{r.Item1} {r.Item2:x} expected, {r.Item3:x} found"));
        Span<byte> memory = reference.Ram.SpanAt(GuestRam.Base, (int)reference.Ram.Size);
        Span<byte> other = translated.Ram.SpanAt(GuestRam.Base, (int)translated.Ram.Size);
        int same = MemoryMarshal.Cast<byte, ulong>(memory).CommonPrefixLength(MemoryMarshal.Cast<byte, ulong>(other)) * 8;
        if (same < memory.Length)
            complaints.Add($"0x{GuestRam.Base.Value + (ulong)same:x}: {BitConverter.ToUInt64(memory[same..]):x} expected, {BitConverter.ToUInt64(other[same..]):x} found");
        Assert.True(complaints.Count == 0, $"{where}: {string.Join(", ", complaints)}");
    }
}
