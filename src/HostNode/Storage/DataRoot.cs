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

    /// <summary>The folder of one VM's volumes.</summary>
    public string VolumesOf(VmId vm) => System.IO.Path.Combine(Volumes, vm.Value);

    /// <summary>A file that is there when a VM that comes from a snapshot has resumed it.</summary>
    public string ResumedMark(VmId vm) => System.IO.Path.Combine(VolumesOf(vm), "resumed");

    /// <summary>What one move carries.</summary>
    public string Move(MoveId move) => System.IO.Path.Combine(Moves, move.Value + ".snapshot");

    /// <summary>The folder of one host.</summary>
    public string HostFolder(HostId host) => System.IO.Path.Combine(Below("hosts"), host.Value);

    private string Below(string name) => System.IO.Path.Combine(Path, name);
}
