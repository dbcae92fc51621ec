namespace Trapline.Controller.Placement.Filters;

/// <summary>A cordoned or draining host takes nothing new.</summary>
public sealed class SchedulableFilter : IHostFilter
{
    /// <inheritdoc/>
    public string Name => "schedulable";

    /// <inheritdoc/>
    public string InShort(PlacementRequest request) => "cordoned or draining";

    /// <inheritdoc/>
    public string? Refuse(PlacementRequest request, HostCandidate host, PlacementSession session) =>
        host.Record.Availability == Model.HostAvailability.Schedulable ? null : $"the host is {host.Record.Availability.ToString().ToLowerInvariant()}";
}
