namespace Akka.Cluster.Tools.Singleton;

/// <summary>Where a singleton manager stands.</summary>
public enum ClusterSingletonState
{
    /// <summary>Its node is not up yet.</summary>
    Start = 0,

    /// <summary>Not used here: singletons take no lease.</summary>
    AcquiringLease = 1,

    /// <summary>It runs the singleton.</summary>
    Oldest = 2,

    /// <summary>Another node runs it.</summary>
    Younger = 3,

    /// <summary>It is to run it and waits for those before it.</summary>
    BecomingOldest = 4,

    /// <summary>It runs it and waits for the next to take over.</summary>
    WasOldest = 5,

    /// <summary>It is stopping the singleton for another node.</summary>
    HandingOver = 6,

    /// <summary>Not used here: part of <see cref="WasOldest"/>.</summary>
    TakeOver = 7,

    /// <summary>It is stopping the singleton, since its node was downed.</summary>
    Stopping = 8,

    /// <summary>It has handed over or stopped.</summary>
    End = 9,
}
