using System.Collections.Immutable;
using Akka.Actor;

namespace Akka.Cluster.Daemon;

/// <summary>What a node's own side tells the membership core; the rest of its input are the messages of other nodes.</summary>
internal abstract record CoreInput : INodeLocal
{
    /// <summary>Find a cluster through these nodes and join it; the first of them may start one.</summary>
    public sealed record JoinSeedNodes(ImmutableArray<Address> Seeds) : CoreInput;

    /// <summary>Join the cluster of that node; its own address starts a cluster.</summary>
    public sealed record JoinTo(Address Address) : CoreInput;

    /// <summary>Let that member leave.</summary>
    public sealed record Leave(Address Address) : CoreInput;

    /// <summary>Declare those members dead, in one step: a part of them must not be acted upon.</summary>
    public sealed record Down(ImmutableArray<Address> Addresses) : CoreInput;

    /// <summary>That node refuses to talk to this incarnation any more.</summary>
    public sealed record QuarantinedBy(Address Address) : CoreInput;

    /// <summary>This node has finished what it does before it leaves.</summary>
    public sealed record ExitTasksDone : CoreInput;

    /// <summary>Time to look at an unfinished join.</summary>
    public sealed record JoinTick : CoreInput;

    /// <summary>Time to gossip.</summary>
    public sealed record GossipTick : CoreInput;

    /// <summary>Time for the leader to act.</summary>
    public sealed record LeaderTick : CoreInput;

    /// <summary>Time to ask the failure detector.</summary>
    public sealed record ReapTick : CoreInput;
}
