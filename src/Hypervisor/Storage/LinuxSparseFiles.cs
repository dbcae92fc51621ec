using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Trapline.Hypervisor.Storage;

/// <summary>Holes by <c>lseek(2)</c> with SEEK_DATA and SEEK_HOLE: its cost grows with the number of extents, not with the file.</summary>
[SupportedOSPlatform("linux")]
internal sealed partial class LinuxSparseFiles : ISparseFiles
{
    private const int SeekData = 3;
    private const int SeekHole = 4;
    private const int NoDataFromHere = 6; // ENXIO

    /// <inheritdoc/>
    public IEnumerable<FileExtent> DataIn(SafeFileHandle file, long from, long end)
    {
        for (var at = from; at < end;)
        {
            var begin = Seek(file, at, SeekData);
            if (begin < 0)
            {
                // Any other error is that of a file system that cannot tell.
                if (Marshal.GetLastPInvokeError() != NoDataFromHere)
                    yield return new FileExtent(at, end - at);
                yield break;
            }

            if (begin >= end)
                yield break;
            var hole = Seek(file, begin, SeekHole);
            at = hole > begin ? Math.Min(hole, end) : end; // one that changes meanwhile may have no hole there any more
            yield return new FileExtent(begin, at - begin);
        }
    }

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial long Seek(SafeFileHandle file, long offset, int whence);
}
