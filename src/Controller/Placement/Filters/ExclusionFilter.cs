namespace Trapline.Controller.Placement.Filters;

/// <summary>The host that the VM should leave does not take it.</summary>
public sealed class ExclusionFilter : IHostFilter
{
    /// <inheritdoc/>
    public string Name => "excluded";

    /// <inheritdoc/>
    public string InShort(PlacementRequest request) => "the VM should leave it";

    /// <inheritdoc/>
    public string? Refuse(PlacementRequest request, HostCandidate host, PlacementSession session) =>
        request.Excluded == host.Record.Id ? "the VM should leave this host" : null;
}
