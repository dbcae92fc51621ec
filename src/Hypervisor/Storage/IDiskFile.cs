namespace Trapline.Hypervisor.Storage;

/// <summary>
/// The file below a disk: positioned reads and writes that succeed or fail, and a flush that means fsync. A seam, so that tests
/// can cut the power between any two writes.
/// </summary>
public interface IDiskFile : IDisposable
{
    /// <summary>The length in bytes, or -1 where it cannot be told.</summary>
    long Length { get; }

    /// <summary>What the operating system said of the last operation that failed; null if none has.</summary>
    string? Problem => null;

    /// <summary>Fills <paramref name="destination"/>; false on an error and at the end of the file.</summary>
    bool TryRead(long offset, Span<byte> destination);

    /// <summary>Writes all of <paramref name="source"/>, growing the file; on false any part may have been written.</summary>
    bool TryWrite(long offset, ReadOnlySpan<byte> source);

    /// <summary>Sets the length; a longer file reads zeros at its end.</summary>
    bool TrySetLength(long length);

    /// <summary>Makes everything written so far durable; returns only then.</summary>
    bool TryFlush();
}
