using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Tests.Isa;

namespace Trapline.Hypervisor.Tests.Engines;

public sealed class InterpreterTests
{
    [Fact]
    public void A_loop_sums_what_it_loads_and_stores_the_sum()
    {
        using var test = new TestHart();
        var program = new Assembler(TestHart.Origin);
        program.Li(5, TestHart.Origin + 0x8000).Li(6, 100).Li(7, 0)
            .Label("fill").S("sd", 6, 5, 0).I("ld", 8, 5, 0).R("add", 7, 7, 8).I("addi", 5, 5, 8).I("addi", 6, 6, -1).Branch("bne", 6, 0, "fill")
            .S("sd", 7, 5, 0).I("ld", 10, 5, 0).Op("ebreak");
        test.RunToBreak(program);
        Assert.Equal(5050UL, test.X(10));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(1000)]
    public void A_budget_is_kept_exactly(ulong slice)
    {
        using var test = new TestHart();
        var program = new Assembler(TestHart.Origin);
        program.Li(5, 0).Label("loop").I("addi", 5, 5, 1).R("xor", 6, 6, 5).Branch("bne", 5, 0, "loop");
        test.Load(program);
        for (ulong k = 1; k <= 50; k++)
        {
            Assert.Equal(ExitReason.BudgetUsed, test.Engine.Run(test.Hart, slice));
            Assert.Equal(k * slice, test.Hart.Retired);
        }
        // One instruction to start with, then three to a turn.
        Assert.Equal(((50 * slice) - 1 + 2) / 3, test.X(5));
    }
}
