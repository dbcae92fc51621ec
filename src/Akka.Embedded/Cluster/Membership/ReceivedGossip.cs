namespace Akka.Cluster.Membership;

/// <summary>How an arriving state relates to one's own.</summary>
internal enum GossipKind
{
    Ignored,
    Same,
    Older,
    Newer,
    Merged,
}

/// <summary>
/// What a node makes of another's state: the newer wins, concurrent ones are merged, and what cannot concern this node is
/// ignored. Pure.
/// </summary>
/// <param name="Kind">How the states relate.</param>
/// <param name="State">This node's state afterwards.</param>
/// <param name="AnswerSender">Whether the sender needs to be told this node's state.</param>
/// <param name="Reason">Why it was ignored.</param>
internal sealed record ReceivedGossip(GossipKind Kind, MembershipState State, bool AnswerSender, string? Reason = null)
{
    /// <summary>Takes in <paramref name="remote"/>, sent by <paramref name="from"/> to <paramref name="to"/>.</summary>
    /// <param name="local">This node's state.</param>
    /// <param name="from">The sender.</param>
    /// <param name="to">The incarnation it was meant for.</param>
    /// <param name="remote">The sender's state.</param>
    /// <param name="exiting">While this node works on its exit it does not call anything seen, which holds back its removal.</param>
    public static ReceivedGossip Take(MembershipState local, UniqueAddress from, UniqueAddress to, Gossip remote, bool exiting)
    {
        if (Refusal(local, from, to, remote) is { } reason)
            return new ReceivedGossip(GossipKind.Ignored, local, AnswerSender: false, reason);

        var mine = local.Gossip;
        var order = remote.Version.CompareTo(mine.Version);
        var (kind, winner) = order switch
        {
            VectorClock.Ordering.Same when remote.HasSameContent(mine) => (GossipKind.Same, remote.MergeSeen(mine)),
            VectorClock.Ordering.Before => (GossipKind.Older, mine),
            VectorClock.Ordering.After => (GossipKind.Newer, remote),
            _ => (GossipKind.Merged, Merge(mine, remote, local.Self)),
        };
        if (winner.Find(local.Self) is null)
            return new ReceivedGossip(GossipKind.Ignored, local, AnswerSender: false, "this node is not in the merged state");
        var answer = kind switch
        {
            GossipKind.Same or GossipKind.Newer => !exiting && !remote.IsSeenBy(local.Self),
            _ => true,
        };
        return new ReceivedGossip(kind, local with { Gossip = exiting ? winner : winner.MarkSeen(local.Self) }, answer);
    }

    private static string? Refusal(MembershipState local, UniqueAddress from, UniqueAddress to, Gossip remote)
    {
        if (to != local.Self)
            return $"it is meant for {to}";
        if (!local.Gossip.HasMember(from))
            return "its sender is unknown";
        if (!local.Gossip.Reachability.IsReachable(local.Self, from))
            return "its sender is unreachable";
        return remote.HasMember(local.Self) ? null : "it does not contain this node";
    }

    /// <summary>
    /// Pruning the clocks of removed members can make the merged version equal to one of the two although the content is
    /// not the same. Then it is a change of this node's own and gets its own version.
    /// </summary>
    private static Gossip Merge(Gossip mine, Gossip remote, UniqueAddress self)
    {
        var merged = mine.Merge(remote);
        var ambiguous = (merged.Version == mine.Version && !merged.HasSameContent(mine))
            || (merged.Version == remote.Version && !merged.HasSameContent(remote));
        return ambiguous ? merged.Increment(Gossip.ClockNode(self)) : merged;
    }
}
