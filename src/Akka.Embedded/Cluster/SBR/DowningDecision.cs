namespace Akka.Cluster.SBR;

/// <summary>What to do about unreachable members.</summary>
internal enum DowningDecision
{
    /// <summary>This side survives.</summary>
    DownUnreachable,

    /// <summary>The other side survives.</summary>
    DownReachable,

    /// <summary>Nobody can know; both sides end.</summary>
    DownAll,

    /// <summary>Links are broken one by one: the nodes between them end, and the strategy decides about the rest.</summary>
    DownIndirectlyConnected,
}
