using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Trapline.Shared.Files;
using Trapline.Shared.Ids;

namespace Trapline.HostNode.Storage;

/// <summary>
/// A host's own folder, held by one process at a time: its lock, and the counter that names each life of the host so that a later one is seen
/// to be later.
/// </summary>
public sealed class HostFolder : IDisposable
{
    /// <summary>Holds the id of the present life.</summary>
    public const string CurrentBootFile = "boot";

    private readonly FileStream _lock;
    private readonly string _counter;

    private HostFolder(string path, FileStream held)
    {
        Path = path;
        _lock = held;
        _counter = System.IO.Path.Combine(path, "boots");
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Takes the folder. Throws an <see cref="IOException"/> that names it if another process has it.</summary>
    public static HostFolder Take(string path)
    {
        Directory.CreateDirectory(path);
        try
        {
            return new HostFolder(path, new FileStream(System.IO.Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e)
        {
            throw new IOException($"{path} is in use by another host process: stop it, or give this one another --node name. ({e.Message})", e);
        }
    }

    /// <summary>
    /// The id of a new life, greater than all before of this host, and no other host's: verdicts about a boot name it alone. On disk before it is
    /// returned, so that whoever sees the process end can say which life it was.
    /// </summary>
    public BootId NextBoot()
    {
        var last = File.Exists(_counter) && long.TryParse(File.ReadAllText(_counter), CultureInfo.InvariantCulture, out var read) ? read : 0;
        var next = last + 1;
        WholeFile.Replace(_counter, Encoding.ASCII.GetBytes(next.ToString(CultureInfo.InvariantCulture)));
        var boot = new BootId($"b{next:00000000}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}");
        WholeFile.Replace(System.IO.Path.Combine(Path, CurrentBootFile), Encoding.ASCII.GetBytes(boot.Value));
        return boot;
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();
}
