using System.Runtime.InteropServices;

namespace Trapline.Hypervisor.Machine.Snapshots;

/// <summary>Makes a rename last across a power failure: on Linux that takes a flush of the folder, which .NET has no call for.</summary>
public static class FolderSync
{
    private const int ReadOnly = 0;

    /// <summary>Flushes a folder's entries; does nothing where the host has no such notion.</summary>
    public static void Flush(string folder)
    {
        if (!OperatingSystem.IsLinux())
            return;
        var descriptor = Open(folder, ReadOnly, 0);
        if (descriptor < 0)
            return; // a folder that cannot be read can still have been written to; the file itself is on the disk
        _ = Fsync(descriptor);
        _ = Close(descriptor);
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, int mode);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Fsync(int descriptor);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    private static extern int Close(int descriptor);
}
