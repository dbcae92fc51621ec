using Trapline.Hypervisor.Engines.Jit;
using Trapline.Hypervisor.Engines.Jit.Translation;
using Trapline.Hypervisor.Isa;
using Trapline.Hypervisor.Tests.Isa;

namespace Trapline.Hypervisor.Tests.Engines.Jit;

/// <summary>A guest that writes code itself: a write and FENCE.I drop the translations of the page that was written, and no others.</summary>
public sealed class RewrittenCodeTests
{
    private const ulong Kept = TestHart.Origin + 0x1000;
    private const ulong Written = TestHart.Origin + 0x2000;
    private const int Turns = 200;
    private const ulong TurnsOfLoop = 300;

    [SkippableFact]
    public void A_write_drops_the_page_that_it_touches_and_nothing_else()
    {
        Skip.IfNot(JitEngine.IsSupported, "this host has no JIT");
        using var engine = new JitEngine(new JitOptions(Threshold: 2));
        using var hart = new TestHart(engine: engine);
        hart.Load(new Assembler(Kept).I("addi", 12, 12, 1).R("jalr", 0, 1), Kept);
        hart.Load(new Assembler(Written).I("addi", 13, 13, 1).R("jalr", 0, 1), Written);
        var a = new Assembler(TestHart.Origin);
        a.Li(10, Turns).Li(20, Kept).Li(21, Written).Li(23, Addition(1)).Li(24, Addition(2)).Label("turn").Li(11, TurnsOfLoop)
            .Label("calls").R("jalr", 1, 20).R("jalr", 1, 21).I("addi", 11, 11, -1).Branch("bne", 11, 0, "calls")
            .S("sw", 24, 21, 0).Op("fence.i").R("add", 25, 23, 0).R("add", 23, 24, 0).R("add", 24, 25, 0)
            .I("addi", 10, 10, -1).Branch("bne", 10, 0, "turn").Op("ebreak");
        hart.RunToBreak(a, 10_000_000);

        JitCounters counters = engine.Counters.Single().Counters;
        Assert.Equal(Turns * TurnsOfLoop, hart.X(12));
        Assert.Equal(Turns * TurnsOfLoop * 3 / 2, hart.X(13));
        Assert.InRange(counters.DroppedPages, Turns - 1, Turns);
        Assert.Equal(0, counters.Flushes);
        // The rewritten page once a turn; the others only until they are regions.
        Assert.InRange(counters.QuickTranslations + counters.Regions, Turns - 1, (2 * Turns) + 20);
    }

    private static uint Addition(uint value) => Encoding.Immediate(InstructionTable.Named("addi"), 13, 13, (int)value);
}
