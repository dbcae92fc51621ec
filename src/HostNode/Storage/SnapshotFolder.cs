using System.Text.Json;
using System.Text.Json.Serialization;
using Trapline.Hypervisor.Machine.Snapshots;
using Trapline.Shared.Ids;

namespace Trapline.HostNode.Storage;

/// <summary>What a snapshot's folder says of it.</summary>
/// <param name="Snapshot">Its id.</param>
/// <param name="Host">The host that took it.</param>
/// <param name="Vm">The VM that it is of.</param>
/// <param name="Incarnation">Which incarnation.</param>
/// <param name="Bytes">What it takes on the disk.</param>
public sealed record SnapshotDescription(SnapshotId Snapshot, HostId Host, VmId Vm, Incarnation Incarnation, long Bytes);

/// <summary>How descriptions are read and written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(SnapshotDescription))]
public sealed partial class SnapshotJson : JsonSerializerContext;

/// <summary>
/// The snapshots of one host in the shared data root. A snapshot is made in a folder with the host's name and takes its own name as a whole, when
/// all of it is on the disk: it is there or not, wherever its maker was killed. What a maker left half is removed at the host's next start.
/// <code>
///   snapshots/ID/                machine.snapshot, disk0.overlay, snapshot.json
///   snapshots/.ID.HOST.new/      being made
///   snapshots/.ID.gone/          being removed
/// </code>
/// </summary>
public sealed class SnapshotFolder(DataRoot root, HostId host)
{
    /// <summary>Memory and devices.</summary>
    public const string Machine = "machine.snapshot";

    /// <summary>What the VM had written to its disk.</summary>
    public const string Disk = "disk0.overlay";

    /// <summary>Most folders that are looked at.</summary>
    private const int Most = 20_000;

    private const string Description = "snapshot.json";

    /// <summary>A file of a snapshot.</summary>
    public string PathOf(SnapshotId snapshot, string file) => Path.Combine(root.Snapshots, snapshot.Value, file);

    /// <summary>Makes one. What <paramref name="fill"/> or the disk throws leaves nothing behind.</summary>
    /// <param name="description">What it is; its size is measured.</param>
    /// <param name="fill">Puts the files into the folder that it is given.</param>
    /// <param name="cancellation">Gives it up, also while the disk hangs: it does not appear then.</param>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public Task<SnapshotDescription> MakeAsync(SnapshotDescription description, Func<string, Task> fill, CancellationToken cancellation) =>
        SaveGate.RunAsync(gate => MakeAsync(description, fill, gate), cancellation);

    private async Task<SnapshotDescription> MakeAsync(SnapshotDescription description, Func<string, Task> fill, SaveGate gate)
    {
        var making = Path.Combine(root.Snapshots, $".{description.Snapshot}.{host}.new");
        try
        {
            DeleteFolder(making);
            Directory.CreateDirectory(making);
            await fill(making).ConfigureAwait(false);
            return await DiskWork.Run(() => Name(description, making, gate)).ConfigureAwait(false);
        }
        catch
        {
            DeleteFolder(making);
            throw;
        }
    }

    private SnapshotDescription Name(SnapshotDescription description, string making, SaveGate gate)
    {
        var whole = description with { Bytes = new DirectoryInfo(making).EnumerateFiles().Sum(f => SparseFile.AllocatedBytes(f.FullName)) };
        using (var file = new FileStream(Path.Combine(making, Description), FileMode.CreateNew, FileAccess.Write))
        {
            JsonSerializer.Serialize(file, whole, SnapshotJson.Default.SnapshotDescription);
            file.Flush(flushToDisk: true);
        }

        FolderSync.Flush(making);
        gate.Publish(
            () =>
            {
                PutAside.IfThere(Path.Combine(root.Snapshots, description.Snapshot.Value));
                Directory.Move(making, Path.Combine(root.Snapshots, description.Snapshot.Value));
                FolderSync.Flush(root.Snapshots);
            },
            () => Remove(description.Snapshot));
        return whole;
    }

    /// <summary>Removes one, whoever made it; nothing if there is none.</summary>
    public void Remove(SnapshotId snapshot)
    {
        var (path, going) = (Path.Combine(root.Snapshots, snapshot.Value), Path.Combine(root.Snapshots, $".{snapshot}.gone"));
        if (Directory.Exists(path))
            Directory.Move(path, going);
        DeleteFolder(going);
    }

    /// <summary>Removes what earlier processes of this host left half, or half removed.</summary>
    public void CleanUp()
    {
        foreach (var folder in Directory.EnumerateDirectories(root.Snapshots, ".*").Where(f => f.EndsWith($".{host}.new", StringComparison.Ordinal) || f.EndsWith(".gone", StringComparison.Ordinal)).ToList())
            DeleteFolder(folder);
    }

    /// <summary>Those that are there, whoever made them; by the names of their folders, whatever stands in them.</summary>
    public IReadOnlyList<SnapshotDescription> All() =>
        [.. Directory.EnumerateDirectories(root.Snapshots).Take(Most).Where(f => TextId.IsValid(Path.GetFileName(f))).Select(Read).OfType<SnapshotDescription>()];

    private static SnapshotDescription? Read(string folder)
    {
        try
        {
            var read = JsonSerializer.Deserialize(File.ReadAllBytes(Path.Combine(folder, Description)), SnapshotJson.Default.SnapshotDescription);
            return read is null ? null : read with { Snapshot = new SnapshotId(Path.GetFileName(folder)) };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or ArgumentException)
        {
            return null; // not ours, or being removed by another host
        }
    }

    private static void DeleteFolder(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Never there, or removed by another host at the same time.
        }
    }
}
