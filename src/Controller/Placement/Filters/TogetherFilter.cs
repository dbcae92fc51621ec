using Trapline.Shared.Vms;

namespace Trapline.Controller.Placement.Filters;

/// <summary>A VM that wants to be with its group goes where the group is; a host that all are to leave does not hold a group.</summary>
public sealed class TogetherFilter : IHostFilter
{
    /// <inheritdoc/>
    public string Name => "together";

    /// <inheritdoc/>
    public string InShort(PlacementRequest request) => $"group {request.Group} is elsewhere";

    /// <inheritdoc/>
    public string? Refuse(PlacementRequest request, HostCandidate host, PlacementSession session) =>
        request is { Group: { } group, Affinity: GroupAffinity.Together } && session.HostsThatKeep(group) > 0 && host.MembersOf(group) == 0
            ? $"group {group} is elsewhere"
            : null;
}
