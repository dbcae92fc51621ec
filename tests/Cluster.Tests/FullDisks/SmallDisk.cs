using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Trapline.Cluster.Tests.FullDisks;

/// <summary>A file system of a few megabytes in memory (Linux, tmpfs), which a test can fill and make room on. Mounting one takes root.</summary>
internal sealed class SmallDisk : IDisposable
{
    private const int DetachNow = 2; // MNT_DETACH

    private readonly string _path;

    private SmallDisk(string path) => _path = path;

    private string Filler => Path.Combine(_path, ".filler");

    /// <summary>Mounts one on a folder; null with the reason where that is not allowed.</summary>
    public static SmallDisk? TryMount(string path, int mebibytes, out string? problem)
    {
        problem = null;
        if (!OperatingSystem.IsLinux())
        {
            problem = "a small file system is mounted on Linux only";
            return null;
        }

        Directory.CreateDirectory(path);
        if (Mount("tmpfs", path, "tmpfs", 0, $"size={mebibytes}m") == 0)
            return new SmallDisk(path);
        problem = $"a small file system cannot be mounted ({new Win32Exception(Marshal.GetLastPInvokeError()).Message}): run the tests as root for this one";
        return null;
    }

    /// <summary>Takes all the room that there is, or all but some of it, as often as it is asked to.</summary>
    public void Fill(int butMebibytes = 0)
    {
        using var file = new FileStream(Filler, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        var disk = new DriveInfo(_path);
        try
        {
            for (var chunk = new byte[4096]; butMebibytes == 0 || disk.AvailableFreeSpace > (long)butMebibytes << 20;)
                file.Write(chunk);
        }
        catch (IOException)
        {
            // Full.
        }
    }

    /// <summary>Gives the room back.</summary>
    public void MakeRoom() => File.Delete(Filler);

    public void Dispose() => _ = Unmount(_path, DetachNow);

    [DllImport("libc", EntryPoint = "mount", SetLastError = true)]
    private static extern int Mount([MarshalAs(UnmanagedType.LPUTF8Str)] string source, [MarshalAs(UnmanagedType.LPUTF8Str)] string target, [MarshalAs(UnmanagedType.LPUTF8Str)] string type, nuint flags, [MarshalAs(UnmanagedType.LPUTF8Str)] string data);

    [DllImport("libc", EntryPoint = "umount2", SetLastError = true)]
    private static extern int Unmount([MarshalAs(UnmanagedType.LPUTF8Str)] string target, int flags);
}
