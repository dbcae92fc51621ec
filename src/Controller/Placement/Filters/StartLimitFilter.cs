namespace Trapline.Controller.Placement.Filters;

/// <summary>A host that is busy starting VMs takes no more for now.</summary>
public sealed class StartLimitFilter : IHostFilter
{
    /// <inheritdoc/>
    public string Name => "starts";

    /// <inheritdoc/>
    public string InShort(PlacementRequest request) => "busy starting others";

    /// <inheritdoc/>
    public string? Refuse(PlacementRequest request, HostCandidate host, PlacementSession session) =>
        host.Starting < session.StartsPerHost ? null : $"{host.Starting} VMs are starting there; the limit is {session.StartsPerHost}";
}
