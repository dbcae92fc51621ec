using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Trapline.HostNode.Storage;

/// <summary>How much of a file with holes is on the disk (lseek(2), SEEK_DATA and SEEK_HOLE); where the system cannot tell, all of it.</summary>
internal static class SparseFile
{
    private const int Data = 3;
    private const int Hole = 4;

    /// <summary>Bytes that are not holes.</summary>
    public static long AllocatedBytes(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var length = RandomAccess.GetLength(file);
        if (!OperatingSystem.IsLinux())
            return length;
        long allocated = 0;
        for (long at = 0; at < length;)
        {
            var begin = Seek(file, at, Data);
            if (begin < 0)
                return at == 0 && allocated == 0 && Seek(file, 0, Hole) < 0 ? length : allocated; // no more data; or no such call here
            var end = Seek(file, begin, Hole);
            if (end <= begin)
                return length;
            allocated += Math.Min(end, length) - begin;
            at = end;
        }

        return allocated;
    }

    [DllImport("libc", EntryPoint = "lseek", SetLastError = true)]
    private static extern long Seek(SafeFileHandle file, long offset, int whence);
}
