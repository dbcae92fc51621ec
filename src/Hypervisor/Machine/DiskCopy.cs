using Trapline.Hypervisor.Storage;
using Trapline.Hypervisor.Storage.Overlay;

namespace Trapline.Hypervisor.Machine;

/// <summary>
/// Copies of disks whose machine is paused and has flushed them: one overlay over the image, whatever lies upon what in the original. The copy
/// depends on the image alone, and holds no more than was ever written.
/// </summary>
public static class DiskCopy
{
    /// <summary>Makes one.</summary>
    /// <param name="disk">The disk: an image with an overlay, and maybe layers between them. It may be open for writing elsewhere.</param>
    /// <param name="path">The copy's file, where nothing is yet.</param>
    /// <returns>What went wrong, or null.</returns>
    public static StorageFault? Make(DiskConfig disk, string path)
    {
        Invariant.Require(disk is { Overlay: not null, ImageId: not null }, "a disk that is copied has an overlay, and an image with an id");
        var image = RawDisk.Open(disk.Path, readOnly: true);
        if (image.Value is not { } below)
            return image.Fault;
        using (below)
            return Make(disk, below, path);
    }

    private static StorageFault? Make(DiskConfig disk, RawDisk image, string path)
    {
        var opened = new List<OverlayDisk>();
        try
        {
            var (below, id) = ((IBlockBackend)image, disk.ImageId!);
            foreach (var layer in disk.Layers.Append(new DiskLayer(disk.Overlay!, "")))
            {
                var overlay = OverlayFile.Open(layer.Path, below, id, incarnation: null);
                if (overlay.Value is not { } found)
                    return overlay.Fault;
                opened.Add(found);
                (below, id) = (found, layer.Id);
            }

            if (OverlayFile.Create(path, image.LengthBytes, new ImageIdentity(image.LengthBytes, disk.ImageId!)) is { } notMade)
                return notMade;
            var made = OverlayFile.Open(path, image, disk.ImageId!, incarnation: 1);
            if (made.Value is not { } target)
                return made.Fault;
            opened.Reverse();
            using (target)
            {
                var status = opened[0].CopyAllTo(opened.GetRange(1, opened.Count - 1), target);
                return status == BlockStatus.Ok ? null : new StorageFault(StorageFaultKind.IoError, $"copy to {path}", $"the copy ended with {status}: look at the space of its disk");
            }
        }
        finally
        {
            foreach (var overlay in opened)
                overlay.Dispose();
        }
    }
}
