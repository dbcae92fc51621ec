namespace Akka.Cluster.Daemon;

/// <summary>What the membership core tells the daemon, beside membership itself.</summary>
internal enum DaemonSignal
{
    /// <summary>The cluster extension is ready.</summary>
    Start,

    /// <summary>This node is exiting: do what has to be done before it leaves.</summary>
    Exiting,

    /// <summary>This node has left.</summary>
    Left,

    /// <summary>This node was downed.</summary>
    Downed,

    /// <summary>No cluster was found in the configured time.</summary>
    JoinUnsuccessful,
}
