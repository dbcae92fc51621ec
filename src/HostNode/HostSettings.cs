using Trapline.Shared.Ids;
using Trapline.Shared.InstanceTypes;
using Trapline.Shared.Leases;

namespace Trapline.HostNode;

/// <summary>All numbers of a host in one place.</summary>
public sealed record HostSettings
{
    /// <summary>Which host this is.</summary>
    public required HostId Host { get; init; }

    /// <summary>What it offers to placement.</summary>
    public required Resources Capacity { get; init; }

    /// <summary>The lease, the same as on the keepers.</summary>
    public LeaseTerms Lease { get; init; } = LeaseTerms.Default;

    /// <summary>How many keepers the cluster is configured with.</summary>
    public int Keepers { get; init; } = 1;

    /// <summary>How often it reports without a reason.</summary>
    public TimeSpan ReportInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How often an actor of a VM may fail before its machine is given up.</summary>
    public int ActorRestarts { get; init; } = 10;

    /// <summary>The time in which they are counted.</summary>
    public TimeSpan ActorRestartWindow { get; init; } = TimeSpan.FromMinutes(1);
}
