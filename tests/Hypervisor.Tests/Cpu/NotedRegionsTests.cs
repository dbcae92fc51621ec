using Trapline.Hypervisor.Cpu;

namespace Trapline.Hypervisor.Tests.Cpu;

public sealed class NotedRegionsTests
{
    [Fact]
    public void It_knows_what_was_noted_and_nothing_else_until_it_is_full()
    {
        var regions = new NotedRegions();
        for (ulong region = 0; region < NotedRegions.Most - 1; region++)
            regions.Add(region * 3);

        Assert.All(Enumerable.Range(0, NotedRegions.Most - 1), k => Assert.True(regions.MayContain((ulong)k * 3)));
        Assert.All(Enumerable.Range(0, NotedRegions.Most), k => Assert.False(regions.MayContain(((ulong)k * 3) + 1)));

        regions.Add(ulong.MaxValue);
        regions.Add(ulong.MaxValue - 1);
        Assert.True(regions.MayContain(ulong.MaxValue - 1));
        regions.Clear();
        Assert.False(regions.MayContain(0));
        Assert.False(regions.MayContain(ulong.MaxValue));
    }
}
