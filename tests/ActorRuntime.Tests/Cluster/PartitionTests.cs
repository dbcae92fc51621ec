using Akka.Actor;
using Akka.Cluster;
using Akka.Remote;
using Akka.Remote.Transport;
using static Akka.Cluster.ClusterEvent;

namespace Trapline.ActorRuntime.Tests.Cluster;

public sealed class PartitionTests
{
    [Fact]
    public async Task The_minority_of_a_partition_ends_itself_and_the_majority_goes_on()
    {
        var nodes = await ClusterNode.FormAsync(3, Resolver("3s"));
        await using var all = new AsyncDisposables(nodes);
        var runs = new SingletonRuns();
        Array.ForEach(nodes, runs.Manage);
        await Eventually.TrueAsync(() => runs.Started.Count == 1, () => "the singleton starts on the oldest");

        await CutAsync(nodes[0], nodes[1], nodes[2]);

        // The oldest is alone on its side: it ends, and what it ran with it, before the others start that anew.
        await nodes[0].System.WhenTerminated.WaitAsync(ClusterNode.Patience);
        foreach (var node in nodes[1..])
        {
            var removed = await node.Events.UntilAsync<MemberRemoved>(e => e.Member.Address.Equals(nodes[0].Address));
            Assert.Equal(MemberStatus.Down, removed.PreviousStatus);
            await node.UntilAsync(s => s.Members.Count(m => m.Status == MemberStatus.Up) == 2 && s.Unreachable.IsEmpty, "two members go on");
        }

        await Eventually.TrueAsync(() => runs.Started.Contains(nodes[1].Address), () => "the singleton starts on the next oldest");
        Assert.False(runs.RanTwice);
        Assert.False(nodes[1].Cluster.IsTerminated || nodes[2].Cluster.IsTerminated);

        // The majority takes members again.
        await using var fresh = ClusterNode.Start(Resolver("3s"));
        await fresh.Cluster.JoinAsync(nodes[1].Address).WaitAsync(ClusterNode.Patience);
        await nodes[2].UntilAsync(s => s.Members.Count(m => m.Status == MemberStatus.Up) == 3, "a third member has joined");
    }

    [Fact]
    public async Task A_partition_that_heals_in_time_changes_nothing()
    {
        var nodes = await ClusterNode.FormAsync(3, Resolver("60s"));
        await using var all = new AsyncDisposables(nodes);

        await CutAsync(nodes[2], nodes[0], nodes[1]);
        await nodes[0].Events.UntilAsync<UnreachableMember>(e => e.Member.Address.Equals(nodes[2].Address));
        await nodes[2].Events.UntilAsync<UnreachableMember>(e => e.Member.Address.Equals(nodes[0].Address));
        await HealAsync(nodes[2], nodes[0], nodes[1]);

        await nodes[0].Events.UntilAsync<ReachableMember>(e => e.Member.Address.Equals(nodes[2].Address));
        foreach (var node in nodes)
            await node.UntilAsync(s => s.Unreachable.IsEmpty && s.Members.Count(m => m.Status == MemberStatus.Up) == 3, "all three are members and reachable");
    }

    private static string Resolver(string stableAfter) => $$"""
        akka.remote.dot-netty.tcp.applied-adapters = ["trttl"]
        akka.cluster {
          downing-provider-class = "Akka.Cluster.SBR.SplitBrainResolverProvider, Akka.Cluster"
          split-brain-resolver { active-strategy = keep-majority, stable-after = {{stableAfter}} }
        }
        """;

    private static Task CutAsync(ClusterNode one, params ClusterNode[] others) => ThrottleAsync(one, others, Blackhole.Instance);

    private static Task HealAsync(ClusterNode one, params ClusterNode[] others) => ThrottleAsync(one, others, Unthrottled.Instance);

    private static async Task ThrottleAsync(ClusterNode one, ClusterNode[] others, ThrottleMode mode)
    {
        foreach (var other in others)
        {
            Assert.True(await TransportOf(one).ManagementCommand(new SetThrottle(other.Address, ThrottleTransportAdapter.Direction.Both, mode)));
            Assert.True(await TransportOf(other).ManagementCommand(new SetThrottle(one.Address, ThrottleTransportAdapter.Direction.Both, mode)));
        }
    }

    private static RemoteTransport TransportOf(ClusterNode node) =>
        ((IRemoteActorRefProvider)((ExtendedActorSystem)node.System).Provider).Transport;
}
