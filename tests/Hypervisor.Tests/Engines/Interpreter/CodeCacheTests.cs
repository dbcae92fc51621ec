using Trapline.Hypervisor.Engines.Interpreter;
using Trapline.Hypervisor.Tests.Isa;

namespace Trapline.Hypervisor.Tests.Engines.Interpreter;

public sealed class CodeCacheTests
{
    [Fact]
    public void A_guest_that_rewrites_its_code_sees_it_after_FENCE_I_even_when_the_cache_overflows()
    {
        using var test = new TestHart();
        const ulong Patched = TestHart.Origin + 0x4000;
        const int Times = 45_000;
        var program = new Assembler(TestHart.Origin);
        program.Li(5, Patched).Li(6, 0).Li(7, Times).Li(11, 0x513).Li(12, 0).Li(14, 0x7FF)
            .Label("loop").I("addi", 6, 6, 1).R("and", 13, 6, 14).I("slli", 9, 13, 20).R("or", 9, 9, 11).S("sw", 9, 5, 0).Op("fence.i")
            .I("jalr", 1, 5, 0).Branch("beq", 10, 13, "good").I("addi", 12, 12, 1).Label("good").Branch("bne", 6, 7, "loop").Op("ebreak");
        // Straight on for more than a run, so that each turn decodes much.
        var patched = new Assembler(Patched).Word(0x513);
        for (int k = 0; k < 70; k++)
            patched.I("addi", 15, 15, 1);
        test.Load(patched.I("jalr", 0, 1, 0), Patched);
        test.RunToBreak(program, 10_000_000);
        Assert.Equal(0UL, test.X(12));
        var cache = Assert.IsType<CodeCache>(test.Hart.EngineData);
        Assert.True(cache.Flushes > 0, $"{cache.Decoded} instructions decoded");
    }
}
