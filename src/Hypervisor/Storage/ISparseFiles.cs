using Microsoft.Win32.SafeHandles;

namespace Trapline.Hypervisor.Storage;

/// <summary>A part of a file.</summary>
/// <param name="Offset">Its first byte.</param>
/// <param name="Length">Its bytes; more than none.</param>
public readonly record struct FileExtent(long Offset, long Length);

/// <summary>Knows where files with holes hold data.</summary>
public interface ISparseFiles
{
    /// <summary>
    /// The parts of a range that may hold something else than zeros, in ascending order; the rest of it reads as zeros. A system that cannot tell
    /// answers with the whole range.
    /// </summary>
    /// <param name="file">An open file.</param>
    /// <param name="from">The first byte of the range.</param>
    /// <param name="end">The first byte behind it; at most the file's length.</param>
    IEnumerable<FileExtent> DataIn(SafeFileHandle file, long from, long end);
}

/// <summary>Selects how this host tells holes from data.</summary>
public static class SparseFiles
{
    /// <summary>What the file system says on Linux; elsewhere everything counts as data.</summary>
    public static ISparseFiles Default { get; } = OperatingSystem.IsLinux() ? new LinuxSparseFiles() : new PortableSparseFiles();
}

/// <summary>For hosts that cannot tell.</summary>
internal sealed class PortableSparseFiles : ISparseFiles
{
    /// <inheritdoc/>
    public IEnumerable<FileExtent> DataIn(SafeFileHandle file, long from, long end) => from < end ? [new FileExtent(from, end - from)] : [];
}
