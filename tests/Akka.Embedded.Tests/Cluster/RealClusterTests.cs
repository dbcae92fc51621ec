using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Tools.Singleton;
using Akka.Remote;
using Akka.Remote.Transport;

namespace Akka.Embedded.Tests.Cluster;

public sealed class RealClusterTests
{
    [Fact]
    public async Task A_node_that_was_removed_while_it_was_cut_off_learns_it_and_shuts_down()
    {
        await using var first = new RealNode(Resolver("2s"));
        await using var second = new RealNode(Resolver("2s"));
        // So slow to decide that the others have long removed it when the network is whole again.
        await using var cutOff = new RealNode(Resolver("10m"));
        foreach (var node in new[] { first, second, cutOff })
            await node.JoinAsync(first);
        await cutOff.UntilAsync(c => c.State.Members.Count(m => m.Status == MemberStatus.Up) == 3, "three members are up");

        await ThrottleAsync(cutOff, [first, second], Blackhole.Instance);
        foreach (var node in new[] { first, second })
            await node.UntilAsync(c => c.State.Members.Count == 2, "the third is removed");
        await cutOff.UntilAsync(c => c.State.Unreachable.Count == 2, "it is alone");
        Assert.Equal(3, cutOff.Cluster.State.Members.Count);
        await ThrottleAsync(cutOff, [first, second], Unthrottled.Instance);

        await cutOff.UntilTerminatedAsync();
        Assert.True(cutOff.Cluster.IsTerminated);
        Assert.Equal(2, first.Cluster.State.Members.Count);
    }

    [Fact]
    public async Task The_cluster_works_with_every_message_serialized()
    {
        const string Checked = "akka.actor { serialize-messages = on, serialize-creators = on }";
        await using var first = new RealNode(Checked);
        await using var second = new RealNode(Checked);
        await first.JoinAsync(first);
        await second.JoinAsync(first);
        foreach (var node in new[] { first, second })
        {
            node.System.ActorOf(
                ClusterSingletonManager.Props(Props.Create<Echo>(), ClusterSingletonManagerSettings.Create(node.System)), "manager");
        }

        var proxy = second.System.ActorOf(ClusterSingletonProxy.Props("/user/manager", ClusterSingletonProxySettings.Create(second.System)));
        Assert.Equal("hello", await proxy.Ask<string>("hello", TimeSpan.FromSeconds(60)));
        first.Cluster.Leave(first.Cluster.SelfAddress);

        await second.UntilAsync(c => c.State.Members.Count == 1, "it is alone");
        Assert.Equal("again", await proxy.Ask<string>("again", TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task Ending_the_system_leaves_the_cluster_in_order()
    {
        await using var first = new RealNode("");
        await using var second = new RealNode("akka.coordinated-shutdown.run-by-actor-system-terminate = on");
        await first.JoinAsync(first);
        await second.JoinAsync(first);
        var events = new List<ClusterEvent.MemberRemoved>();
        first.Cluster.Subscribe(
            first.System.ActorOf(Props.Create(() => new Collector(events))), ClusterEvent.InitialStateAsEvents, typeof(ClusterEvent.MemberRemoved));

        await second.System.Terminate();

        await first.UntilAsync(_ => Count(events) == 1, "the other is removed");
        Assert.Equal(MemberStatus.Exiting, events[0].PreviousStatus);
    }

    private static int Count(List<ClusterEvent.MemberRemoved> events)
    {
        lock (events)
            return events.Count;
    }

    private static string Resolver(string stableAfter) => $$"""
        akka.remote.dot-netty.tcp.applied-adapters = ["trttl"]
        akka.cluster {
          downing-provider-class = "Akka.Cluster.SBR.SplitBrainResolverProvider, Akka.Cluster"
          split-brain-resolver { active-strategy = keep-majority, stable-after = {{stableAfter}} }
        }
        """;

    private static async Task ThrottleAsync(RealNode one, RealNode[] others, ThrottleMode mode)
    {
        foreach (var other in others)
        {
            await TransportOf(one).ManagementCommand(new SetThrottle(other.Cluster.SelfAddress, ThrottleTransportAdapter.Direction.Both, mode));
            await TransportOf(other).ManagementCommand(new SetThrottle(one.Cluster.SelfAddress, ThrottleTransportAdapter.Direction.Both, mode));
        }
    }

    private static RemoteTransport TransportOf(RealNode node) =>
        ((IRemoteActorRefProvider)((ExtendedActorSystem)node.System).Provider).Transport;

    public sealed class Echo : UntypedActor
    {
        protected override void OnReceive(object message) => Sender.Tell(message);
    }

    private sealed class Collector(List<ClusterEvent.MemberRemoved> events) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is not ClusterEvent.MemberRemoved removed)
                return;
            lock (events)
                events.Add(removed);
        }
    }
}
