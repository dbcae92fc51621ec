using System.Diagnostics;
using Trapline.TestSupport;

namespace Trapline.Cluster.Tests.FullDisks;

/// <summary>
/// A file system of its own that can be frozen (Linux, ext4 on a loop device): whatever writes to it hangs in the kernel until it thaws, as on a disk
/// or a server that does not answer. Takes root.
/// </summary>
internal sealed class FrozenDisk : IDisposable
{
    // Whatever becomes of the test, nobody hangs for ever: the disk thaws when this process's input ends, or by itself.
    private const string Freeze = "fsfreeze -f \"$1\" && echo frozen; read -t 90 -r _; fsfreeze -u \"$1\"";

    private readonly string _path;
    private readonly string _image;
    private Process? _frozen;

    private FrozenDisk(string path, string image) => (_path, _image) = (path, image);

    /// <summary>Mounts one on a folder; skips the test where that is not allowed.</summary>
    public static FrozenDisk Mount(string path)
    {
        Skip.IfNot(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "a file system is frozen on Linux only, and by root");
        var mkfs = ExternalTool.Require("mkfs.ext4", "e2fsprogs");
        ExternalTool.Require("fsfreeze", "util-linux");
        var image = Path.GetTempFileName();
        using (var file = new FileStream(image, FileMode.Open))
            file.SetLength(256 << 20);
        Assert.Equal(0, Run(mkfs, "-q", "-F", image));
        Directory.CreateDirectory(path);
        if (Run("mount", "-o", "loop", image, path) == 0)
            return new FrozenDisk(path, image);
        File.Delete(image);
        Skip.If(true, "a loop device cannot be mounted here");
        throw new InvalidOperationException();
    }

    /// <summary>From now on nothing is written.</summary>
    public async Task FreezeAsync()
    {
        _frozen = Process.Start(new ProcessStartInfo("bash", ["-c", Freeze, "bash", _path]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Assert.Equal("frozen", await _frozen.StandardOutput.ReadLineAsync().WaitAsync(Waiting.Patience));
    }

    /// <summary>All that hangs goes through.</summary>
    public void Thaw()
    {
        if (_frozen is not { } frozen)
            return;
        _frozen = null;
        frozen.StandardInput.Close();
        frozen.WaitForExit();
        frozen.Dispose();
    }

    public void Dispose()
    {
        Thaw();
        Run("umount", "-l", _path);
        File.Delete(_image);
    }

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
