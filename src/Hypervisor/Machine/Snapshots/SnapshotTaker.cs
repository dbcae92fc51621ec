namespace Trapline.Hypervisor.Machine.Snapshots;

/// <summary>A snapshot that was written.</summary>
/// <param name="Path">Its file.</param>
/// <param name="Id">Its id: what an incremental one names as its base.</param>
/// <param name="BaseId">The snapshot that it builds upon; empty for a full one.</param>
/// <param name="Pages">Pages of RAM that it stores.</param>
public sealed record SnapshotInfo(string Path, Guid Id, Guid BaseId, int Pages);

/// <summary>How a snapshot is taken.</summary>
public sealed record SnapshotOptions
{
    /// <summary>
    /// Store only the pages that changed since the machine's last snapshot, which must have been taken with <see cref="TrackChanges"/> and lie
    /// in the same folder; both files are then needed to restore.
    /// </summary>
    public bool Incremental { get; init; }

    /// <summary>Record from now on which pages change, so that the next snapshot can be an incremental one.</summary>
    public bool TrackChanges { get; init; }

    /// <summary>Where it is written.</summary>
    public ISnapshotStore Store { get; init; } = SnapshotStore.OnDisk;
}

/// <summary>
/// Takes snapshots of one machine, and remembers the last one for the next incremental one. Called with the machine held and its disks idle, one
/// at a time. The work is done on a thread of its own, which is left to itself when it hangs and the save is given up: all that it reads of the machine
/// it reads inside a <see cref="SaveGate"/>.
/// </summary>
internal sealed class SnapshotTaker(VirtualMachine machine)
{
    private SnapshotInfo? _last;

    /// <summary>Takes one.</summary>
    /// <exception cref="OperationCanceledException">It was given up: nothing of the machine is read any more, and no file appears.</exception>
    public async Task<Result<SnapshotInfo>> TakeAsync(string path, SnapshotOptions options, CancellationToken cancellation)
    {
        var ram = machine.Board.Ram;
        if (options.Incremental && (_last is null || !ram.IsTrackingDirtyPages))
            return new MachineError(MachineErrorKind.WrongState, "there is no snapshot to build upon", "take a full one first, with changes tracked");
        if (options.Incremental && FolderOf(path) != FolderOf(_last!.Path))
            return new MachineError(MachineErrorKind.BadConfiguration, $"{path} is in another folder than its base {_last.Path}", "write both into one folder");
        var last = _last;
        _last = null; // the list of changed pages may be lost with a snapshot that is not
        var taken = await SaveGate.RunAsync(gate => Task.FromResult(Take(path, options, last, gate)), cancellation).ConfigureAwait(false);
        if (taken.Error is not null)
            return taken;
        if (options.TrackChanges && !ram.IsTrackingDirtyPages)
            ram.StartDirtyTracking();
        _last = ram.IsTrackingDirtyPages ? taken.Value : null;
        return taken;
    }

    private Result<SnapshotInfo> Take(string path, SnapshotOptions options, SnapshotInfo? last, SaveGate gate)
    {
        if (!machine.Board.Disks.Flush())
            return new MachineError(MachineErrorKind.FileAccess, "a disk of the machine could not be flushed", "a snapshot needs its disks; look at their storage");
        try
        {
            return options.Incremental ? TakeIncremental(path, last!, options.Store, gate) : TakeFull(path, options.Store, gate);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return new MachineError(MachineErrorKind.FileAccess, $"snapshot {path} cannot be written ({e.Message})", "give a path in a folder that exists, with space left");
        }
    }

    private SnapshotInfo TakeFull(string path, ISnapshotStore store, SaveGate gate)
    {
        var (ram, id) = (machine.Board.Ram, Guid.NewGuid());
        SnapshotRecords records;
        using (gate.Enter())
        {
            records = MachineRecords.Save(machine);
            if (ram.IsTrackingDirtyPages)
                ram.CollectDirtyPages(_ => { });
        }

        return new SnapshotInfo(path, id, Guid.Empty, new SnapshotWriter(ram, records, gate, store).WriteFull(path, id));
    }

    private SnapshotInfo TakeIncremental(string path, SnapshotInfo last, ISnapshotStore store, SaveGate gate)
    {
        var (ram, id) = (machine.Board.Ram, Guid.NewGuid());
        var pages = new List<int>();
        SnapshotRecords records;
        using (gate.Enter())
        {
            // Saving the harts services their requests, which completes the list of written pages.
            records = MachineRecords.Save(machine);
            records.Add(BaseReferenceV1.RecordName, new BaseReferenceV1(Path.GetFileName(last.Path)));
            ram.CollectDirtyPages(pages.Add);
        }

        return new SnapshotInfo(path, id, last.Id, new SnapshotWriter(ram, records, gate, store).WriteIncremental(path, id, last.Id, pages));
    }

    private static string FolderOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path))!;
}
