using Trapline.Shared.Vms;

namespace Trapline.Controller.Placement.Filters;

/// <summary>A VM that wants to be apart from its group goes where none of the group is.</summary>
public sealed class ApartFilter : IHostFilter
{
    /// <inheritdoc/>
    public string Name => "apart";

    /// <inheritdoc/>
    public string InShort(PlacementRequest request) => $"has others of group {request.Group}";

    /// <inheritdoc/>
    public string? Refuse(PlacementRequest request, HostCandidate host, PlacementSession session) =>
        request is { Group: { } group, Affinity: GroupAffinity.Apart } && host.MembersOf(group) > 0 ? $"has {host.MembersOf(group)} of group {group}" : null;
}
