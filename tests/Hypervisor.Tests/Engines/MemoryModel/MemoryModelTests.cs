using Trapline.Hypervisor.Isa;
using Trapline.Hypervisor.Tests.Isa;
using Xunit.Abstractions;

namespace Trapline.Hypervisor.Tests.Engines.MemoryModel;

/// <summary>
/// The RISC-V memory model (unprivileged specification, chapter 14): what it forbids is never seen, however often harts race.
/// A long run: <c>TRAPLINE_FUZZ_FACTOR=1000 dotnet test tests/Hypervisor.Jit.Tests -c Release --filter MemoryModel</c>.
/// </summary>
/// <remarks>
/// Which of them an x86-64 host can fail: those called SB and R, where a load overtakes a store unless there is a fence or a locked instruction between.
/// All others it keeps by itself, since its loads and its stores each stay in order: there the tests watch what an engine does to the order of a program.
/// </remarks>
public sealed class MemoryModelTests(ITestOutputHelper output)
{
    private const int X = 5, Y = 6, One = 9, Two = 13, First = 10, Second = 11, Scratch = 14;
    private const int Acquire = 2, Release = 1;

    public static TheoryData<string> Names => [.. All.Keys];

    private static Dictionary<string, LitmusTest> All { get; } =
        new LitmusTest[][] { MessagePassing, StoreBuffering, LoadBuffering, Coherence, Writes, ThreeAndFour }.SelectMany(t => t).ToDictionary(t => t.ToString(), StringComparer.Ordinal);

    private static LitmusTest[] MessagePassing =>
    [
        new("MP+fence.w.w+fence.r.r", o => o.First(1) == 1 && o.Second(1) == 0,
            a => Fence(a.S("sd", One, X, 0), "w", "w").S("sd", One, Y, 0),
            a => Fence(a.I("ld", First, Y, 0), "r", "r").I("ld", Second, X, 0)),
        new("MP+fence.tso+addr", o => o.First(1) == 1 && o.Second(1) == 0,
            a => a.S("sd", One, X, 0).Word(0x8330_000F).S("sd", One, Y, 0),
            a => a.I("ld", First, Y, 0).R("xor", Scratch, First, First).R("add", Scratch, Scratch, X).I("ld", Second, Scratch, 0)),
        new("MP+amoswap.rl+amoor.aq", o => o.First(1) == 1 && o.Second(1) == 0,
            a => Amo(a.S("sd", One, X, 0), "amoswap.d", Release, 0, Y, One),
            a => Amo(a, "amoor.d", Acquire, First, Y, 0).I("ld", Second, X, 0)),
        new("MP+amoadd.w.rl+lr.w.aq", o => o.First(1) == 1 && o.Second(1) == 0,
            a => Amo(a.S("sw", One, X, 0), "amoadd.w", Release, 0, Y, One),
            a => Amo(a, "lr.w", Acquire, First, Y, 0).I("lw", Second, X, 0)),
        new("MP+lr+sc.rl+lr.aq", o => o.First(1) == 1 && o.Second(1) == 0,
            a => Amo(a.S("sd", One, X, 0).Label("retry").R("lr.d", Scratch, Y), "sc.d", Release, 15, Y, One).Branch("bne", 15, 0, "retry"),
            a => Amo(a, "lr.d", Acquire, First, Y, 0).I("ld", Second, X, 0)),
        new("MP with floating-point accesses", o => o.First(1) == 1 && o.Second(1) == 0,
            a => Fence(a.Word(Encoding.Registers(InstructionTable.Named("fmv.d.x"), 1, One, 0)).S("fsd", 1, X, 0), "w", "w").S("fsd", 1, Y, 0),
            a => Fence(a.I("ld", First, Y, 0), "r", "r").I("ld", Second, X, 0)),
    ];

    private static LitmusTest[] StoreBuffering =>
    [
        new("SB+fences", o => o.First(0) == 0 && o.First(1) == 0,
            a => Fence(a.S("sd", One, X, 0), "rw", "rw").I("ld", First, Y, 0),
            a => Fence(a.S("sd", One, Y, 0), "rw", "rw").I("ld", First, X, 0)),
        new("SB+fence.w.r", o => o.First(0) == 0 && o.First(1) == 0,
            a => Fence(a.S("sw", One, X, 0), "w", "r").I("lw", First, Y, 0),
            a => Fence(a.S("sw", One, Y, 0), "w", "r").I("lw", First, X, 0)),
        new("SB+amoswap.aqrl", o => o.First(0) == 0 && o.First(1) == 0,
            a => Amo(a, "amoswap.d", Acquire | Release, 0, X, One).I("ld", First, Y, 0),
            a => Amo(a, "amoswap.d", Acquire | Release, 0, Y, One).I("ld", First, X, 0)),
        new("SB+amoxor.w.aq", o => o.First(0) == 0 && o.First(1) == 0,
            a => Amo(a, "amoxor.w", Acquire, 0, X, One).I("lw", First, Y, 0),
            a => Amo(a, "amoxor.w", Acquire, 0, Y, One).I("lw", First, X, 0)),
        new("SB+store+amoor.aqrl", o => o.First(0) == 0 && o.First(1) == 0,
            a => Amo(a.S("sd", One, X, 0), "amoor.d", Acquire | Release, First, Y, 0),
            a => Amo(a.S("sd", One, Y, 0), "amoor.d", Acquire | Release, First, X, 0)),
        new("SB+store+lr.aqrl", o => o.First(0) == 0 && o.First(1) == 0,
            a => Amo(a.S("sd", One, X, 0), "lr.d", Acquire | Release, First, Y, 0),
            a => Amo(a.S("sd", One, Y, 0), "lr.d", Acquire | Release, First, X, 0)),
    ];

    private static LitmusTest[] LoadBuffering =>
    [
        new("LB+fences", o => o.First(0) == 1 && o.First(1) == 1,
            a => Fence(a.I("ld", First, X, 0), "rw", "rw").S("sd", One, Y, 0),
            a => Fence(a.I("ld", First, Y, 0), "rw", "rw").S("sd", One, X, 0)),
        new("LB+datas", o => o.First(0) == 1 && o.First(1) == 1,
            a => a.I("ld", First, X, 0).R("xor", Scratch, First, First).R("add", Scratch, Scratch, One).S("sd", Scratch, Y, 0),
            a => a.I("ld", First, Y, 0).R("xor", Scratch, First, First).R("add", Scratch, Scratch, One).S("sd", Scratch, X, 0)),
        new("LB+ctrls", o => o.First(0) == 1 && o.First(1) == 1,
            a => a.I("ld", First, X, 0).Branch("beq", First, 0, "same").Label("same").S("sd", One, Y, 0),
            a => a.I("ld", First, Y, 0).Branch("bne", First, 0, "same").Label("same").S("sd", One, X, 0)),
    ];

    private static LitmusTest[] Coherence =>
    [
        new("CoRR", o => o.First(1) == 1 && o.Second(1) == 0,
            a => a.S("sd", One, X, 0),
            a => a.I("ld", First, X, 0).I("ld", Second, X, 0)),
        new("CoWW", o => (o.First(1) == 2 && o.Second(1) == 1) || o.X != 2,
            a => a.S("sd", One, X, 0).S("sd", Two, X, 0),
            a => a.I("ld", First, X, 0).I("ld", Second, X, 0)),
        new("CoWR", o => o.First(0) == 0 || (o.First(0) == 2 && o.X == 1),
            a => a.S("sd", One, X, 0).I("ld", First, X, 0),
            a => a.S("sd", Two, X, 0)),
        new("CoRW", o => o.First(0) == 1 || (o.First(0) == 2 && o.X == 2),
            a => a.I("ld", First, X, 0).S("sd", One, X, 0),
            a => a.S("sd", Two, X, 0)),
        new("aligned doublewords are not torn", o => !(o.First(1) is 0 or ulong.MaxValue) || !(o.Second(1) is 0 or ulong.MaxValue),
            a => a.I("addi", Scratch, 0, -1).S("sd", Scratch, X, 0).S("sd", 0, X, 0).S("sd", Scratch, X, 0),
            a => a.I("ld", First, X, 0).I("ld", Second, X, 0)),
    ];

    private static LitmusTest[] Writes =>
    [
        new("2+2W+fences", o => o.X == 1 && o.Y == 1,
            a => Fence(a.S("sd", One, X, 0), "w", "w").S("sd", Two, Y, 0),
            a => Fence(a.S("sd", One, Y, 0), "w", "w").S("sd", Two, X, 0)),
        new("S+fence+data", o => o.First(1) == 1 && o.X == 2,
            a => Fence(a.S("sd", Two, X, 0), "w", "w").S("sd", One, Y, 0),
            a => a.I("ld", First, Y, 0).R("xor", Scratch, First, First).R("add", Scratch, Scratch, One).S("sd", Scratch, X, 0)),
        new("R+fences", o => o.Y == 2 && o.First(1) == 0,
            a => Fence(a.S("sd", One, X, 0), "w", "w").S("sd", One, Y, 0),
            a => Fence(a.S("sd", Two, Y, 0), "rw", "rw").I("ld", First, X, 0)),
    ];

    private static LitmusTest[] ThreeAndFour =>
    [
        new("WRC+fence+addr", o => o.First(1) == 1 && o.First(2) == 1 && o.Second(2) == 0,
            a => a.S("sd", One, X, 0),
            a => Fence(a.I("ld", First, X, 0), "rw", "rw").S("sd", One, Y, 0),
            a => a.I("ld", First, Y, 0).R("xor", Scratch, First, First).R("add", Scratch, Scratch, X).I("ld", Second, Scratch, 0)),
        new("IRIW+fences", o => (o.First(2), o.Second(2), o.First(3), o.Second(3)) == (1, 0, 1, 0),
            a => a.S("sd", One, X, 0),
            a => a.S("sd", One, Y, 0),
            a => Fence(a.I("ld", First, X, 0), "r", "r").I("ld", Second, Y, 0),
            a => Fence(a.I("ld", First, Y, 0), "r", "r").I("ld", Second, X, 0)),
        new("IRIW+lr.aqs", o => (o.First(2), o.Second(2), o.First(3), o.Second(3)) == (1, 0, 1, 0),
            a => Amo(a, "amoswap.d", Release, 0, X, One),
            a => Amo(a, "amoswap.d", Release, 0, Y, One),
            a => Amo(Amo(a, "lr.d", Acquire | Release, First, X, 0), "lr.d", Acquire | Release, Second, Y, 0),
            a => Amo(Amo(a, "lr.d", Acquire | Release, First, Y, 0), "lr.d", Acquire | Release, Second, X, 0)),
    ];

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public async Task Forbidden_outcomes_are_never_seen(string name)
    {
        LitmusTest test = All[name];
        IReadOnlyDictionary<string, int> seen = await test.RunAsync();
        output.WriteLine($"{test.Overlaps,8} times two harts were seen to run at the same time");
        foreach ((string outcome, int times) in seen.OrderByDescending(s => s.Value))
            output.WriteLine($"{times,8} {outcome}");
    }

    private static Assembler Fence(Assembler a, string before, string after) => a.Word(0x0F | (Set(before) << 24) | (Set(after) << 20));

    private static uint Set(string what) => (what.Contains('r', StringComparison.Ordinal) ? 2u : 0) | (what.Contains('w', StringComparison.Ordinal) ? 1u : 0);

    private static Assembler Amo(Assembler a, string name, int ordering, int rd, int address, int operand) =>
        a.Word(Encoding.Registers(InstructionTable.Named(name), rd, address, operand) | ((uint)ordering << 25));
}
