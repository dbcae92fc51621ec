using Trapline.Hypervisor.Machine.Snapshots;
using Trapline.Shared.Ids;

namespace Trapline.HostNode.Storage;

/// <summary>
/// The folders that all nodes of a cluster share, and the one that is a host's own.
/// <code>
///   images/NAME/           what VMs boot from, with image.json
///   volumes/VM/            the writable disks of one VM
///   moves/MOVE.snapshot    what a move carries
///   snapshots/ID/          saved machines
///   consoles/VM/           what a VM's latest incarnations printed
///   hosts/HOST/            boot counter, lock and audit log of one host
/// </code>
/// </summary>
public sealed class DataRoot
{
    /// <summary>A root; its folders are made.</summary>
    public DataRoot(string path)
    {
        Path = System.IO.Path.GetFullPath(path);
        foreach (var folder in new[] { Images, Volumes, Moves, Snapshots })
            Directory.CreateDirectory(folder);
    }

    /// <summary>The root itself.</summary>
    public string Path { get; }

    /// <summary>Images, one folder each.</summary>
    public string Images => Below("images");

    /// <summary>Volumes, one folder for each VM.</summary>
    public string Volumes => Below("volumes");

    /// <summary>What moves carry.</summary>
    public string Moves => Below("moves");

    /// <summary>Saved machines.</summary>
    public string Snapshots => Below("snapshots");

    /// <summary>What guests printed, one folder for each VM.</summary>
    public string Consoles => Below("consoles");

    /// <summary>The folder of one VM's volumes.</summary>
    public string VolumesOf(VmId vm) => System.IO.Path.Combine(Volumes, vm.Value);

    /// <summary>A file that is there when a VM that comes from a snapshot has resumed it.</summary>
    public string ResumedMark(VmId vm) => System.IO.Path.Combine(VolumesOf(vm), "resumed");

    /// <summary>What one move carries.</summary>
    public string Move(MoveId move) => System.IO.Path.Combine(Moves, move.Value + MoveExtension);

    /// <summary>The move that a file below <see cref="Moves"/> is of, by its name, whole or half written; null if it is of none.</summary>
    public static MoveId? MoveOf(string fileName)
    {
        var end = fileName.IndexOf(MoveExtension, StringComparison.Ordinal);
        var isHalf = fileName.StartsWith('.') && fileName.EndsWith(SnapshotStore.TemporaryExtension, StringComparison.Ordinal);
        if (end < 0 || (!isHalf && end + MoveExtension.Length != fileName.Length))
            return null;
        var name = fileName[(isHalf ? 1 : 0)..end];
        return TextId.IsValid(name) ? new MoveId(name) : null;
    }

    /// <summary>The folder of one host.</summary>
    public string HostFolder(HostId host) => System.IO.Path.Combine(Below("hosts"), host.Value);

    private const string MoveExtension = ".snapshot";

    private string Below(string name) => System.IO.Path.Combine(Path, name);
}
