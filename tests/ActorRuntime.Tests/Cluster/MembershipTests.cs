using Akka.Actor;
using Akka.Cluster;
using static Akka.Cluster.ClusterEvent;

namespace Trapline.ActorRuntime.Tests.Cluster;

public sealed class MembershipTests
{
    [Fact]
    public async Task Nodes_that_share_seed_nodes_form_one_cluster()
    {
        await using var first = ClusterNode.Start("akka.cluster.roles = [front]");
        await using var second = ClusterNode.Start("akka.cluster.roles = [back, extra]");
        await using var third = ClusterNode.Start();
        var seeds = new[] { first.Address, second.Address };
        foreach (var node in new[] { third, second, first })
            node.Cluster.JoinSeedNodes(seeds);

        foreach (var node in new[] { first, second, third })
        {
            await node.UntilAsync(s => s.Members.Count(m => m.Status == MemberStatus.Up) == 3, "three members are up");
            Assert.Empty(node.Cluster.State.Unreachable);
            Assert.True(node.Cluster.IsUp);
            Assert.Equal(MemberStatus.Up, node.Cluster.SelfMember.Status);
            Assert.Equal(node.Cluster.SelfUniqueAddress, node.Cluster.SelfMember.UniqueAddress);
        }

        var members = third.Cluster.State.Members;
        Assert.Equal(["front"], members.Single(m => m.Address.Equals(first.Address)).Roles);
        Assert.Equal(["back", "extra"], members.Single(m => m.Address.Equals(second.Address)).Roles.Order(StringComparer.Ordinal));
        Assert.True(members.Single(m => m.Address.Equals(first.Address)).HasRole("front"));
        // Only the first seed node may start a cluster, so it is the oldest.
        Assert.Equal(first.Address, members.Min(Member.AgeOrdering)!.Address);
    }

    [Fact]
    public async Task Every_node_sees_the_same_leader_and_role_leaders()
    {
        var nodes = await ClusterNode.FormAsync(3, "akka.cluster.roles = [worker]");
        await using var all = new AsyncDisposables(nodes);
        var lowest = nodes.Select(n => n.Address).Min(Member.AddressOrdering)!;

        foreach (var node in nodes)
        {
            await node.UntilAsync(s => lowest.Equals(s.Leader), "the leader is the member with the lowest address");
            Assert.Equal(lowest, node.Cluster.State.RoleLeader("worker"));
            Assert.Null(node.Cluster.State.RoleLeader("nobody"));
            Assert.Equal(["worker"], node.Cluster.State.AllRoles);
        }
    }

    [Fact]
    public async Task Joining_asynchronously_completes_when_the_node_is_up()
    {
        await using var node = ClusterNode.Start();
        Assert.False(node.Cluster.IsUp);
        var callback = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        node.Cluster.RegisterOnMemberUp(() => callback.TrySetResult());

        await node.Cluster.JoinAsync(node.Address).WaitAsync(ClusterNode.Patience);

        await callback.Task.WaitAsync(ClusterNode.Patience);
        await node.UntilAsync(s => s.Members.Count == 1, "it is a member itself");
        Assert.True(node.Cluster.IsUp);
    }

    [Fact]
    public async Task Nobody_is_up_before_the_configured_number_of_members_is_there()
    {
        const string Two = "akka.cluster.min-nr-of-members = 2";
        await using var first = ClusterNode.Start(Two);
        first.Cluster.Join(first.Address);
        await first.UntilAsync(s => s.Members.Count == 1, "it is a member itself");
        Assert.Equal(MemberStatus.Joining, first.Cluster.SelfMember.Status);

        await using var second = ClusterNode.Start(Two);
        await second.Cluster.JoinAsync(first.Address).WaitAsync(ClusterNode.Patience);
        await first.UntilAsync(s => s.Members.Count(m => m.Status == MemberStatus.Up) == 2, "both are up");
    }

    [Fact]
    public async Task A_subscriber_begins_with_a_snapshot_or_with_the_events_that_led_there()
    {
        var nodes = await ClusterNode.FormAsync(2);
        await using var all = new AsyncDisposables(nodes);
        var snapshot = new EventLog(nodes[0].System);
        var events = new EventLog(nodes[0].System);

        nodes[0].Cluster.Subscribe(snapshot.Ref, SubscriptionInitialStateMode.InitialStateAsSnapshot, typeof(IMemberEvent));
        nodes[0].Cluster.Subscribe(events.Ref, SubscriptionInitialStateMode.InitialStateAsEvents, typeof(IMemberEvent));

        var state = await snapshot.UntilAsync<CurrentClusterState>();
        Assert.Equal(2, state.Members.Count);
        await events.UntilAsync<MemberUp>(e => e.Member.Address.Equals(nodes[0].Address));
        await events.UntilAsync<MemberUp>(e => e.Member.Address.Equals(nodes[1].Address));
        Assert.DoesNotContain(events.All, e => e is CurrentClusterState);

        await using var third = ClusterNode.Start();
        await third.Cluster.JoinAsync(nodes[0].Address).WaitAsync(ClusterNode.Patience);
        await snapshot.UntilAsync<MemberUp>(e => e.Member.Address.Equals(third.Address));
        await events.UntilAsync<MemberUp>(e => e.Member.Address.Equals(third.Address));
        Assert.IsType<CurrentClusterState>(snapshot.All[0]);
    }

    [Fact]
    public async Task An_unsubscribed_actor_gets_nothing_more_and_a_snapshot_can_be_asked_for()
    {
        await using var node = ClusterNode.Start();
        var gone = new EventLog(node.System);
        var asked = new EventLog(node.System);
        node.Cluster.Subscribe(gone.Ref, typeof(IMemberEvent));
        await gone.UntilAsync<CurrentClusterState>();
        node.Cluster.Unsubscribe(gone.Ref);

        await node.Cluster.JoinAsync(node.Address).WaitAsync(ClusterNode.Patience);
        await node.Events.UntilAsync<MemberUp>();
        node.Cluster.SendCurrentClusterState(asked.Ref);

        Assert.Single((await asked.UntilAsync<CurrentClusterState>()).Members);
        Assert.DoesNotContain(gone.All, e => e is IMemberEvent);
    }

    [Fact]
    public async Task Subscribing_to_something_else_than_cluster_events_is_refused()
    {
        await using var node = ClusterNode.Start();

        Assert.Throws<ArgumentException>(() => node.Cluster.Subscribe(node.Events.Ref, typeof(string)));
        Assert.Throws<ArgumentException>(() => node.Cluster.Subscribe(node.Events.Ref));
    }

    [Fact]
    public async Task A_leaving_member_exits_and_is_removed_and_its_system_ends()
    {
        var nodes = await ClusterNode.FormAsync(3);
        await using var all = new AsyncDisposables(nodes);
        var leaver = nodes[2];
        var removed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        leaver.Cluster.RegisterOnMemberRemoved(() => removed.TrySetResult());

        nodes[0].Cluster.Leave(leaver.Address);

        foreach (var node in nodes[..2])
        {
            var e = await node.Events.UntilAsync<MemberRemoved>(e => e.Member.Address.Equals(leaver.Address));
            Assert.Equal(MemberStatus.Exiting, e.PreviousStatus);
            await node.UntilAsync(s => s.Members.Count == 2, "two members are left");
            Assert.Contains(node.Events.All, x => x is MemberExited exited && exited.Member.Address.Equals(leaver.Address));
        }

        await removed.Task.WaitAsync(ClusterNode.Patience);
        await leaver.System.WhenTerminated.WaitAsync(ClusterNode.Patience);
        Assert.True(leaver.Cluster.IsTerminated);
    }

    [Fact]
    public async Task Leaving_asynchronously_completes_when_the_node_is_no_member_any_more()
    {
        var nodes = await ClusterNode.FormAsync(2);
        await using var all = new AsyncDisposables(nodes);

        await nodes[0].Cluster.LeaveAsync().WaitAsync(ClusterNode.Patience);

        await nodes[1].Events.UntilAsync<MemberRemoved>(e => e.Member.Address.Equals(nodes[0].Address));
        await nodes[1].UntilAsync(s => nodes[1].Address.Equals(s.Leader), "it leads now");
    }

    [Fact]
    public async Task A_crashed_member_becomes_unreachable_and_is_removed_once_it_is_downed()
    {
        var nodes = await ClusterNode.FormAsync(3);
        await using var all = new AsyncDisposables(nodes);
        var crashed = nodes[2].Address;

        await nodes[2].CrashAsync();
        await nodes[0].Events.UntilAsync<UnreachableMember>(e => e.Member.Address.Equals(crashed));
        Assert.Equal(3, nodes[0].Cluster.State.Members.Count);
        nodes[0].Cluster.Down(crashed);

        foreach (var node in nodes[..2])
        {
            var e = await node.Events.UntilAsync<MemberRemoved>(e => e.Member.Address.Equals(crashed));
            Assert.Equal(MemberStatus.Down, e.PreviousStatus);
            await node.UntilAsync(s => s.Unreachable.IsEmpty && s.Members.Count == 2, "two reachable members are left");
        }
    }

    [Fact]
    public async Task A_downed_node_shuts_down()
    {
        var nodes = await ClusterNode.FormAsync(2);
        await using var all = new AsyncDisposables(nodes);

        nodes[0].Cluster.Down(nodes[1].Address);

        await nodes[1].System.WhenTerminated.WaitAsync(ClusterNode.Patience);
        Assert.True(nodes[1].Cluster.IsTerminated);
        await nodes[0].UntilAsync(s => s.Members.Count == 1, "it is alone");
    }

    [Fact]
    public async Task A_node_that_restarts_at_its_address_replaces_its_old_incarnation()
    {
        var nodes = await ClusterNode.FormAsync(2);
        await using var all = new AsyncDisposables(nodes);
        var old = nodes[1].Cluster.SelfUniqueAddress;
        await nodes[1].CrashAsync();

        await using var again = ClusterNode.Start($"akka.remote.dot-netty.tcp.port = {old.Address.Port}");
        Assert.Equal(old.Address, again.Address);
        Assert.NotEqual(old.Uid, again.Cluster.SelfUniqueAddress.Uid);
        again.Cluster.JoinSeedNodes([nodes[0].Address]);

        await nodes[0].Events.UntilAsync<MemberRemoved>(e => e.Member.UniqueAddress == old);
        await nodes[0].Events.UntilAsync<MemberUp>(e => e.Member.UniqueAddress == again.Cluster.SelfUniqueAddress);
        await again.UntilAsync(s => s.Members.Count(m => m.Status == MemberStatus.Up) == 2, "both are up");
    }

    [Fact]
    public async Task A_watched_actor_terminates_for_its_watcher_when_its_node_is_removed()
    {
        var nodes = await ClusterNode.FormAsync(2);
        await using var all = new AsyncDisposables(nodes);
        nodes[1].System.ActorOf(Props.Create(() => new Echo()), "echo");
        var watcher = nodes[0].System.ActorOf(Props.Create(() => new Watcher(nodes[0].Events.Ref)));
        watcher.Tell($"{nodes[1].Address}/user/echo");
        await nodes[0].Events.UntilAsync<string>(s => s == "watching");

        await nodes[1].CrashAsync();
        nodes[0].Cluster.Down(nodes[1].Address);

        await nodes[0].Events.UntilAsync<string>(s => s == "terminated");
    }

    private sealed class Echo : UntypedActor
    {
        protected override void OnReceive(object message) => Sender.Tell(message);
    }

    private sealed class Watcher(IActorRef report) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case string path:
                    Context.ActorSelection(path).Tell(new Identify(path));
                    break;
                case ActorIdentity { Subject: { } subject }:
                    Context.Watch(subject);
                    report.Tell("watching");
                    break;
                case Terminated:
                    report.Tell("terminated");
                    break;
            }
        }
    }
}
