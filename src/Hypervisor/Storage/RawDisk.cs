namespace Trapline.Hypervisor.Storage;

/// <summary>A disk whose bytes are those of a file. Flush is a real fsync.</summary>
public sealed class RawDisk : IBlockBackend
{
    private const int ZeroChunk = 64 * 1024;

    private readonly IDiskFile _file;
    private volatile bool _failed;

    /// <summary>A disk over an open file, which it owns from now on.</summary>
    public RawDisk(IDiskFile file, bool readOnly)
    {
        _file = file;
        IsReadOnly = readOnly;
        LengthBytes = Math.Max(0, file.Length);
    }

    /// <inheritdoc/>
    public long LengthBytes { get; }

    /// <inheritdoc/>
    public bool IsReadOnly { get; }

    /// <inheritdoc/>
    public string? Problem => _file.Problem;

    /// <summary>Opens an image file.</summary>
    public static StorageOpen<RawDisk> Open(string path, bool readOnly)
    {
        var file = DiskFile.Open(path, writable: !readOnly);
        return file.Value is { } opened ? new RawDisk(opened, readOnly) : file.Fault!;
    }

    /// <inheritdoc/>
    public BlockStatus Read(long offset, Span<byte> destination)
    {
        if (!BlockRange.Fits(offset, destination.Length, LengthBytes))
            return BlockStatus.OutOfRange;
        return _file.TryRead(offset, destination) ? BlockStatus.Ok : BlockStatus.IoError;
    }

    /// <inheritdoc/>
    public BlockStatus Write(long offset, ReadOnlySpan<byte> source)
    {
        if (CheckWrite(offset, source.Length) is not BlockStatus.Ok and var refusal)
            return refusal;
        return _file.TryWrite(offset, source) ? BlockStatus.Ok : BlockStatus.IoError;
    }

    /// <inheritdoc/>
    public BlockStatus WriteZeroes(long offset, long length)
    {
        if (CheckWrite(offset, length) is not BlockStatus.Ok and var refusal)
            return refusal;
        var zeros = new byte[(int)Math.Min(length, ZeroChunk)];
        for (long done = 0; done < length; done += zeros.Length)
        {
            if (!_file.TryWrite(offset + done, zeros.AsSpan(0, (int)Math.Min(zeros.Length, length - done))))
                return BlockStatus.IoError;
        }

        return BlockStatus.Ok;
    }

    /// <inheritdoc/>
    public BlockStatus Flush()
    {
        if (IsReadOnly)
            return BlockStatus.Ok;
        if (_failed)
            return BlockStatus.IoError;

        // After a failed fsync the kernel may have dropped the dirty pages, and the next fsync would succeed over the loss.
        if (!_file.TryFlush())
            _failed = true;
        return _failed ? BlockStatus.IoError : BlockStatus.Ok;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private BlockStatus CheckWrite(long offset, long length)
    {
        if (IsReadOnly)
            return BlockStatus.ReadOnly;
        if (!BlockRange.Fits(offset, length, LengthBytes))
            return BlockStatus.OutOfRange;
        return _failed ? BlockStatus.IoError : BlockStatus.Ok;
    }
}
