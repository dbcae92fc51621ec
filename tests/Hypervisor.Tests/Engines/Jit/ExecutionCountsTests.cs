using Trapline.Hypervisor.Engines.Jit.Translation;

namespace Trapline.Hypervisor.Tests.Engines.Jit;

/// <summary>Code is translated after so many executions of it, not of other code.</summary>
public sealed class ExecutionCountsTests
{
    private const int Threshold = 80;
    private const ulong Origin = 0x3F_0000_0000;

    [Fact]
    public void An_address_is_often_executed_after_the_threshold_and_stays_it()
    {
        var counts = new ExecutionCounts(Threshold);

        Assert.DoesNotContain(true, Enumerable.Range(0, Threshold).Select(_ => counts.Count(Origin)));
        Assert.DoesNotContain(false, Enumerable.Range(0, 1000).Select(_ => counts.Count(Origin)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(255)]
    public void The_least_and_the_highest_threshold_hold(int threshold)
    {
        var counts = new ExecutionCounts(threshold);

        Assert.DoesNotContain(true, Enumerable.Range(0, threshold).Select(_ => counts.Count(Origin)));
        Assert.True(counts.Count(Origin));
    }

    [Fact]
    public void Executions_of_much_code_do_not_add_up()
    {
        var counts = new ExecutionCounts(Threshold);

        for (int round = 0; round < 10; round++)
        {
            for (ulong block = 0; block < 1 << 20; block++)
                Assert.False(counts.Count(Origin + (block * 16)));
        }
    }

    [Fact]
    public void A_hot_address_is_found_among_much_rare_code()
    {
        var counts = new ExecutionCounts(Threshold);
        ulong rare = 0;

        int executions = 0;
        while (!counts.Count(Origin))
        {
            executions++;
            for (int i = 0; i < 1000; i++)
                counts.Count(Origin + (++rare * 16));
        }

        Assert.InRange(executions, Threshold, 2 * Threshold);
    }
}
