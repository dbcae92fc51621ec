using Akka.Cluster;
using Akka.Cluster.Membership;
using static Akka.Cluster.ClusterEvent;
using static Akka.Embedded.Tests.Cluster.Nodes;

namespace Akka.Embedded.Tests.Cluster;

public sealed class StateDiffTests
{
    [Theory]
    [InlineData(MemberStatus.Joining, typeof(MemberJoined))]
    [InlineData(MemberStatus.WeaklyUp, typeof(MemberWeaklyUp))]
    [InlineData(MemberStatus.Up, typeof(MemberUp))]
    [InlineData(MemberStatus.Leaving, typeof(MemberLeft))]
    [InlineData(MemberStatus.Exiting, typeof(MemberExited))]
    [InlineData(MemberStatus.Down, typeof(MemberDowned))]
    public void Each_status_of_a_new_member_has_its_event(MemberStatus status, Type expected)
    {
        var events = StateDiff.Events(StateOf("a", Member("a")), StateOf("a", Member("a"), Member("b", status, 2)));

        var e = Assert.Single(events.OfType<IMemberEvent>());
        Assert.IsType(expected, e);
        Assert.Equal(Node("b"), e.Member.UniqueAddress);
    }

    [Fact]
    public void A_removed_member_is_told_with_what_it_was()
    {
        var events = StateDiff.Events(StateOf("a", Member("a"), Member("b", MemberStatus.Down, 2)), StateOf("a", Member("a")));

        var removed = Assert.IsType<MemberRemoved>(Assert.Single(events.OfType<IMemberEvent>()));
        Assert.Equal(MemberStatus.Down, removed.PreviousStatus);
        Assert.Equal(MemberStatus.Removed, removed.Member.Status);
    }

    [Fact]
    public void Reachability_of_others_is_told_once_and_of_oneself_never()
    {
        var before = StateOf("a", Member("a"), Member("b", upNumber: 2), Member("c", upNumber: 3));
        var one = before with { Gossip = before.Gossip with { Reachability = Observations("c>b c>a") } };
        var two = one with { Gossip = one.Gossip with { Reachability = one.Gossip.Reachability.Unreachable(Node("a"), Node("b")) } };

        Assert.Equal(Node("b"), Assert.Single(StateDiff.Events(before, one).OfType<UnreachableMember>()).Member.UniqueAddress);
        Assert.Empty(StateDiff.Events(one, two).OfType<IReachabilityEvent>());
        Assert.Equal(Node("b"), Assert.Single(StateDiff.Events(two, before).OfType<ReachableMember>()).Member.UniqueAddress);
    }

    [Fact]
    public void Changes_of_the_leader_and_of_role_leaders_are_told()
    {
        var before = StateOf("b", Member("b", upNumber: 1, roles: "x"));
        var after = StateOf("b", Member("a", upNumber: 2, roles: "x"), Member("b", upNumber: 1, roles: "x"));

        var events = StateDiff.Events(before, after);

        Assert.Equal(Node("a").Address, Assert.Single(events.OfType<LeaderChanged>()).Leader);
        Assert.Equal(new RoleLeaderChanged("x", Node("a").Address), Assert.Single(events.OfType<RoleLeaderChanged>()));
    }

    [Fact]
    public void The_snapshot_shows_the_whole_state()
    {
        var state = StateOf("a", Member("a", roles: "x"), Member("b", upNumber: 2, roles: "y"));
        state = state with { Gossip = state.Gossip with { Reachability = Observations("a>b"), Seen = Set("a") } };

        var snapshot = StateDiff.Snapshot(state);

        Assert.Equal(2, snapshot.Members.Count);
        Assert.Equal(Node("b"), Assert.Single(snapshot.Unreachable).UniqueAddress);
        Assert.Equal([Node("a").Address], snapshot.SeenBy);
        Assert.Equal(Node("a").Address, snapshot.Leader);
        Assert.Equal(Node("a").Address, snapshot.RoleLeader("x"));
        Assert.Null(snapshot.RoleLeader("y"));
        Assert.Equal(["x", "y"], snapshot.AllRoles.Order(StringComparer.Ordinal));
    }
}
