using System.Collections.Immutable;
using Akka.Cluster;
using Akka.Cluster.Membership;
using static Akka.Embedded.Tests.Cluster.Nodes;

namespace Akka.Embedded.Tests.Cluster;

public sealed class GossipTests
{
    private static readonly VectorClock.Node ClockA = Gossip.ClockNode(Node("a"));
    private static readonly VectorClock.Node ClockB = Gossip.ClockNode(Node("b"));

    [Fact]
    public void Merging_takes_of_each_member_the_view_that_is_further_along_its_life()
    {
        var one = GossipOf(Member("a", MemberStatus.Up), Member("b", MemberStatus.Leaving, 2)).Increment(ClockA);
        var other = GossipOf(Member("a", MemberStatus.Joining), Member("b", MemberStatus.Exiting, 2)).Increment(ClockB);

        var merged = one.Merge(other);

        Assert.Equal(MemberStatus.Up, merged.Find(Node("a"))!.Status);
        Assert.Equal(MemberStatus.Exiting, merged.Find(Node("b"))!.Status);
        Assert.Empty(merged.Seen);
        Assert.True(merged.Version > one.Version && merged.Version > other.Version);
        Assert.True(merged.HasSameContent(other.Merge(one)));
    }

    [Fact]
    public void A_member_that_only_one_side_has_is_new_there_unless_it_was_going()
    {
        var one = GossipOf(Member("a"), Member("new", MemberStatus.Joining)).Increment(ClockA);
        var other = GossipOf(Member("a"), Member("gone", MemberStatus.Down, 2)).Increment(ClockB);

        var merged = one.Merge(other);

        Assert.True(merged.HasMember(Node("new")));
        Assert.False(merged.HasMember(Node("gone")));
    }

    [Fact]
    public void A_removed_member_does_not_come_back_from_an_old_state()
    {
        var old = GossipOf(Member("a"), Member("b", upNumber: 2)).Increment(ClockB);
        var removed = old.Remove(ImmutableHashSet.Create(Node("b")), nowMs: 1000).Increment(ClockA);

        var merged = removed.Merge(old.Increment(Gossip.ClockNode(Node("c"))));

        Assert.False(merged.HasMember(Node("b")));
        Assert.DoesNotContain(ClockB, merged.Version.Versions.Keys);
        Assert.True(merged.PruneTombstones(1001).Tombstones.IsEmpty);
        Assert.False(merged.PruneTombstones(1000).Tombstones.IsEmpty);
    }

    [Fact]
    public void Removing_a_member_takes_it_out_of_everything()
    {
        var gossip = GossipOf(Member("a"), Member("b")) with { Seen = Set("a b"), Reachability = Observations("a>b b>a") };

        var after = gossip.Remove(ImmutableHashSet.Create(Node("b")), 0);

        Assert.Equal(Set("a"), after.Seen);
        Assert.True(after.Reachability.IsAllReachable);
        Assert.False(after.HasMember(Node("b")));
    }

    [Fact]
    public void Each_observer_owns_its_row_and_its_newer_row_wins()
    {
        var all = Set("a b c");
        var first = Observations("a>c b>c");
        var second = first.Reachable(Node("a"), Node("c"));

        var merged = first.Merge(all, second);

        Assert.Equal(merged, second.Merge(all, first));
        Assert.True(merged.IsReachable(Node("a"), Node("c")));
        Assert.False(merged.IsReachable(Node("c")));
        Assert.True(merged.Reachable(Node("b"), Node("c")).IsAllReachable);
    }

    [Fact]
    public void A_terminated_incarnation_never_becomes_reachable_again()
    {
        var terminated = Reachability.Empty.Terminated(Node("a"), Node("b"));

        Assert.Same(terminated, terminated.Reachable(Node("a"), Node("b")));
        Assert.Contains(Node("b"), terminated.AllUnreachable);
        Assert.Empty(terminated.UnreachableFrom(Node("a")));
    }

    [Fact]
    public void The_leader_is_the_first_reachable_member_that_is_up_or_leaving()
    {
        Assert.Equal(Node("b"), StateOf("c", Member("a", MemberStatus.Joining), Member("b"), Member("c", upNumber: 2)).Leader);
        Assert.Equal(Node("a"), StateOf("c", Member("a", MemberStatus.Leaving), Member("b")).Leader);
        Assert.Equal(Node("b"), StateOf("b", Member("a", MemberStatus.Down), Member("b")).Leader);
        Assert.Equal(Node("a"), StateOf("b", Member("a", MemberStatus.Joining), Member("b", MemberStatus.Exiting)).Leader);
        Assert.Null(StateOf("a", Member("a", MemberStatus.Down)).Leader);
    }

    [Fact]
    public void An_unreachable_member_leads_only_in_its_own_eyes_and_downed_members_accuse_in_vain()
    {
        var gossip = GossipOf(Member("a"), Member("b", upNumber: 2)) with { Reachability = Observations("b>a") };
        Assert.Equal(Node("b"), new MembershipState(gossip, Node("b")).Leader);
        Assert.Equal(Node("a"), new MembershipState(gossip, Node("a")).Leader);

        var accuserDown = gossip.MarkDown(gossip.Find(Node("b"))!) with { Reachability = Observations("b>a") };
        Assert.Equal(Node("a"), new MembershipState(accuserDown, Node("b")).Leader);
    }

    [Fact]
    public void A_role_has_a_leader_of_its_own()
    {
        var state = StateOf("a", Member("a"), Member("b", upNumber: 2, roles: "x"), Member("c", upNumber: 3, roles: "x"));

        Assert.Equal(Node("b"), state.RoleLeader("x"));
        Assert.Null(state.RoleLeader("y"));
    }

    [Fact]
    public void Convergence_needs_every_full_member_to_have_seen_the_state()
    {
        var gossip = GossipOf(Member("a"), Member("b", upNumber: 2), Member("c", MemberStatus.Joining));
        var none = ImmutableHashSet<UniqueAddress>.Empty;

        Assert.False(new MembershipState(gossip with { Seen = Set("a") }, Node("a")).IsConverged(none));
        Assert.True(new MembershipState(gossip with { Seen = Set("a b") }, Node("a")).IsConverged(none));
        Assert.True(new MembershipState(gossip with { Seen = Set("a") }, Node("a")).IsConverged(Set("b")));
    }

    [Fact]
    public void An_unreachable_member_hinders_convergence_until_it_is_on_its_way_out()
    {
        var none = ImmutableHashSet<UniqueAddress>.Empty;
        var gossip = GossipOf(Member("a"), Member("b", upNumber: 2)) with { Seen = Set("a b"), Reachability = Observations("a>b") };

        Assert.False(new MembershipState(gossip, Node("a")).IsConverged(none));
        Assert.True(new MembershipState(gossip.MarkDown(gossip.Find(Node("b"))!), Node("a")).IsConverged(none));
    }

    [Fact]
    public void The_leader_moves_joining_up_in_order_and_removes_what_is_down_and_unreachable()
    {
        var state = new MembershipState(
            GossipOf(Member("a"), Member("b", MemberStatus.Joining), Member("c", MemberStatus.Joining), Member("d", MemberStatus.Leaving, 2), Member("e", MemberStatus.Down, 3))
                with
            { Reachability = Observations("a>e") },
            Node("a"));

        var actions = LeaderActions.OnConvergence(state, new LeaderActions.Context(ImmutableHashSet<UniqueAddress>.Empty, true, true, 0, 1000));

        Assert.Equal((MemberStatus.Up, 4), (actions.State.Gossip.Find(Node("b"))!.Status, actions.State.Gossip.Find(Node("b"))!.UpNumber));
        Assert.Equal((MemberStatus.Up, 5), (actions.State.Gossip.Find(Node("c"))!.Status, actions.State.Gossip.Find(Node("c"))!.UpNumber));
        Assert.Equal(MemberStatus.Exiting, actions.State.Gossip.Find(Node("d"))!.Status);
        Assert.False(actions.State.Gossip.HasMember(Node("e")));
        Assert.Equal(Set("a"), actions.State.Gossip.Seen);
    }

    [Fact]
    public void Nobody_moves_up_before_there_are_enough_members()
    {
        var state = StateOf("a", Member("a", MemberStatus.Joining), Member("b", MemberStatus.Joining, 1, "x"));

        Assert.False(state.HasEnoughMembers(3, ImmutableDictionary<string, int>.Empty));
        Assert.True(state.HasEnoughMembers(2, ImmutableDictionary<string, int>.Empty.Add("x", 1)));
        Assert.False(state.HasEnoughMembers(2, ImmutableDictionary<string, int>.Empty.Add("x", 2)));
        var actions = LeaderActions.OnConvergence(state, new LeaderActions.Context(ImmutableHashSet<UniqueAddress>.Empty, false, true, 0, 1000));
        Assert.Same(state, actions.State);
    }

    [Fact]
    public void Gossip_that_cannot_concern_this_node_is_ignored()
    {
        var mine = StateOf("a", Member("a"), Member("b", upNumber: 2)) with { };
        var theirs = mine.Gossip.Increment(ClockB);

        Assert.Equal(GossipKind.Newer, ReceivedGossip.Take(mine, Node("b"), Node("a"), theirs, exiting: false).Kind);
        Assert.Equal(GossipKind.Ignored, ReceivedGossip.Take(mine, Node("b"), Node("a", 2), theirs, exiting: false).Kind);
        Assert.Equal(GossipKind.Ignored, ReceivedGossip.Take(mine, Node("x"), Node("a"), theirs, exiting: false).Kind);
        Assert.Equal(GossipKind.Ignored, ReceivedGossip.Take(mine, Node("b"), Node("a"), GossipOf(Member("b")), exiting: false).Kind);
        var unreachable = mine with { Gossip = mine.Gossip with { Reachability = Observations("a>b") } };
        Assert.Equal(GossipKind.Ignored, ReceivedGossip.Take(unreachable, Node("b"), Node("a"), theirs, exiting: false).Kind);
    }
}
