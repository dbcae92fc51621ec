namespace Trapline.Hypervisor.Storage;

/// <summary>A disk in memory, made of chunks that exist once written. It lasts as long as the object.</summary>
public sealed class MemoryDisk : IBlockBackend
{
    private const int ChunkSize = 64 * 1024;

    private readonly Lock _gate = new();
    private readonly byte[]?[] _chunks;

    /// <summary>An empty disk of that many bytes.</summary>
    public MemoryDisk(long lengthBytes, bool readOnly = false)
    {
        LengthBytes = lengthBytes;
        IsReadOnly = readOnly;
        _chunks = new byte[]?[(lengthBytes + ChunkSize - 1) / ChunkSize];
    }

    /// <summary>A disk with that content.</summary>
    public MemoryDisk(ReadOnlySpan<byte> content, bool readOnly = false)
        : this(content.Length, readOnly) => Store(0, content);

    /// <inheritdoc/>
    public long LengthBytes { get; }

    /// <inheritdoc/>
    public bool IsReadOnly { get; }

    /// <inheritdoc/>
    public BlockStatus Read(long offset, Span<byte> destination)
    {
        if (!BlockRange.Fits(offset, destination.Length, LengthBytes))
            return BlockStatus.OutOfRange;
        lock (_gate)
        {
            while (destination.Length > 0)
            {
                var (index, within, length) = Piece(offset, destination.Length);
                if (_chunks[index] is { } chunk)
                    chunk.AsSpan(within, length).CopyTo(destination);
                else
                    destination[..length].Clear();
                destination = destination[length..];
                offset += length;
            }
        }

        return BlockStatus.Ok;
    }

    /// <inheritdoc/>
    public BlockStatus Write(long offset, ReadOnlySpan<byte> source)
    {
        if (IsReadOnly)
            return BlockStatus.ReadOnly;
        if (!BlockRange.Fits(offset, source.Length, LengthBytes))
            return BlockStatus.OutOfRange;
        lock (_gate)
            Store(offset, source);
        return BlockStatus.Ok;
    }

    /// <inheritdoc/>
    public BlockStatus WriteZeroes(long offset, long length)
    {
        if (IsReadOnly)
            return BlockStatus.ReadOnly;
        if (!BlockRange.Fits(offset, length, LengthBytes))
            return BlockStatus.OutOfRange;
        lock (_gate)
        {
            while (length > 0)
            {
                var (index, within, count) = Piece(offset, length);
                if (count == ChunkSize)
                    _chunks[index] = null;
                else
                    _chunks[index]?.AsSpan(within, count).Clear();
                offset += count;
                length -= count;
            }
        }

        return BlockStatus.Ok;
    }

    /// <inheritdoc/>
    public BlockStatus Flush() => BlockStatus.Ok;

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private void Store(long offset, ReadOnlySpan<byte> source)
    {
        while (source.Length > 0)
        {
            var (index, within, length) = Piece(offset, source.Length);
            var chunk = _chunks[index] ??= new byte[ChunkSize];
            source[..length].CopyTo(chunk.AsSpan(within));
            source = source[length..];
            offset += length;
        }
    }

    private static (int Index, int Within, int Length) Piece(long offset, long rest)
    {
        var within = (int)(offset % ChunkSize);
        return ((int)(offset / ChunkSize), within, (int)Math.Min(rest, ChunkSize - within));
    }
}
