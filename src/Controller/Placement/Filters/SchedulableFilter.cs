using Trapline.Controller.Model;

namespace Trapline.Controller.Placement.Filters;

/// <summary>A cordoned or draining host takes nothing new, nor does one whose process was told to end.</summary>
public sealed class SchedulableFilter : IHostFilter
{
    /// <inheritdoc/>
    public string Name => "schedulable";

    /// <inheritdoc/>
    public string InShort(PlacementRequest request) => "cordoned, draining or ending";

    /// <inheritdoc/>
    public string? Refuse(PlacementRequest request, HostCandidate host, PlacementSession session) =>
        host.Readiness == HostReadiness.Ending ? "the host is ending"
        : host.Record.Availability == HostAvailability.Schedulable ? null
        : $"the host is {host.Record.Availability.ToString().ToLowerInvariant()}";
}
