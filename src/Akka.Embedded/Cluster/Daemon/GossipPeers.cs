using Akka.Cluster.Membership;

namespace Akka.Cluster.Daemon;

/// <summary>
/// To whom to gossip. Mostly to those that have not seen this version, so that news spreads fast; sometimes to anybody,
/// so that every pair of nodes compares its state now and then. In a big cluster the preference fades, lest all nodes talk to one newcomer.
/// </summary>
internal sealed class GossipPeers(CoreSettings settings, Random random)
{
    /// <summary>The peers for one gossip round.</summary>
    public IReadOnlyList<UniqueAddress> ForRound(MembershipState state)
    {
        var peers = state.GossipPeers().ToList();
        if (peers.Count == 0)
            return [];
        var unseen = peers.Where(p => !state.Gossip.IsSeenBy(p)).ToList();
        var pool = unseen.Count > 0 && random.NextDouble() < Probability(state.Members.Count) ? unseen : peers;
        // Akka speeds gossip up while less than half of the members have seen the version.
        var count = state.Gossip.Seen.Count < state.Members.Count / 2 ? CoreSettings.EagerGossipPeers : 1;
        return Pick(pool, count);
    }

    /// <summary>The peers to tell at once of this node's own change: the leader if it has not seen it, and some others.</summary>
    public IReadOnlyList<UniqueAddress> ForChange(MembershipState state, int count)
    {
        var peers = state.GossipPeers().Where(p => !state.Gossip.IsSeenBy(p)).ToList();
        var picked = Pick(peers, count);
        return state.Leader is { } leader && peers.Contains(leader) && !picked.Contains(leader) ? [leader, .. picked] : picked;
    }

    private double Probability(int members)
    {
        var full = settings.ReduceDifferentViewProbability;
        if (members <= full)
            return settings.DifferentViewProbability;
        if (members >= full * 3)
            return settings.DifferentViewProbability / 2;
        var share = (double)(members - full) / (full * 2);
        return settings.DifferentViewProbability * (1 - (share / 2));
    }

    private List<UniqueAddress> Pick(List<UniqueAddress> from, int count)
    {
        if (from.Count <= count)
            return from;
        var shuffled = from.ToArray();
        random.Shuffle(shuffled);
        return [.. shuffled[..count]];
    }
}
