namespace Trapline.Hypervisor.Storage;

/// <summary>How an operation on a block back-end ended: a closed set. Back-ends do not throw.</summary>
public enum BlockStatus
{
    /// <summary>Done.</summary>
    Ok,

    /// <summary>The range is not inside the disk.</summary>
    OutOfRange,

    /// <summary>A write to a disk that cannot be written.</summary>
    ReadOnly,

    /// <summary>The storage below failed; after a failed flush a back-end stays in this state.</summary>
    IoError,

    /// <summary>A newer incarnation has opened the disk for writing; this writer is refused from now on.</summary>
    Fenced,
}

/// <summary>
/// What a disk's blocks are kept in. Calls block on the storage, so they run on I/O threads, several at a time: implementations are
/// thread-safe. A write is durable once a flush that began after it returned <see cref="BlockStatus.Ok"/>.
/// </summary>
public interface IBlockBackend : IDisposable
{
    /// <summary>The size in bytes; fixed while open.</summary>
    long LengthBytes { get; }

    /// <summary>Whether writes are refused.</summary>
    bool IsReadOnly { get; }

    /// <summary>Why the storage below failed last, in words; null if it has not.</summary>
    string? Problem => null;

    /// <summary>Fills <paramref name="destination"/> from the disk; its content is undefined unless the status is Ok.</summary>
    BlockStatus Read(long offset, Span<byte> destination);

    /// <summary>Writes to the disk. After an error any part of it may have been written.</summary>
    BlockStatus Write(long offset, ReadOnlySpan<byte> source);

    /// <summary>Makes a range read as zeros.</summary>
    BlockStatus WriteZeroes(long offset, long length);

    /// <summary>Makes all completed writes durable.</summary>
    BlockStatus Flush();
}
