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
        host.Free.Covers(request.Room)
            ? null
            : $"needs {request.Room.CpuWeight} CPU weight and {request.Room.MemoryMiB} MiB, free are {host.Free.CpuWeight} and {host.Free.MemoryMiB} MiB";
}
