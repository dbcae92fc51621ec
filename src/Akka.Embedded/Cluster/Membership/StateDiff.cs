using System.Collections.Immutable;
using Akka.Actor;
using static Akka.Cluster.ClusterEvent;

namespace Akka.Cluster.Membership;

/// <summary>The events that lead from one view of the membership to the next, and the snapshot of one view.</summary>
internal static class StateDiff
{
    /// <summary>The events from <paramref name="before"/> to <paramref name="after"/>, in the order in which subscribers get them.</summary>
    public static IReadOnlyList<IClusterDomainEvent> Events(MembershipState before, MembershipState after)
    {
        if (ReferenceEquals(before, after))
            return [];
        return
        [
            .. Unreachable(before, after),
            .. Reachable(before, after),
            .. MemberEvents(before.Gossip, after.Gossip),
            .. Leaders(before, after),
        ];
    }

    /// <summary>The whole state, for <see cref="Cluster.State"/> and for subscribers that want a snapshot.</summary>
    public static CurrentClusterState Snapshot(MembershipState state)
    {
        var unreachable = UnreachableMembers(state).ToImmutableHashSet();
        return new CurrentClusterState(
            state.Members,
            unreachable,
            state.Gossip.Seen.Select(n => n.Address).ToImmutableHashSet(),
            state.Leader?.Address,
            state.Roles.ToImmutableDictionary(role => role, role => state.RoleLeader(role)?.Address));
    }

    private static IEnumerable<Member> UnreachableMembers(MembershipState state) =>
        state.Gossip.Reachability.AllUnreachable
            .Where(node => node != state.Self)
            .Select(state.Gossip.Find)
            .OfType<Member>();

    private static IEnumerable<IClusterDomainEvent> Unreachable(MembershipState before, MembershipState after)
    {
        var known = UnreachableMembers(before).ToHashSet();
        return UnreachableMembers(after).Where(m => !known.Contains(m)).Select(m => new UnreachableMember(m));
    }

    private static IEnumerable<IClusterDomainEvent> Reachable(MembershipState before, MembershipState after)
    {
        var still = UnreachableMembers(after).ToHashSet();
        return UnreachableMembers(before)
            .Where(m => !still.Contains(m) && after.Gossip.HasMember(m.UniqueAddress))
            .Select(m => new ReachableMember(after.Gossip.Find(m.UniqueAddress)!));
    }

    private static IEnumerable<IClusterDomainEvent> MemberEvents(Gossip before, Gossip after)
    {
        foreach (var member in after.Members)
        {
            var old = before.Find(member.UniqueAddress);
            if (old is null || old.Status != member.Status || old.UpNumber != member.UpNumber)
                yield return StatusEvent(member);
        }

        foreach (var gone in before.Members.Where(m => !after.HasMember(m.UniqueAddress)))
            yield return new MemberRemoved(gone.Copy(MemberStatus.Removed), gone.Status);
    }

    private static IClusterDomainEvent StatusEvent(Member member) => member.Status switch
    {
        MemberStatus.Joining => new MemberJoined(member),
        MemberStatus.WeaklyUp => new MemberWeaklyUp(member),
        MemberStatus.Up => new MemberUp(member),
        MemberStatus.Leaving => new MemberLeft(member),
        MemberStatus.Exiting => new MemberExited(member),
        MemberStatus.Down => new MemberDowned(member),
        _ => throw new InvalidOperationException($"A member of the state cannot be {member.Status}."),
    };

    private static IEnumerable<IClusterDomainEvent> Leaders(MembershipState before, MembershipState after)
    {
        if (before.Leader != after.Leader)
            yield return new LeaderChanged(after.Leader?.Address);
        foreach (var role in before.Roles.Union(after.Roles))
        {
            var leader = after.RoleLeader(role);
            if (before.RoleLeader(role) != leader)
                yield return new RoleLeaderChanged(role, leader?.Address);
        }
    }
}
