using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster.Membership;

namespace Akka.Cluster.Wire;

/// <summary>"Are you in a cluster that I could join?"; to every seed node.</summary>
internal sealed record InitJoin(Address From) : IClusterMessage;

/// <summary>"Yes, join me."</summary>
internal sealed record InitJoinAck(Address From) : IClusterMessage;

/// <summary>"No, I am in none, or on my way out."</summary>
internal sealed record InitJoinNack(Address From) : IClusterMessage;

/// <summary>"Take me in."</summary>
internal sealed record Join(UniqueAddress Node, ImmutableHashSet<string> Roles) : IClusterMessage;

/// <summary>"You are in; this is the state."</summary>
internal sealed record Welcome(UniqueAddress From, Gossip Gossip) : IClusterMessage;

/// <summary>The whole membership state.</summary>
internal sealed record GossipEnvelope(UniqueAddress From, UniqueAddress To, Gossip Gossip) : IClusterMessage
{
    /// <summary>When this node received it, as <see cref="TimeProvider.GetTimestamp"/> of the system clock; not sent.</summary>
    public long ReceivedAt { get; init; }

    public bool Equals(GossipEnvelope? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => HashCode.Combine(From, To);
}

/// <summary>Only the version of the state, to a node that has it already as far as the sender knows.</summary>
internal sealed record GossipStatus(UniqueAddress From, VectorClock Version) : IClusterMessage;

/// <summary>"I have finished leaving and will not answer any more"; to the leader.</summary>
internal sealed record ExitingConfirmed(UniqueAddress Node) : IClusterMessage;

/// <summary>
/// "You were removed"; to a former member that still gossips, since it was cut off while the others decided without it.
/// </summary>
internal sealed record YouWereRemoved(UniqueAddress From, UniqueAddress Node) : IClusterMessage;

/// <summary>"Are you there?"</summary>
internal sealed record Heartbeat(Address From, long SequenceNr) : IClusterMessage, Akka.Event.IDeadLetterSuppression;

/// <summary>"I am here."</summary>
internal sealed record HeartbeatRsp(UniqueAddress From, long SequenceNr) : IClusterMessage, Akka.Event.IDeadLetterSuppression;
