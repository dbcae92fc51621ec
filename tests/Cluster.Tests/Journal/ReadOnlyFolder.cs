using System.Runtime.InteropServices;

namespace Trapline.Cluster.Tests.Journal;

/// <summary>
/// A folder that may only be read until this is disposed: by its rights, or, for root whom they do not bind, by a mount over it. Who has a file of it open
/// for writing already goes on writing.
/// </summary>
internal sealed class ReadOnlyFolder : IDisposable
{
    private const nuint Bind = 4096;
    private const nuint RemountReadOnly = 32 | 4096 | 1;
    private const int DetachNow = 2;

    private readonly string _path;
    private readonly bool _mounted;

    private ReadOnlyFolder(string path, bool mounted) => (_path, _mounted) = (path, mounted);

    /// <summary>Makes it so; skips the test where that cannot be done.</summary>
    public static ReadOnlyFolder Make(string path)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "folders are made read-only on Linux only");
        if (!Environment.IsPrivilegedProcess)
        {
            SetWritable(path, writable: false);
            return new ReadOnlyFolder(path, mounted: false);
        }

        Skip.If(Mount(path, path, "none", Bind, null) != 0, "nothing can be mounted here");
        if (Mount("none", path, "none", RemountReadOnly, null) == 0)
            return new ReadOnlyFolder(path, mounted: true);
        _ = Unmount(path, DetachNow);
        Skip.If(true, "nothing can be mounted here for reading only");
        throw new InvalidOperationException();
    }

    public void Dispose()
    {
        if (_mounted)
            _ = Unmount(_path, DetachNow);
        else
            SetWritable(_path, writable: true);
    }

    private static void SetWritable(string path, bool writable)
    {
        if (OperatingSystem.IsWindows())
            return;
        foreach (var entry in Directory.EnumerateFiles(path).Append(path))
        {
            var mode = File.GetUnixFileMode(entry);
            File.SetUnixFileMode(entry, writable ? mode | UnixFileMode.UserWrite : mode & ~(UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite));
        }
    }

    [DllImport("libc", EntryPoint = "mount", SetLastError = true)]
    private static extern int Mount([MarshalAs(UnmanagedType.LPUTF8Str)] string source, [MarshalAs(UnmanagedType.LPUTF8Str)] string target, [MarshalAs(UnmanagedType.LPUTF8Str)] string type, nuint flags, [MarshalAs(UnmanagedType.LPUTF8Str)] string? data);

    [DllImport("libc", EntryPoint = "umount2", SetLastError = true)]
    private static extern int Unmount([MarshalAs(UnmanagedType.LPUTF8Str)] string target, int flags);
}
