using Trapline.Hypervisor.Engines.Jit;
using Trapline.Hypervisor.Engines.Jit.Translation;
using Trapline.Hypervisor.Tests.Isa;

namespace Trapline.Hypervisor.Tests.Engines.Jit;

/// <summary>Calls and returns as the host's own: what they check before they trust the host's stack, and where it ends.</summary>
public sealed class HostStackTests
{
    private const ulong Times = 20_000;
    private const int Left = 8, Skipped = 9, Sum = 10, FirstOfCaller = 11, FirstOfCallee = 24, Kept = 20;

    [SkippableTheory]
    [InlineData(JitTiers.Both)]
    [InlineData(JitTiers.Regions)]
    public void A_return_from_another_region_does_not_find_the_callers_registers_where_they_were(JitTiers tiers)
    {
        // "near" belongs to the caller's region and goes on in another one, which has inner calls too, and returns for it.
        var program = new Assembler(TestHart.Origin);
        program.Li(Left, Times).Label("again");
        AddToEach(program, FirstOfCaller, 8);
        program.Jal(1, "near").I("addi", Left, Left, -1).Branch("bne", Left, 0, "again").Op("ebreak")
            .Label("near").I("addi", Sum, Sum, 1).Jal(0, "far").Align(4096)
            .Label("far").R("add", Kept, 0, 1);
        AddToEach(program, FirstOfCallee, 6);
        program.Jal(1, "leaf").R("add", 1, 0, Kept).I("jalr", 0, 1, 0)
            .Label("leaf").I("addi", Sum, Sum, 1).I("jalr", 0, 1, 0);
        using JitEngine engine = NewEngine(tiers);
        using var test = new TestHart(engine: engine);

        test.RunToBreak(program);

        Assert.Equal(2 * Times, test.X(Sum));
        for (int number = 0; number < 8; number++)
            Assert.Equal(Times * (ulong)(number + 1), test.X(FirstOfCaller + number));
        for (int number = 0; number < 6; number++)
            Assert.Equal(Times * (ulong)(number + 1), test.X(FirstOfCallee + number));
    }

    [SkippableTheory]
    [InlineData(JitTiers.Both)]
    [InlineData(JitTiers.Quick)]
    [InlineData(JitTiers.Regions)]
    public void Returns_that_match_no_call_do_not_run_off_the_stack(JitTiers tiers)
    {
        // Each callee comes back one instruction further on than it was called to: near, far, and from a call within a call.
        Assembler program = new Assembler(TestHart.Origin).Li(Left, Times)
            .Label("again").Jal(1, "near").I("addi", Skipped, 0, 1).Jal(1, "far").I("addi", Skipped, 0, 1).Jal(1, "nested").I("addi", Skipped, 0, 1)
            .I("addi", Left, Left, -1).Branch("bne", Left, 0, "again").Op("ebreak")
            .Label("near").I("addi", Sum, Sum, 1).I("addi", 1, 1, 4).I("jalr", 0, 1, 0)
            .Label("nested").R("add", Kept, 0, 1).Jal(1, "far").I("addi", Skipped, 0, 1).I("addi", 1, Kept, 4).I("jalr", 0, 1, 0)
            .Align(4096).Label("far").I("addi", Sum, Sum, 1).I("addi", 1, 1, 4).I("jalr", 0, 1, 0);
        using JitEngine engine = NewEngine(tiers);
        using var test = new TestHart(engine: engine);

        test.RunToBreak(program);

        Assert.Equal((3 * Times, 0UL), (test.X(Sum), test.X(Skipped)));
    }

    [SkippableTheory]
    [InlineData(JitTiers.Both)]
    [InlineData(JitTiers.Quick)]
    [InlineData(JitTiers.Regions)]
    public void Returns_to_address_0_do_not_run_off_the_stack(JitTiers tiers)
    {
        // What stands at the stack's base looks most like a call that comes back to address 0.
        Assembler program = new Assembler(0)
            .Label("zero").I("addi", Left, Left, -1).Branch("beq", Left, 0, "end").Jal(1, "leaf").I("addi", 1, 0, 0).I("jalr", 0, 1, 0)
            .Label("end").Op("ebreak")
            .Label("leaf").I("addi", Sum, Sum, 1).I("jalr", 0, 1, 0);
        using JitEngine engine = NewEngine(tiers);
        using var guest = new PagedGuest(engine);
        guest.Map(0, TestHart.Origin);
        guest.Test.Load(program);
        guest.Test.State.X[Left] = Times;

        guest.RunToBreak(0);

        Assert.Equal(Times - 1, guest.Test.X(Sum));
    }

    // Different numbers, so that registers cannot be taken for each other.
    private static void AddToEach(Assembler a, int first, int count)
    {
        for (int number = 0; number < count; number++)
            a.I("addi", first + number, first + number, number + 1);
    }

    private static JitEngine NewEngine(JitTiers tiers)
    {
        Skip.IfNot(JitEngine.IsSupported, "this host has no JIT");
        return new JitEngine(new JitOptions(Threshold: 3, Tiers: tiers));
    }
}
