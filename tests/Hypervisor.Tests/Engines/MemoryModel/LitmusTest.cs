using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Memory;
using Trapline.Hypervisor.Tests.Isa;
using Trapline.TestSupport;

namespace Trapline.Hypervisor.Tests.Engines.MemoryModel;

/// <summary>What a litmus test's harts read, and what their two variables hold in the end.</summary>
internal readonly record struct LitmusOutcome(ulong X, ulong Y, ulong[] Reads)
{
    /// <summary>The first value that a hart read.</summary>
    public ulong First(int hart) => Reads[2 * hart];

    /// <summary>The second value that a hart read.</summary>
    public ulong Second(int hart) => Reads[(2 * hart) + 1];

    public override string ToString() => $"x={X} y={Y} reads {string.Join(' ', Reads)}";
}

/// <summary>
/// A litmus test: a few instructions for each hart, which run at the same time over two variables that are zero before, many times with fresh
/// variables, and an outcome that the memory model forbids.
/// </summary>
/// <remarks>
/// A thread has x5 = &amp;x, x6 = &amp;y, x9 = 1, x13 = 2 and x0; it leaves what it read in x10 and x11 and may use x14 to x18. Several turns, with
/// variables of their own, run back to back before the harts meet; the harts begin each as nearly together as they can, but for a short delay that changes.
/// On a machine that does other things too harts often run one after the other, and then nothing forbidden can be seen. So every fourth meeting is a
/// control: two harts store to one variable and load the other, without a fence, and that neither sees the other's store proves that they ran at the same
/// time. There are more meetings until that was seen often enough.
/// </remarks>
internal sealed class LitmusTest(string name, Func<LitmusOutcome, bool> isForbidden, params Action<Assembler>[] threads)
{
    private const int TurnsPerMeeting = 200;
    private const int UsualMeetings = 300;
    private const ulong Variables = TestHart.Origin + 0x1_0000;
    private const ulong VariableStride = 128;
    private const ulong SecondVariable = TestHart.Origin + 0x2_0000;
    private const ulong Reads = TestHart.Origin + 0x4_0000;
    private const ulong ReadsOfHart = 0x8000;
    private const ulong Progress = TestHart.Origin + 0x8_0000;

    private const int MeetingsOfControl = 4;
    private const int EnoughOverlaps = 20;
    private const int MostExtension = 8;

    // Looks at the others: for the first turn as long as a thread may take to wake up, which it cannot where there are too few processors; then as long
    // as a hart is behind that runs.
    private const ulong WaitForThread = 2_000_000;
    private const ulong WaitWithoutProcessor = 100_000;
    private const ulong WaitForTurn = 300;
    private const int IsControl = 24;

    private int _overlaps;

    public override string ToString() => name;

    /// <summary>How often two harts were seen to run at the same time.</summary>
    public int Overlaps => _overlaps;

    /// <summary>Runs it; returns how often each outcome was seen.</summary>
    public async Task<IReadOnlyDictionary<string, int>> RunAsync()
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        string? violation = null;
        SharedHarts? machine = null;
        var random = new Random(7);
        int meetings = FuzzRun.Seeds(UsualMeetings).Count();
        int held = 0;
        machine = new SharedHarts(threads.Length, () =>
        {
            if (held % MeetingsOfControl == 0)
                _overlaps += CollectControl(machine!.Ram);
            else
                violation ??= Collect(machine!.Ram, seen);
            held++;
            foreach (Hart hart in machine!.Harts)
            {
                hart.State.X[19] = (ulong)random.Next(random.Next(1, 40));
                hart.State.X[IsControl] = held % MeetingsOfControl == 0 ? 1UL : 0;
            }
            return violation is null && (held < meetings || (_overlaps < EnoughOverlaps && held < MostExtension * meetings));
        });
        foreach (Hart hart in machine.Harts)
            hart.State.X[IsControl] = 1;
        using (machine)
            await machine.Run([.. threads.Select(Program)]);
        Assert.True(violation is null, $"{name}: forbidden outcome {violation}");
        return seen;
    }

    private static ulong XOf(int turn) => Variables + ((ulong)turn * VariableStride);

    private static ulong YOf(int turn) => SecondVariable + ((ulong)turn * VariableStride);

    private static ulong ReadsOf(int hart, int turn) => Reads + ((ulong)hart * ReadsOfHart) + ((ulong)turn * 16);

    private Assembler Program(Action<Assembler> thread, int hart)
    {
        var a = new Assembler(TestHart.Origin + ((ulong)hart * 0x2000));
        a.Li(9, 1).Li(13, 2).Label("again").Li(5, XOf(0)).Li(6, YOf(0)).Li(7, ReadsOf(hart, 0)).Li(8, TurnsPerMeeting)
            .Li(23, threads.Length <= Environment.ProcessorCount ? WaitForThread : WaitWithoutProcessor)
            .Label("turn");
        AwaitOthers(a, hart);
        a.I("andi", 20, 8, 7).R("add", 20, 20, 19)
            .Label("wait").I("addi", 20, 20, -1).Branch("bge", 20, 0, "wait")
            .I("addi", 10, 0, 0).I("addi", 11, 0, 0).Branch("bne", IsControl, 0, "control");
        thread(a);
        a.Jal(0, "done").Label("control");
        if (hart < 2)
            a.S("sd", 9, 5 + hart, 0).I("ld", 10, 6 - hart, 0);
        return a.Label("done").S("sd", 10, 7, 0).S("sd", 11, 7, 8)
            .I("addi", 5, 5, (int)VariableStride).I("addi", 6, 6, (int)VariableStride).I("addi", 7, 7, 16).I("addi", 8, 8, -1).Branch("bne", 8, 0, "turn")
            .Li(20, SharedHarts.MeetingPoint).S("sw", 0, 20, 0).Jal(0, "again");
    }

    // Says that this hart begins a turn, and waits until the others do; not for long, since one may not be running.
    private void AwaitOthers(Assembler a, int hart)
    {
        a.R("add", 20, 23, 0).Li(23, WaitForTurn).Li(21, Progress).S("sd", 8, 21, hart * (int)VariableStride).Label("look");
        for (int other = 0; other < threads.Length; other++)
        {
            if (other != hart)
                a.I("ld", 22, 21, other * (int)VariableStride).Branch("blt", 8, 22, "late");
        }
        a.Jal(0, "all there").Label("late").I("addi", 20, 20, -1).Branch("bne", 20, 0, "look").Label("all there");
    }

    private int CollectControl(GuestRam ram)
    {
        int overlaps = 0;
        BeginAnew(ram);
        for (int turn = 0; turn < TurnsPerMeeting; turn++)
        {
            if (ReadsAt(ram, 0, turn)[0] == 0 && ReadsAt(ram, 1, turn)[0] == 0)
                overlaps++;
            ram.ValueAt<ulong>(new Gpa(XOf(turn))) = ram.ValueAt<ulong>(new Gpa(YOf(turn))) = 0;
        }
        return overlaps;
    }

    private void BeginAnew(GuestRam ram)
    {
        for (int hart = 0; hart < threads.Length; hart++)
            ram.ValueAt<ulong>(new Gpa(Progress + ((ulong)hart * VariableStride))) = TurnsPerMeeting + 1;
    }

    private string? Collect(GuestRam ram, Dictionary<string, int> seen)
    {
        string? violation = null;
        BeginAnew(ram);
        for (int turn = 0; turn < TurnsPerMeeting; turn++)
        {
            ref ulong x = ref ram.ValueAt<ulong>(new Gpa(XOf(turn)));
            ref ulong y = ref ram.ValueAt<ulong>(new Gpa(YOf(turn)));
            var outcome = new LitmusOutcome(x, y, [.. Enumerable.Range(0, threads.Length).SelectMany(h => ReadsAt(ram, h, turn))]);
            seen[outcome.ToString()] = seen.GetValueOrDefault(outcome.ToString()) + 1;
            if (isForbidden(outcome))
                violation = outcome.ToString();
            (x, y) = (0, 0);
        }
        return violation;
    }

    private static ulong[] ReadsAt(GuestRam ram, int hart, int turn) =>
        [ram.ValueAt<ulong>(new Gpa(ReadsOf(hart, turn))), ram.ValueAt<ulong>(new Gpa(ReadsOf(hart, turn) + 8))];
}
