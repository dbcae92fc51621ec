namespace Akka.Cluster.Daemon;

/// <summary>What the membership core tells the daemon, beside membership itself.</summary>
internal abstract record DaemonSignal : INodeLocal
{
    /// <summary>The cluster extension is ready.</summary>
    public sealed record Start : DaemonSignal;

    /// <summary>This node is exiting: do what has to be done before it leaves.</summary>
    public sealed record Exiting : DaemonSignal;

    /// <summary>This node is no longer a member.</summary>
    public sealed record Ended(bool Downed) : DaemonSignal;

    /// <summary>No cluster was found in the configured time.</summary>
    public sealed record JoinUnsuccessful : DaemonSignal;
}
