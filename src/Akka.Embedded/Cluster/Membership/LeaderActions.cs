using System.Collections.Immutable;

namespace Akka.Cluster.Membership;

/// <summary>
/// What the leader does on convergence: joining members become up, leaving ones exiting, and members that are going and
/// cannot be reached, or have said goodbye, are removed.
/// </summary>
/// <param name="State">The state afterwards; the same object when there was nothing to do.</param>
/// <param name="Changed">The members that got another status.</param>
/// <param name="Removed">The members that were removed.</param>
/// <param name="SelfExits">The leader has moved itself to exiting.</param>
internal sealed record LeaderActions(
    MembershipState State,
    ImmutableArray<Member> Changed,
    ImmutableArray<Member> Removed,
    bool SelfExits)
{
    /// <summary>What the leader needs to know beside the state.</summary>
    /// <param name="ExitingConfirmed">The members that have said goodbye.</param>
    /// <param name="EnoughMembers">Whether joining members may become up.</param>
    /// <param name="MarkSeen">False while the leader itself works on its exit.</param>
    /// <param name="NowMs">Unix time in milliseconds, for tombstones.</param>
    /// <param name="TombstoneTtlMs">How long tombstones are kept.</param>
    public readonly record struct Context(
        IReadOnlySet<UniqueAddress> ExitingConfirmed,
        bool EnoughMembers,
        bool MarkSeen,
        long NowMs,
        long TombstoneTtlMs);

    /// <summary>All of the leader's actions for a state that has converged.</summary>
    public static LeaderActions OnConvergence(MembershipState state, Context context)
    {
        var gossip = state.Gossip;
        var unreachable = state.ReachabilityWithoutDowned.AllUnreachable;
        var removed = state.Members
            .Where(m => (unreachable.Contains(m.UniqueAddress) && MemberTransitions.IsGoing(m.Status))
                || (m.Status == MemberStatus.Exiting && context.ExitingConfirmed.Contains(m.UniqueAddress)))
            .ToImmutableArray();
        var changed = Moves(state, context.EnoughMembers).Where(m => !removed.Contains(m)).ToImmutableArray();
        var selfExits = changed.Any(m => m.UniqueAddress == state.Self && m.Status == MemberStatus.Exiting);

        var next = gossip.PruneTombstones(context.NowMs - context.TombstoneTtlMs);
        if (changed.Length > 0)
            next = next.Update(changed);
        next = next.Remove(removed.Select(m => m.UniqueAddress).ToHashSet(), context.NowMs);
        var after = ReferenceEquals(next, gossip) ? state : state.Updated(next, context.MarkSeen && !selfExits);
        return new LeaderActions(after, changed, removed, selfExits);
    }

    /// <summary>Without convergence: joining members that are reachable become weakly up.</summary>
    public static LeaderActions WithoutConvergence(MembershipState state, Context context)
    {
        var unreachable = state.Gossip.Reachability.AllUnreachable;
        var changed = context.EnoughMembers
            ? state.Members
                .Where(m => m.Status == MemberStatus.Joining && !unreachable.Contains(m.UniqueAddress))
                .Select(m => m.Copy(MemberStatus.WeaklyUp))
                .ToImmutableArray()
            : [];
        var after = changed.Length == 0 ? state : state.Updated(state.Gossip.Update(changed), context.MarkSeen);
        return new LeaderActions(after, changed, [], SelfExits: false);
    }

    private static IEnumerable<Member> Moves(MembershipState state, bool enoughMembers)
    {
        var upNumber = state.NextUpNumber();
        foreach (var member in state.Members)
        {
            if (enoughMembers && (member.Status is MemberStatus.Joining or MemberStatus.WeaklyUp))
                yield return member.CopyUp(upNumber++);
            else if (member.Status == MemberStatus.Leaving)
                yield return member.Copy(MemberStatus.Exiting);
        }
    }
}
