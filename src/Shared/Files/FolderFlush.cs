using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Trapline.Shared.Files;

/// <summary>Brings a folder's entries to the disk: without that a power failure may undo a rename. .NET has no call for it.</summary>
public static class FolderFlush
{
    private const int ReadOnly = 0;

    // errno(3), where a file system has no such call: EINVAL, EROFS, ENOSYS, EOPNOTSUPP.
    private static readonly int[] NotOffered = [22, 30, 38, 95];

    /// <summary>Flushes a folder; does nothing where the host has no such notion, or the folder may be written to but not read.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public static void Run(string folder)
    {
        if (!OperatingSystem.IsLinux() || Open(folder, ReadOnly, 0) is not (>= 0 and var descriptor))
            return;
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
