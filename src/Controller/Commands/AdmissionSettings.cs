using Trapline.Controller.Placement;

namespace Trapline.Controller.Commands;

/// <summary>What limits users' requests.</summary>
public sealed record AdmissionSettings
{
    /// <summary>Most VMs of a cluster.</summary>
    public int Vms { get; init; } = 200_000;

    /// <summary>Most VMs of one request.</summary>
    public int VmsPerRequest { get; init; } = 10_000;

    /// <summary>How the target of a move is chosen where the user names none.</summary>
    public PlacementPolicy Policy { get; init; } = PlacementPolicy.Spread;

    /// <summary>A VM whose move a user has taken back is left alone for so long by draining and balancing.</summary>
    public TimeSpan RestAfterCancel { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Accept a VM only if the loss of any one host could still be absorbed.</summary>
    public bool ReserveForHostLoss { get; init; }
}
