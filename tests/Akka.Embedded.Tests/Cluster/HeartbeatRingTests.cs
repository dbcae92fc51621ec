using System.Collections.Immutable;
using Akka.Cluster;
using Akka.Cluster.Membership;
using static Akka.Embedded.Tests.Cluster.Nodes;

namespace Akka.Embedded.Tests.Cluster;

public sealed class HeartbeatRingTests
{
    [Theory]
    [InlineData(2, 9)]
    [InlineData(10, 3)]
    [InlineData(40, 9)]
    public void Every_node_is_watched_by_as_many_as_configured(int count, int monitors)
    {
        var nodes = Many(count);
        var watchers = nodes.ToDictionary(n => n, _ => 0);
        foreach (var node in nodes)
        {
            foreach (var receiver in new HeartbeatRing(node, nodes, [], monitors).Receivers)
                watchers[receiver]++;
        }

        Assert.All(watchers.Values, n => Assert.Equal(Math.Min(monitors, count - 1), n));
    }

    [Fact]
    public void A_node_watches_further_nodes_in_place_of_unreachable_ones_and_keeps_watching_those()
    {
        var nodes = Many(20);
        var self = nodes[0];
        var before = new HeartbeatRing(self, nodes, [], 3).Receivers;
        var lost = before[0];

        var after = new HeartbeatRing(self, nodes, [lost], 3).Receivers;

        Assert.Equal(4, after.Count);
        Assert.True(before.IsSubsetOf(after));
    }

    [Fact]
    public void A_node_never_watches_itself() =>
        Assert.All(Many(12), node => Assert.DoesNotContain(node, new HeartbeatRing(node, Many(12), [], 5).Receivers));

    private static ImmutableSortedSet<UniqueAddress> Many(int count) =>
        [.. Enumerable.Range(0, count).Select(i => Node($"n{i}"))];
}
