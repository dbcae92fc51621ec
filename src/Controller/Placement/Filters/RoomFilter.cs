namespace Trapline.Controller.Placement.Filters;

/// <summary>The VM must fit into what is left.</summary>
public sealed class RoomFilter : IHostFilter
{
    /// <inheritdoc/>
    public string Name => "room";

    /// <inheritdoc/>
    public string InShort(PlacementRequest request) => $"no room for {request.Room.CpuWeight} CPU weight and {request.Room.MemoryMiB} MiB";

    /// <inheritdoc/>
    public string? Refuse(PlacementRequest request, HostCandidate host, PlacementSession session) =>
        host.FreeFor(request) is var free && free.Covers(request.Room)
            ? null
            : $"needs {request.Room.CpuWeight} CPU weight and {request.Room.MemoryMiB} MiB, free are {free.CpuWeight} and {free.MemoryMiB} MiB{Kept(request, host)}";

    private static string Kept(PlacementRequest request, HostCandidate host) =>
        host.Kept.Where(k => k.Key != request.Group && k.Value != default).Select(k => k.Key).ToList() is { Count: > 0 } groups
            ? $" besides what is kept for {string.Join(" and ", groups.Select(g => $"group {g}"))}, which is on its way"
            : "";
}
