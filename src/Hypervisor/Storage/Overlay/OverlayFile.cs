namespace Trapline.Hypervisor.Storage.Overlay;

/// <summary>Overlays by path.</summary>
public static class OverlayFile
{
    /// <summary>Makes an overlay at a path where nothing is yet. A failed attempt leaves nothing there.</summary>
    /// <returns>What went wrong, or null.</returns>
    public static StorageFault? Create(
        string path, long lengthBytes, ImageIdentity below, int clusterShift = OverlayDisk.DefaultClusterShift)
    {
        var created = DiskFile.Create(path);
        if (created.Value is not { } file)
            return created.Fault;
        StorageFault? fault;
        using (file)
            fault = OverlayDisk.Create(file, path, lengthBytes, below, clusterShift);
        if (fault is not null)
            File.Delete(path);
        return fault;
    }

    /// <summary>Opens an overlay; see <see cref="OverlayDisk.Open"/>.</summary>
    public static StorageOpen<OverlayDisk> Open(string path, IBlockBackend? below, string baseId, ulong? incarnation)
    {
        var opened = DiskFile.Open(path, writable: incarnation is not null);
        if (opened.Value is not { } file)
            return opened.Fault!;
        var disk = OverlayDisk.Open(file, path, below, baseId, incarnation);
        if (disk.Value is null)
            file.Dispose();
        return disk;
    }
}
