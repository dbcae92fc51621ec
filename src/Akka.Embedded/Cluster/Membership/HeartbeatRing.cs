using System.Collections.Immutable;

namespace Akka.Cluster.Membership;

/// <summary>
/// All nodes on a circle, ordered by a hash that every node computes alike. A node sends heartbeats to the few that
/// follow it, so that each node is watched by as many as configured, and on a big cluster the load stays flat. The order
/// is by hash so that neighbours are not all on one machine.
/// </summary>
internal sealed record HeartbeatRing(
    UniqueAddress Self,
    ImmutableSortedSet<UniqueAddress> Nodes,
    ImmutableSortedSet<UniqueAddress> Unreachable,
    int MonitoredByNrOfMembers)
{
    /// <summary>The nodes that this one sends heartbeats to: the next on the circle that are reachable, and unreachable ones between them.</summary>
    public ImmutableSortedSet<UniqueAddress> Receivers => ReceiversOf(Self);

    /// <summary>The nodes that <paramref name="sender"/> sends heartbeats to.</summary>
    public ImmutableSortedSet<UniqueAddress> ReceiversOf(UniqueAddress sender)
    {
        if (MonitoredByNrOfMembers >= Nodes.Count - 1)
            return Nodes.Remove(sender);
        var ring = Nodes.OrderBy(Hash).ThenBy(node => node).ToList();
        var start = ring.IndexOf(sender);
        var receivers = ImmutableSortedSet.CreateBuilder<UniqueAddress>();
        var reachable = 0;
        for (var step = 1; step < ring.Count && reachable < MonitoredByNrOfMembers; step++)
        {
            var node = ring[(start + step) % ring.Count];
            receivers.Add(node);
            if (!Unreachable.Contains(node))
                reachable++;
        }

        return receivers.ToImmutable();
    }

    /// <summary>FNV-1a over the address and uid: the same on every node and runtime, unlike string hash codes.</summary>
    private static uint Hash(UniqueAddress node)
    {
        var hash = 2166136261u;
        foreach (var c in $"{node.Address}#{node.Uid}")
            hash = (hash ^ c) * 16777619u;
        hash ^= hash >> 16;
        hash *= 0x85ebca6bu;
        return hash ^ (hash >> 13);
    }
}
