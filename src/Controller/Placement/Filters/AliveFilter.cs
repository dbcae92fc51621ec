namespace Trapline.Controller.Placement.Filters;

/// <summary>A host that is lost or silent takes nothing.</summary>
public sealed class AliveFilter : IHostFilter
{
    /// <inheritdoc/>
    public string Name => "alive";

    /// <inheritdoc/>
    public string InShort(PlacementRequest request) => "lost or silent";

    /// <inheritdoc/>
    public string? Refuse(PlacementRequest request, HostCandidate host, PlacementSession session) =>
        host.Record.Lost ? "the host is lost" : host.Readiness == HostReadiness.Silent ? "the host does not report, or has no lease" : null;
}
