using System.Security.Cryptography;
using Trapline.Hypervisor.Storage;
using Trapline.Hypervisor.Storage.Overlay;

namespace Trapline.Hypervisor.Machine;

/// <summary>The disks of a machine, opened, in the order of the configuration.</summary>
internal sealed class DiskSet : IDisposable
{
    private int _closed;

    private DiskSet(IReadOnlyList<DiskConfig> configs, IReadOnlyList<IBlockBackend> backends) => (Configs, Backends) = (configs, backends);

    public IReadOnlyList<DiskConfig> Configs { get; }

    public IReadOnlyList<IBlockBackend> Backends { get; }

    /// <summary>Opens all, or none and says which one failed.</summary>
    public static Result<DiskSet> Open(IReadOnlyList<DiskConfig> configs)
    {
        var opened = new List<IBlockBackend>();
        foreach (var config in configs)
        {
            var (backend, fault) = OpenOne(config);
            if (backend is not null)
            {
                opened.Add(backend);
                continue;
            }

            foreach (var other in opened)
                other.Dispose();
            return new MachineError(
                MachineErrorKind.FileAccess,
                $"disk {config.Path} cannot be used ({fault!.Operation}: {fault.Detail})",
                fault.Kind == StorageFaultKind.NotFound ? "give an image file that exists" : "give an image file that can be opened as asked");
        }

        return new DiskSet(configs, opened);
    }

    /// <summary>Makes all writes durable; false if a disk could not.</summary>
    public bool Flush() => Backends.All(b => b.IsReadOnly || b.Flush() == BlockStatus.Ok);

    /// <summary>Flushes and closes all: as long as their storage takes.</summary>
    public void Close()
    {
        Flush();
        Dispose();
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
            return;
        foreach (var backend in Backends)
            backend.Dispose();
    }

    private static (IBlockBackend? Backend, StorageFault? Fault) OpenOne(DiskConfig config)
    {
        if (config.Opened is { } opened)
            return (opened, null);
        var image = RawDisk.Open(config.Path, config.ReadOnly || config.Overlay is not null);
        if (image.Value is not { } below || config.Overlay is not { } overlay)
            return (image.Value, image.Fault);
        var (disk, fault) = OpenOverlay(config, overlay, below);
        if (disk is null)
            below.Dispose();
        return (disk, fault);
    }

    private static (IBlockBackend? Backend, StorageFault? Fault) OpenOverlay(DiskConfig config, string path, RawDisk image)
    {
        var opened = new List<IBlockBackend> { image };
        var (below, id) = ((IBlockBackend)image, config.ImageId ?? DigestOf(image));
        foreach (var layer in config.Layers)
        {
            var frozen = OverlayFile.Open(layer.Path, below, id, incarnation: null);
            if (frozen.Value is not { } disk)
                return CloseAll(opened, frozen.Fault!);
            opened.Add(disk);
            (below, id) = (disk, layer.Id);
        }

        if (!File.Exists(path) && OverlayFile.Create(path, below.LengthBytes, new ImageIdentity(below.LengthBytes, id)) is { } notMade)
            return CloseAll(opened, notMade);
        var top = OverlayFile.Open(path, below, id, config.Incarnation);
        return top.Value is { } overlay ? (new LayeredDisk(overlay, opened), null) : CloseAll(opened, top.Fault!);
    }

    /// <summary>The layers that were opened; the image itself is its opener's.</summary>
    private static (IBlockBackend? Backend, StorageFault? Fault) CloseAll(List<IBlockBackend> opened, StorageFault fault)
    {
        foreach (var disk in opened.Skip(1))
            disk.Dispose();
        return (null, fault);
    }

    private static string DigestOf(RawDisk disk)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var piece = new byte[1 << 20];
        for (long at = 0; at < disk.LengthBytes; at += piece.Length)
        {
            var length = (int)Math.Min(piece.Length, disk.LengthBytes - at);
            if (disk.Read(at, piece.AsSpan(0, length)) != BlockStatus.Ok)
                return "unreadable";
            hash.AppendData(piece, 0, length);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>An overlay that closes all that lies below with itself.</summary>
    private sealed class LayeredDisk(OverlayDisk overlay, List<IBlockBackend> below) : IBlockBackend
    {
        public long LengthBytes => overlay.LengthBytes;

        public bool IsReadOnly => overlay.IsReadOnly;

        public string? Problem => overlay.Problem;

        public BlockStatus Read(long offset, Span<byte> destination) => overlay.Read(offset, destination);

        public BlockStatus Write(long offset, ReadOnlySpan<byte> source) => overlay.Write(offset, source);

        public BlockStatus WriteZeroes(long offset, long length) => overlay.WriteZeroes(offset, length);

        public BlockStatus Flush() => overlay.Flush();

        public void Dispose()
        {
            overlay.Dispose();
            foreach (var disk in below)
                disk.Dispose();
        }
    }
}
