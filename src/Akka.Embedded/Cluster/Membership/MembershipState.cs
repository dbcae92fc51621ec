using System.Collections.Immutable;

namespace Akka.Cluster.Membership;

/// <summary>
/// The gossip as one node sees it, and what follows from it: convergence, leaders, ages, to whom to gossip. Every node
/// computes these for itself; on convergence all come to the same result (Akka cluster specification, "Gossip Convergence", "Leader").
/// </summary>
internal sealed record MembershipState(Gossip Gossip, UniqueAddress Self) : INodeLocal
{
    public Member? SelfMember => Gossip.Find(Self);

    public MemberStatus SelfStatus => SelfMember?.Status ?? MemberStatus.Removed;

    public ImmutableSortedSet<Member> Members => Gossip.Members;

    /// <summary>The reachability without what downed members say: they are as good as gone.</summary>
    public Reachability ReachabilityWithoutDowned =>
        Gossip.Reachability.WithoutObservers(Members.Where(m => m.Status == MemberStatus.Down).Select(m => m.UniqueAddress).ToHashSet());

    /// <summary>The member that acts for the cluster; null when no member can.</summary>
    public UniqueAddress? Leader => LeaderOf(Members);

    public bool IsLeader => Leader == Self;

    public ImmutableSortedSet<string> Roles => Members.SelectMany(m => m.Roles).ToImmutableSortedSet(StringComparer.Ordinal);

    public UniqueAddress? RoleLeader(string role) => LeaderOf(Members.Where(m => m.HasRole(role)));

    /// <summary>
    /// The leader among some members: of those that are not down and that everybody reaches the one with the lowest
    /// address, if it is up or leaving; else the first of the others. What downed members say does not count, as for
    /// convergence; else two members could each believe to lead a state that has converged.
    /// </summary>
    public UniqueAddress? LeaderOf(IEnumerable<Member> members)
    {
        var unreachable = ReachabilityWithoutDowned.AllUnreachable;
        var candidates = members
            .Where(m => m.Status != MemberStatus.Down && (m.UniqueAddress == Self || !unreachable.Contains(m.UniqueAddress)))
            .ToList();
        var full = candidates.Find(m => MemberTransitions.CountsForConvergence(m.Status));
        return full?.UniqueAddress ?? candidates.OrderBy(m => LeaderRank(m.Status)).ThenBy(m => m).FirstOrDefault()?.UniqueAddress;
    }

    /// <summary>
    /// Whether every up or leaving member has seen this very version, and nobody is unreachable but members that are on
    /// their way out anyway. <paramref name="exitingConfirmed"/> have said goodbye and will not answer any more.
    /// </summary>
    public bool IsConverged(IReadOnlySet<UniqueAddress> exitingConfirmed)
    {
        var hindered = Members.Any(m => MemberTransitions.CountsForConvergence(m.Status)
            && !Gossip.IsSeenBy(m.UniqueAddress) && !exitingConfirmed.Contains(m.UniqueAddress));
        return !hindered && ReachabilityWithoutDowned.AllUnreachable
            .Where(node => node != Self && !exitingConfirmed.Contains(node))
            .All(node => Gossip.Find(node) is not { } member || MemberTransitions.IsGoing(member.Status));
    }

    /// <summary>Whether the configured least numbers of members are there, over all and by role.</summary>
    public bool HasEnoughMembers(int minNrOfMembers, IReadOnlyDictionary<string, int> minNrOfMembersOfRole) =>
        Members.Count >= minNrOfMembers
        && minNrOfMembersOfRole.All(r => Members.Count(m => m.HasRole(r.Key)) >= r.Value);

    /// <summary>The members to gossip to: all but this one and those that are unreachable or have been told to go.</summary>
    public IEnumerable<UniqueAddress> GossipPeers()
    {
        var unreachable = ReachabilityWithoutDowned.AllUnreachable;
        return Members.Select(m => m.UniqueAddress).Where(node => node != Self && !unreachable.Contains(node));
    }

    /// <summary>The age of the next member that is moved to up.</summary>
    public int NextUpNumber()
    {
        var youngest = Members.Where(m => m.UpNumber != Member.NotYetUp).Select(m => m.UpNumber).DefaultIfEmpty(0).Max();
        return youngest + 1;
    }

    /// <summary>After a change of this node's own: a new version that only this node has seen.</summary>
    /// <param name="changed">The changed state.</param>
    /// <param name="markSeen">False while this node still works on its exit, which holds back convergence.</param>
    public MembershipState Updated(Gossip changed, bool markSeen)
    {
        var versioned = changed.Increment(Membership.Gossip.ClockNode(Self));
        return this with { Gossip = markSeen ? versioned.OnlySeenBy(Self) : versioned.ClearSeen() };
    }

    private static int LeaderRank(MemberStatus status) => status switch
    {
        MemberStatus.Down => 3,
        MemberStatus.Exiting => 2,
        MemberStatus.Joining => 1,
        MemberStatus.WeaklyUp => 0,
        _ => -1,
    };
}
