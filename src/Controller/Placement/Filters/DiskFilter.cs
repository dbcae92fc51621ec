namespace Trapline.Controller.Placement.Filters;

/// <summary>
/// A host whose data folder has little room left takes no VM that would write a new disk there, and no move, which writes the VM's memory. One that ran
/// before starts again: its disk is there, and to keep it down would make an outage of a warning.
/// </summary>
public sealed class DiskFilter : IHostFilter
{
    /// <inheritdoc/>
    public string Name => "disk";

    /// <inheritdoc/>
    public string InShort(PlacementRequest request) => "low on disk space";

    /// <inheritdoc/>
    public string? Refuse(PlacementRequest request, HostCandidate host, PlacementSession session) =>
        !request.HasDisk && host.Record.LowDisk is { } low ? $"the host is low on disk space: it had {low.FreeMiB} MiB left, and should have {low.BarMiB}" : null;
}
