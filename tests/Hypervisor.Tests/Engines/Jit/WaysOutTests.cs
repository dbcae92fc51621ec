using Trapline.Hypervisor.Engines.Jit;
using Trapline.Hypervisor.Engines.Jit.Translation;
using Trapline.Hypervisor.Engines.Jit.X64;
using Assembler = Trapline.Hypervisor.Tests.Isa.Assembler;

namespace Trapline.Hypervisor.Tests.Engines.Jit;

/// <summary>Calls, returns, indirect jumps and fences find their way from generated code to generated code.</summary>
public sealed class WaysOutTests
{
    private const int Times = 250_000;

    // Some at first, until everything is translated and linked; and one now and then for a sample.
    private const long FewExits = 300;

    [SkippableTheory]
    [InlineData(JitTiers.Both)]
    [InlineData(JitTiers.Quick)]
    [InlineData(JitTiers.Regions)]
    public void A_million_calls_and_returns_do_not_go_through_the_dispatcher(JitTiers tiers)
    {
        // A leaf in the same page, one in another page, one through a register, and one that links through x5.
        Assembler program = Loop(a => a.Jal(1, "near").Jal(1, "far").I("jalr", 1, 9, 0).Jal(5, "other").Label("returned"))
            .Label("near").I("addi", 10, 10, 1).I("jalr", 0, 1, 0)
            .Label("other").I("addi", 10, 10, 1).I("jalr", 0, 5, 0)
            .Align(4096).Label("far").I("addi", 10, 10, 1).I("jalr", 0, 1, 0);

        AssertStaysInside(program, tiers, 4UL * Times, test => PointToPlaces(test, program));
    }

    [SkippableTheory]
    [InlineData(JitTiers.Both)]
    [InlineData(JitTiers.Quick)]
    [InlineData(JitTiers.Regions)]
    public void A_million_returns_without_a_call_and_indirect_jumps_do_not_go_through_the_dispatcher(JitTiers tiers)
    {
        // x9 points to one of two places in turn, in this page and in the next one.
        Assembler program = Loop(a => a.I("jalr", 0, 9, 0).Label("back").R("xor", 9, 9, 11).R("add", 1, 0, 12).I("jalr", 0, 1, 0).Label("returned"))
            .Label("near").I("addi", 10, 10, 2).Jal(0, "back")
            .Align(4096).Label("far").I("addi", 10, 10, 2).Jal(0, "back");

        AssertStaysInside(program, tiers, 2UL * Times, test => PointToPlaces(test, program));
    }

    [SkippableTheory]
    [InlineData(JitTiers.Both)]
    [InlineData(JitTiers.Quick)]
    [InlineData(JitTiers.Regions)]
    public void Fences_do_not_go_through_the_dispatcher_where_nothing_was_written(JitTiers tiers)
        => AssertStaysInside(Loop(a => a.Op("fence.i").Op("fence.i").I("addi", 10, 10, 1)), tiers, Times);

    [SkippableFact]
    public void Recursion_deeper_than_any_prediction_comes_back()
    {
        const int Depth = 6000;
        Assembler program = new Assembler(TestHart.Origin).Li(8, Depth).Li(2, TestHart.Origin + 0x8_0000).Jal(1, "down").Op("ebreak")
            .Label("down").I("addi", 2, 2, -8).S("sd", 1, 2, 0).I("addi", 8, 8, -1).Branch("beq", 8, 0, "up").Jal(1, "down")
            .Label("up").I("ld", 1, 2, 0).I("addi", 2, 2, 8).I("addi", 10, 10, 1).I("jalr", 0, 1, 0);
        using JitEngine engine = NewEngine(JitTiers.Both);
        using var test = new TestHart(engine: engine);

        for (int round = 0; round < 20; round++)
        {
            test.State.X[10] = 0;
            test.RunToBreak(program);
            Assert.Equal((ulong)Depth, test.State.X[10]);
        }
    }

    private static Assembler Loop(Func<Assembler, Assembler> body)
    {
        Assembler program = new Assembler(TestHart.Origin).Li(8, Times).Label("again");
        return body(program).I("addi", 8, 8, -1).Branch("bne", 8, 0, "again").Op("ebreak");
    }

    // The address of "near", what XOR turns it into that of "far", the address of "returned".
    private static void PointToPlaces(TestHart test, Assembler program)
    {
        test.State.X[9] = program.AddressOf("near");
        test.State.X[11] = program.AddressOf("near") ^ program.AddressOf("far");
        test.State.X[12] = program.AddressOf("returned");
    }

    private static void AssertStaysInside(Assembler program, JitTiers tiers, ulong expected, Action<TestHart>? prepare = null)
    {
        using JitEngine engine = NewEngine(tiers);
        using var test = new TestHart(engine: engine);
        prepare?.Invoke(test);

        test.RunToBreak(program, budget: 100 * Times);

        Assert.Equal(expected, test.State.X[10]);
        JitCounters counters = engine.Counters.Single().Counters;
        long exits = Enum.GetValues<NativeExit>().Where(reason => reason != NativeExit.Attend).Sum(reason => counters.ExitsOf((int)reason));
        Assert.InRange(exits, 1, FewExits);
        Assert.InRange(counters.ExitsOf((int)NativeExit.Attend), 1, Times / 1000);
    }

    private static JitEngine NewEngine(JitTiers tiers)
    {
        Skip.IfNot(JitEngine.IsSupported, "this host has no JIT");
        return new JitEngine(new JitOptions(Threshold: 3, Tiers: tiers));
    }
}
