using System.Collections.Immutable;
using Trapline.Hypervisor.Storage.Overlay;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;

namespace Trapline.HostNode.Storage;

/// <summary>The volumes in the data root, of whatever VM. Reads files: not for an actor's thread.</summary>
public sealed class VolumeFolder(DataRoot root)
{
    private const string Extension = ".overlay";

    /// <summary>All of them, by VM.</summary>
    public ImmutableArray<VolumeFigures> All() =>
    [
        .. Directory.EnumerateDirectories(root.Volumes)
            .Where(folder => TextId.IsValid(Path.GetFileName(folder)))
            .Order(StringComparer.Ordinal)
            .SelectMany(VolumesOf),
    ];

    private static IEnumerable<VolumeFigures> VolumesOf(string folder)
    {
        try
        {
            return [.. Directory.EnumerateFiles(folder, "*" + Extension).Order(StringComparer.Ordinal).Select(path => Read(new VmId(Path.GetFileName(folder)), path))];
        }
        catch (DirectoryNotFoundException)
        {
            return []; // its VM was terminated meanwhile
        }
    }

    private static VolumeFigures Read(VmId vm, string path)
    {
        var name = Path.GetFileNameWithoutExtension(path);
        try
        {
            var allocated = SparseFile.AllocatedBytes(path);
            return OverlayFile.Inspect(path, out var fault) is { } info
                ? new VolumeFigures(vm, name, info.LengthBytes, allocated, new Incarnation((long)info.Incarnation))
                : new VolumeFigures(vm, name, 0, allocated, Incarnation.None, fault!.Detail);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new VolumeFigures(vm, name, 0, 0, Incarnation.None, e.Message);
        }
    }
}
