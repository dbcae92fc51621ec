using System.Text.Json;
using System.Text.Json.Serialization;
using Trapline.Hypervisor.Machine.Snapshots;
using Trapline.Hypervisor.Storage;
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
/// all of it is on the disk: it is there or not, wherever its maker was killed. The maker holds a lock in the folder. What one left half is removed when a
/// host starts: its own, or another that gets the lock, since then there is no process any more that is at it. Whoever removes such a folder takes its
/// lock, then its name, then deletes it.
/// <code>
///   snapshots/ID/                machine.snapshot, disk0.overlay, snapshot.json, .making
///   snapshots/.ID.HOST.new/      being made; .making is locked
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
    private const string LockFile = ".making";
    private const string Half = ".new";
    private const string Gone = ".gone";

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
        var making = Path.Combine(root.Snapshots, $".{description.Snapshot}.{host}{Half}");
        if (Directory.Exists(making) && !TryRemoveHalf(making, FileMode.OpenOrCreate))
            throw new IOException($"{making} is of an earlier attempt that has not ended: ask again");
        Directory.CreateDirectory(making);
        using var held = Lock(making, FileMode.OpenOrCreate);
        try
        {
            await fill(making).ConfigureAwait(false);
            return await DiskWork.Run(() => Name(description, making, held, gate)).ConfigureAwait(false);
        }
        catch
        {
            DeleteFolder(making);
            throw;
        }
    }

    private SnapshotDescription Name(SnapshotDescription description, string making, FileStream held, SaveGate gate)
    {
        var whole = description with { Bytes = new DirectoryInfo(making).EnumerateFiles().Where(f => f.Name != LockFile).Sum(f => SparseFile.AllocatedBytes(f.FullName)) };
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
                LetGoToRename(held);
                Directory.Move(making, Path.Combine(root.Snapshots, description.Snapshot.Value));
                FolderSync.Flush(root.Snapshots);
            },
            () => Remove(description.Snapshot));
        return whole;
    }

    /// <summary>Removes one, whoever made it; nothing if there is none.</summary>
    public void Remove(SnapshotId snapshot)
    {
        var (path, going) = (Path.Combine(root.Snapshots, snapshot.Value), Path.Combine(root.Snapshots, $".{snapshot}{Gone}"));
        if (Directory.Exists(path))
            Directory.Move(path, going);
        DeleteFolder(going);
    }

    /// <summary>Removes what was left half, or half removed, by processes that are no more. Call it while this host has its folder, before it makes any.</summary>
    public void CleanUp()
    {
        foreach (var folder in Directory.EnumerateDirectories(root.Snapshots, ".*").ToList())
        {
            if (folder.EndsWith(Gone, StringComparison.Ordinal))
                DeleteFolder(folder);
            else if (folder.EndsWith(Half, StringComparison.Ordinal))
                TryRemoveHalf(folder, IsOwn(folder) ? FileMode.OpenOrCreate : FileMode.Open);
        }
    }

    /// <summary>Whether this host was making it. The host's name stands behind the first dot that follows the snapshot's id, which has none.</summary>
    private bool IsOwn(string folder)
    {
        var name = Path.GetFileName(folder)[1..^Half.Length];
        return name.IndexOf('.') is var dot and > 0 && name[(dot + 1)..] == host.Value;
    }

    /// <summary>Removes a folder in which a snapshot was made. False if somebody is at it, or it cannot be told: one without a lock may just begin.</summary>
    private bool TryRemoveHalf(string folder, FileMode lockFile)
    {
        var going = Path.Combine(root.Snapshots, $".{Guid.NewGuid():n}{Gone}");
        try
        {
            using var held = Lock(folder, lockFile);
            LetGoToRename(held);
            Directory.Move(folder, going);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }

        DeleteFolder(going);
        return true;
    }

    private static FileStream Lock(string folder, FileMode mode) => new(Path.Combine(folder, LockFile), mode, FileAccess.ReadWrite, FileShare.None);

    /// <summary>Windows renames no folder in which a file is open.</summary>
    private static void LetGoToRename(FileStream held)
    {
        if (OperatingSystem.IsWindows())
            held.Dispose();
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
