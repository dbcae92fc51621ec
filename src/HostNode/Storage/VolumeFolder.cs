using System.Collections.Immutable;
using Trapline.Hypervisor.Storage.Overlay;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;

namespace Trapline.HostNode.Storage;

/// <summary>The volumes in the data root, of whatever VM. Reads files: not for an actor's thread.</summary>
public sealed class VolumeFolder(DataRoot root)
{
    private const string Extension = ".overlay";

    /// <summary>Those that are asked for, by VM; none only at the end.</summary>
    public ImmutableArray<VolumeFigures> Page(ListVolumes question)
    {
        var page = ImmutableArray.CreateBuilder<VolumeFigures>();
        foreach (var vm in question.Of is { } one ? [one.Value] : Behind(question.After))
        {
            page.AddRange(VolumesOf(Path.Combine(root.Volumes, vm)));
            if (page.Count >= question.Most)
                break;
        }

        return page.ToImmutable();
    }

    private IEnumerable<string> Behind(VmId? after) =>
        Directory.EnumerateDirectories(root.Volumes)
            .Select(folder => Path.GetFileName(folder))
            .Where(name => TextId.IsValid(name) && (after is not { } last || string.CompareOrdinal(name, last.Value) > 0))
            .Order(StringComparer.Ordinal);

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
