using Akka.Actor;
using Akka.Cluster.Membership;
using Akka.Event;

namespace Akka.Cluster.Daemon;

/// <summary>What the membership core wants done.</summary>
internal abstract record CoreEffect
{
    /// <summary>Send to the core of another node; it may get lost.</summary>
    public sealed record Send(Address To, IClusterMessage Message) : CoreEffect;

    /// <summary>The state has changed: tell subscribers and the heartbeats.</summary>
    public sealed record Publish(MembershipState State) : CoreEffect;

    /// <summary>This node has acted as the leader; for the log.</summary>
    public sealed record LeaderActed(LeaderActions Actions) : CoreEffect;

    /// <summary>This node is exiting: run what it does before it leaves, then feed <see cref="CoreInput.ExitTasksDone"/>.</summary>
    public sealed record RunExitTasks : CoreEffect;

    /// <summary>This node is no longer a member: stop the cluster on it.</summary>
    public sealed record Stop(bool Downed) : CoreEffect;

    /// <summary>No cluster could be joined in the configured time.</summary>
    public sealed record JoinUnsuccessful : CoreEffect;

    /// <summary>Something for the log.</summary>
    public sealed record Log(LogLevel Level, string Text) : CoreEffect;
}
