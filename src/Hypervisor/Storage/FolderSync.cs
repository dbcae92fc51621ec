using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Trapline.Hypervisor.Storage;

/// <summary>Makes a rename last across a power failure: on Linux that takes a flush of the folder, which .NET has no call for.</summary>
public static class FolderSync
{
    private const int ReadOnly = 0;

    // errno(3), where a file system has no such call: EINVAL, EROFS, ENOSYS, EOPNOTSUPP.
    private static readonly int[] NotOffered = [22, 30, 38, 95];

    /// <summary>Flushes a folder's entries; does nothing where the host has no such notion.</summary>
    /// <exception cref="IOException">The disk refuses: what the folder names may be lost.</exception>
    public static void Flush(string folder)
    {
        if (!OperatingSystem.IsLinux())
            return;
        var descriptor = Open(folder, ReadOnly, 0);
        if (descriptor < 0)
            return; // a folder that cannot be read can still have been written to; the file itself is on the disk
        var failure = Fsync(descriptor) == 0 ? 0 : Marshal.GetLastPInvokeError();
        _ = Close(descriptor);
        if (failure != 0 && !NotOffered.Contains(failure))
            throw new IOException($"folder {folder} cannot be flushed to its disk: {new Win32Exception(failure).Message}");
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, int mode);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Fsync(int descriptor);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    private static extern int Close(int descriptor);
}
