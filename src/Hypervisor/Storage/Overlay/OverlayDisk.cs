using System.Buffers;

namespace Trapline.Hypervisor.Storage.Overlay;

/// <summary>
/// A copy-on-write disk: a sparse file over a read-only base. What was never written is read from the base; a first write to a cluster
/// copies it whole to the end of the file; later writes go in place.
/// <code>
///   file:   header | header copy | map page 0, two slots | map page 1, two slots | ... | data cluster 0 | data cluster 1 | ...
///   flush:  fsync (data) --> write changed map pages to their other slots --> fsync (map)
/// </code>
/// At any moment the durable map refers only to durable data, and a crash loses nothing that a flush acknowledged: what came after it
/// is, sector by sector, old or new. A cut-off map page leaves its other slot to go by.
/// <para>
/// Fencing: a writer's incarnation stands in the header. Each write and flush first looks whether a newer one has come, and if so
/// the disk refuses for good. Between that look and the write lies a moment in which a suspended writer could still slip through;
/// leases (DESIGN, section 7) make it harmless in practice, this check makes it small.
/// </para>
/// Thread-safe: <c>_gate</c> guards the map and allocation, <c>_flushGate</c> one flush at a time; in-place data moves under neither.
/// </summary>
public sealed class OverlayDisk : IBlockBackend
{
    /// <summary>log2 of the bytes in a cluster, unless said otherwise: 64 KiB.</summary>
    public const int DefaultClusterShift = 16;

    private readonly Lock _gate = new();
    private readonly Lock _flushGate = new();
    private readonly IDiskFile _file;
    private readonly IBlockBackend? _base;
    private readonly BlockMap _map;
    private readonly long _dataStart;
    private OverlayHeader _header;
    private int _headerCopy;
    private volatile bool _unflushed;
    private volatile bool _failed;
    private volatile bool _fenced;

    private OverlayDisk(IDiskFile file, OverlayHeader header, int headerCopy, BlockMap map, IBlockBackend? below, bool readOnly)
    {
        _file = file;
        _header = header;
        _headerCopy = headerCopy;
        _map = map;
        _base = below;
        _dataStart = BlockMap.DataStart(header);
        IsReadOnly = readOnly;
    }

    /// <inheritdoc/>
    public long LengthBytes => _header.LengthBytes;

    /// <inheritdoc/>
    public bool IsReadOnly { get; }

    /// <inheritdoc/>
    public string? Problem => _fenced ? "a newer incarnation has the disk" : _file.Problem ?? _base?.Problem;

    /// <summary>The incarnation that has the disk open for writing, or had it last.</summary>
    public ulong Incarnation => _header.Incarnation;

    /// <summary>Writes a new, empty overlay to an empty file, durably.</summary>
    /// <param name="file">The file; the caller keeps it.</param>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="lengthBytes">The size of the disk; at least the base's.</param>
    /// <param name="below">The base image.</param>
    /// <param name="clusterShift">log2 of the bytes in a cluster, 12 to 21.</param>
    /// <returns>What went wrong, or null.</returns>
    public static StorageFault? Create(
        IDiskFile file, string name, long lengthBytes, ImageIdentity below, int clusterShift = DefaultClusterShift)
    {
        var operation = $"create {name}";
        if (clusterShift is < OverlayHeader.MinClusterShift or > OverlayHeader.MaxClusterShift
            || below.Id.Length > ImageIdentity.MaxIdLength || !System.Text.Ascii.IsValid(below.Id))
            return new StorageFault(StorageFaultKind.BadSize, operation, "the cluster size or the base's id does not fit the format");
        var largest = OverlayHeader.MaxClusters << clusterShift;
        if (lengthBytes <= 0 || lengthBytes > largest || lengthBytes < below.LengthBytes || lengthBytes % 512 != 0)
            return new StorageFault(StorageFaultKind.BadSize, operation,
                $"the size of {lengthBytes} bytes must be a multiple of 512, at least the base's {below.LengthBytes}, at most {largest}");

        var header = new OverlayHeader(1, lengthBytes, clusterShift, below, Incarnation: 0, Clean: true);
        return file.TrySetLength(BlockMap.DataStart(header))
            && file.TryWrite(0, header.Encode())
            && file.TryWrite(OverlayHeader.Size, (header with { Sequence = 2 }).Encode())
            && file.TryFlush()
            ? null
            : new StorageFault(StorageFaultKind.IoError, operation, "the file cannot be written");
    }

    /// <summary>Opens an overlay.</summary>
    /// <param name="file">The file; the disk owns it once this succeeds.</param>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="below">The base image, shared and not disposed; null where the overlay has none.</param>
    /// <param name="baseId">The base image's id.</param>
    /// <param name="incarnation">The writer's incarnation, or null to open for reading only.</param>
    public static StorageOpen<OverlayDisk> Open(
        IDiskFile file, string name, IBlockBackend? below, string baseId, ulong? incarnation)
    {
        var operation = $"open overlay {name}";
        if (OverlayHeader.ReadNewest(file, out var kind) is not var (header, copy))
            return new StorageFault(kind, operation, kind switch
            {
                StorageFaultKind.UnknownVersion => $"the format is of another version than {OverlayHeader.FormatVersion}",
                StorageFaultKind.Corrupt => "both copies of the header are damaged",
                _ => "the file does not begin like an overlay",
            });

        var given = new ImageIdentity(below?.LengthBytes ?? 0, below is null ? "" : baseId);
        if (header.Base != given)
            return new StorageFault(StorageFaultKind.WrongBase, operation,
                $"it was made for base '{header.Base.Id}' of {header.Base.LengthBytes} bytes, not '{given.Id}' of {given.LengthBytes}");
        if (incarnation < header.Incarnation)
            return new StorageFault(StorageFaultKind.Fenced, operation,
                $"incarnation {header.Incarnation} has opened it since; {incarnation} is refused");
        if (BlockMap.Load(file, header, out var fault) is not { } map)
            return new StorageFault(fault.Kind, operation, fault.Detail);

        var disk = new OverlayDisk(file, header, copy, map, below, incarnation is null);

        // This flush also makes durable what a writer that died (its machine did not) had left in the page cache, before any slot or
        // cluster that the durable state may need is overwritten.
        if (incarnation is { } number && !(file.TryFlush() && disk.TryChangeHeader(h => h with { Incarnation = number, Clean = false })))
            return new StorageFault(StorageFaultKind.IoError, operation, "the header cannot be written");
        return disk;
    }

    /// <inheritdoc/>
    public BlockStatus Read(long offset, Span<byte> destination)
    {
        if (!BlockRange.Fits(offset, destination.Length, LengthBytes))
            return BlockStatus.OutOfRange;
        while (destination.Length > 0)
        {
            var (cluster, within, length) = Piece(offset, destination.Length);
            var entry = Lookup(cluster);
            var piece = destination[..length];
            var status = entry switch
            {
                MapPage.InBase => ReadBase(offset, piece),
                MapPage.Zeros => Clear(piece),
                _ => _file.TryRead(DataOffset(entry) + within, piece) ? BlockStatus.Ok : BlockStatus.IoError,
            };
            if (status != BlockStatus.Ok)
                return status;
            destination = destination[length..];
            offset += length;
        }

        return BlockStatus.Ok;
    }

    /// <inheritdoc/>
    public BlockStatus Write(long offset, ReadOnlySpan<byte> source)
    {
        var status = CheckWrite(offset, source.Length);
        while (status == BlockStatus.Ok && source.Length > 0)
        {
            var (cluster, within, length) = Piece(offset, source.Length);
            status = WritePiece(cluster, within, source[..length]);
            source = source[length..];
            offset += length;
        }

        _unflushed = true; // only now: a flush that saw it earlier would not cover this write
        return status;
    }

    /// <inheritdoc/>
    public BlockStatus WriteZeroes(long offset, long length)
    {
        var status = CheckWrite(offset, length);
        var zeros = new byte[(int)Math.Min(length, _header.ClusterSize)];
        while (status == BlockStatus.Ok && length > 0)
        {
            var (cluster, within, count) = Piece(offset, length);
            if (count != _header.ClusterSize || !TryMarkZero(cluster))
                status = WritePiece(cluster, within, zeros.AsSpan(0, count));
            offset += count;
            length -= count;
        }

        _unflushed = true;
        return status;
    }

    /// <inheritdoc/>
    public BlockStatus Flush()
    {
        if (IsReadOnly)
            return BlockStatus.Ok;
        lock (_flushGate)
        {
            if (CheckWrite(0, 0) is not BlockStatus.Ok and var refusal)
                return refusal;
            if (!_unflushed)
                return BlockStatus.Ok;
            _unflushed = false;
            List<PendingPage> pages;
            lock (_gate)
                pages = _map.TakeDirty();

            // After a failed write or fsync nobody knows what is durable, so the disk takes no more writes (nor promises).
            if (!_file.TryFlush() || !TryWritePages(pages))
            {
                _failed = true;
                return BlockStatus.IoError;
            }

            lock (_gate)
                _map.Commit(pages);
            return BlockStatus.Ok;
        }
    }

    /// <summary>
    /// Writes into a target all that this disk, and then those below it, hold beyond the image that the lowest lies upon.
    /// </summary>
    /// <param name="below">The overlays below, the nearest first; their clusters are as large as this one's.</param>
    /// <param name="target">An empty disk of the same length over the same image.</param>
    public BlockStatus CopyAllTo(IReadOnlyList<OverlayDisk> below, OverlayDisk target)
    {
        IReadOnlyList<OverlayDisk> layers = [this, .. below];
        var buffer = new byte[_header.ClusterSize];
        for (long cluster = 0; cluster < BlockMap.ClusterCount(_header); cluster++)
        {
            var holder = layers.FirstOrDefault(l => l.Lookup(cluster) != MapPage.InBase);
            if (holder is null)
                continue;
            var offset = cluster << _header.ClusterShift;
            var piece = buffer.AsSpan(0, (int)Math.Min(buffer.Length, LengthBytes - offset));
            var status = holder.Lookup(cluster) == MapPage.Zeros ? target.WriteZeroes(offset, piece.Length) : holder.Read(offset, piece);
            if (status == BlockStatus.Ok && holder.Lookup(cluster) != MapPage.Zeros)
                status = target.Write(offset, piece);
            if (status != BlockStatus.Ok)
                return status;
        }

        return target.Flush();
    }

    /// <summary>Flushes, marks the file as closed, and closes it.</summary>
    public void Dispose()
    {
        if (!IsReadOnly && Flush() == BlockStatus.Ok)
        {
            lock (_flushGate)
                TryChangeHeader(h => h with { Clean = true });
        }

        _file.Dispose();
    }

    private BlockStatus WritePiece(long cluster, int within, ReadOnlySpan<byte> source)
    {
        var entry = Lookup(cluster);
        if (entry < MapPage.FirstData)
        {
            lock (_gate)
            {
                entry = _map[cluster]; // another write may have come first
                if (entry < MapPage.FirstData)
                    return CopyUp(cluster, entry, within, source);
            }
        }

        return _file.TryWrite(DataOffset(entry) + within, source) ? BlockStatus.Ok : BlockStatus.IoError;
    }

    /// <summary>Writes a cluster whole to the end of the file, then lets the map refer to it. Under the lock.</summary>
    private BlockStatus CopyUp(long cluster, uint entry, int within, ReadOnlySpan<byte> source)
    {
        var size = _header.ClusterSize;
        var buffer = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            var content = buffer.AsSpan(0, size);
            content.Clear();
            if (source.Length < size && entry == MapPage.InBase)
            {
                var start = cluster << _header.ClusterShift;
                var inside = (int)Math.Min(size, LengthBytes - start);
                if (ReadBase(start, content[..inside]) is not BlockStatus.Ok and var status)
                    return status;
            }

            source.CopyTo(content[within..]);
            if (!_file.TryWrite(DataOffset(MapPage.FirstData + _map.NextFree), content))
                return BlockStatus.IoError;
            _map.Allocate(cluster);
            return BlockStatus.Ok;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private bool TryMarkZero(long cluster)
    {
        lock (_gate)
        {
            var entry = _map[cluster];
            if (entry >= MapPage.FirstData)
                return false;
            if (entry != MapPage.Zeros)
                _map.Set(cluster, MapPage.Zeros);
            return true;
        }
    }

    private BlockStatus ReadBase(long offset, Span<byte> destination)
    {
        var inBase = (int)Math.Clamp((_base?.LengthBytes ?? 0) - offset, 0, destination.Length);
        destination[inBase..].Clear();
        return inBase == 0 ? BlockStatus.Ok : _base!.Read(offset, destination[..inBase]);
    }

    private bool TryWritePages(List<PendingPage> pages)
    {
        foreach (var page in pages)
        {
            if (!_file.TryWrite(page.Offset, page.Bytes))
                return false;
        }

        return pages.Count == 0 || _file.TryFlush();
    }

    private bool TryChangeHeader(Func<OverlayHeader, OverlayHeader> change)
    {
        var next = change(_header) with { Sequence = _header.Sequence + 1 };
        var copy = (_headerCopy + 1) % OverlayHeader.Copies;
        if (!_file.TryWrite((long)copy * OverlayHeader.Size, next.Encode()) || !_file.TryFlush())
            return false;
        _header = next;
        _headerCopy = copy;
        return true;
    }

    private BlockStatus CheckWrite(long offset, long length)
    {
        if (IsReadOnly)
            return BlockStatus.ReadOnly;
        if (!BlockRange.Fits(offset, length, LengthBytes))
            return BlockStatus.OutOfRange;
        if (_failed)
            return BlockStatus.IoError;
        if (!_fenced && OverlayHeader.HasChangedSince(_file, _header.Sequence)
            && OverlayHeader.ReadNewest(_file, out _) is var (header, _) && header.Incarnation > _header.Incarnation)
            _fenced = true;
        return _fenced ? BlockStatus.Fenced : BlockStatus.Ok;
    }

    private uint Lookup(long cluster)
    {
        lock (_gate)
            return _map[cluster];
    }

    private long DataOffset(uint entry) => _dataStart + ((long)(entry - MapPage.FirstData) << _header.ClusterShift);

    private (long Cluster, int Within, int Length) Piece(long offset, long rest)
    {
        var within = (int)(offset & (_header.ClusterSize - 1));
        return (offset >> _header.ClusterShift, within, (int)Math.Min(rest, _header.ClusterSize - within));
    }

    private static BlockStatus Clear(Span<byte> bytes)
    {
        bytes.Clear();
        return BlockStatus.Ok;
    }
}
