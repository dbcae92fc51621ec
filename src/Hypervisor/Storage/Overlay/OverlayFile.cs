namespace Trapline.Hypervisor.Storage.Overlay;

/// <summary>What an overlay says of itself.</summary>
/// <param name="LengthBytes">The size of the disk.</param>
/// <param name="Incarnation">The incarnation that opened it last for writing.</param>
/// <param name="Base">What it lies upon.</param>
public sealed record OverlayInfo(long LengthBytes, ulong Incarnation, ImageIdentity Base);

/// <summary>Overlays by path.</summary>
public static class OverlayFile
{
    /// <summary>
    /// Makes an overlay at a path where nothing is yet: beside it, then under its own name by a rename, which is on the disk when this returns. So it is
    /// whole or not there, wherever its maker is killed or the power fails; the half of one that was is written over by the next attempt.
    /// </summary>
    /// <returns>What went wrong, or null.</returns>
    public static StorageFault? Create(
        string path, long lengthBytes, ImageIdentity below, int clusterShift = OverlayDisk.DefaultClusterShift)
    {
        var making = path + ".new";
        try
        {
            Drop(making);
            var created = DiskFile.Create(making);
            if (created.Value is not { } file)
                return created.Fault;
            StorageFault? fault;
            using (file)
                fault = OverlayDisk.Create(file, path, lengthBytes, below, clusterShift);
            if (fault is not null)
                return fault;
            File.Move(making, path, overwrite: false);
            FolderSync.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new StorageFault(File.Exists(path) ? StorageFaultKind.AlreadyExists : StorageFaultKind.IoError, $"create {path}", e.Message);
        }
        finally
        {
            Drop(making);
        }
    }

    private static void Drop(string path)
    {
        if (File.Exists(path))
            File.Delete(path);
    }

    /// <summary>What an overlay's header says; null with the fault where it is none.</summary>
    public static OverlayInfo? Inspect(string path, out StorageFault? fault)
    {
        var opened = DiskFile.Open(path, writable: false);
        fault = opened.Fault;
        if (opened.Value is not { } file)
            return null;
        using (file)
        {
            if (OverlayHeader.ReadNewest(file, out var kind) is var (header, _))
                return new OverlayInfo(header.LengthBytes, header.Incarnation, header.Base);
            fault = new StorageFault(kind, $"inspect {path}", "its header is not that of an overlay, or damaged");
            return null;
        }
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
