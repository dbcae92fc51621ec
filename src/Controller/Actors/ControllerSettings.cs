using Trapline.Controller.Balancing;
using Trapline.Controller.Commands;
using Trapline.Controller.Reconciliation;
using Trapline.Shared.Leases;

namespace Trapline.Controller.Actors;

/// <summary>All numbers of the controller in one place.</summary>
public sealed record ControllerSettings
{
    /// <summary>The lease, the same as on hosts and keepers.</summary>
    public LeaseTerms Lease { get; init; } = LeaseTerms.Default;

    /// <summary>How many keepers the cluster is configured with.</summary>
    public int Keepers { get; init; } = 1;

    /// <summary>The reconciler's.</summary>
    public ReconcilerSettings Reconciler { get; init; } = new();

    /// <summary>What limits requests.</summary>
    public AdmissionSettings Admission { get; init; } = new();

    /// <summary>Balancing's; null switches it off.</summary>
    public BalancerSettings? Balancer { get; init; }

    /// <summary>How often keepers are asked about hosts that are silent.</summary>
    public TimeSpan Tick { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How often the reconciler runs without a reason.</summary>
    public TimeSpan PlanInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often balancing is considered.</summary>
    public TimeSpan BalanceInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A wall clock that is further off than this was set.</summary>
    public TimeSpan ClockStep { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a command to a host is given before it counts as lost.</summary>
    public TimeSpan ResendAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A snapshot of the model after this many events; older events are deleted then.</summary>
    public int SnapshotEvery { get; init; } = 5_000;
}
