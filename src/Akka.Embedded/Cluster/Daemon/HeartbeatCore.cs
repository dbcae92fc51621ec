using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster.Membership;
using Akka.Cluster.Wire;
using Akka.Remote;

namespace Akka.Cluster.Daemon;

/// <summary>
/// Whom this node watches, and what it feeds to the failure detector. A node that goes out of the ring of watched nodes
/// while it is unreachable is watched on until it answers, since only its observers can call it reachable again.
/// </summary>
internal sealed class HeartbeatCore(UniqueAddress self, int monitoredByNrOfMembers, TimeSpan expectedResponseAfter, IFailureDetectorRegistry<Address> detector)
{
    private readonly Dictionary<UniqueAddress, TimeSpan> _expectedFirst = [];
    private ImmutableSortedSet<UniqueAddress> _receivers = [];
    private ImmutableSortedSet<UniqueAddress> _leftRingUnreachable = [];
    private long _sequenceNr;

    /// <summary>The nodes that get heartbeats.</summary>
    public IEnumerable<UniqueAddress> Watched => _receivers.Union(_leftRingUnreachable);

    /// <summary>The membership has changed.</summary>
    public void Update(MembershipState state)
    {
        var nodes = state.Members.Select(m => m.UniqueAddress).Append(self).ToImmutableSortedSet();
        var ring = new HeartbeatRing(self, nodes, state.Gossip.Reachability.AllUnreachable, monitoredByNrOfMembers);
        var receivers = ring.Receivers;
        var before = Watched.ToList();
        _leftRingUnreachable = before
            .Where(n => nodes.Contains(n) && !receivers.Contains(n) && !detector.IsAvailable(n.Address))
            .ToImmutableSortedSet();
        _receivers = receivers;
        foreach (var dropped in before.Where(n => !receivers.Contains(n) && !_leftRingUnreachable.Contains(n)))
            Forget(dropped);
    }

    /// <summary>The heartbeats that are due now.</summary>
    public IReadOnlyList<(Address To, Heartbeat Message)> Tick(TimeSpan now)
    {
        _sequenceNr++;
        var due = new List<(Address, Heartbeat)>();
        foreach (var node in Watched)
        {
            if (detector.IsMonitoring(node.Address))
                _expectedFirst.Remove(node);
            else
                StartDetection(node, now);
            due.Add((node.Address, new Heartbeat(self.Address, _sequenceNr)));
        }

        return due;
    }

    /// <summary>A watched node has answered.</summary>
    public void Answered(UniqueAddress from)
    {
        if (!_receivers.Contains(from) && !_leftRingUnreachable.Contains(from))
            return;
        detector.Heartbeat(from.Address);
        if (!_leftRingUnreachable.Contains(from))
            return;
        _leftRingUnreachable = _leftRingUnreachable.Remove(from);
        if (!_receivers.Contains(from))
            Forget(from);
    }

    /// <summary>A node that has never answered must be noticed too: its first answer is assumed after some time.</summary>
    private void StartDetection(UniqueAddress node, TimeSpan now)
    {
        if (!_expectedFirst.TryGetValue(node, out var expected))
            _expectedFirst[node] = now + expectedResponseAfter;
        else if (now >= expected && _expectedFirst.Remove(node))
            detector.Heartbeat(node.Address);
    }

    private void Forget(UniqueAddress node)
    {
        _expectedFirst.Remove(node);
        detector.Remove(node.Address);
    }
}
