using System.Collections.Concurrent;
using Trapline.HostNode.Storage;
using Trapline.Hypervisor.Machine;
using Trapline.Hypervisor.Machine.Snapshots;
using Trapline.Hypervisor.Storage;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.Images;

namespace Trapline.HostNode.Machines;

/// <summary>Builds the machine of a VM from what the controller says and the data root holds. Blocks on files: not for an actor's thread.</summary>
/// <param name="machines">Where they run.</param>
/// <param name="root">The data root.</param>
/// <param name="host">Whose machines they are.</param>
/// <param name="watchdog">After how long without progress a guest is ended.</param>
/// <param name="store">Where machines are saved; null for the file system.</param>
public sealed class MachineFactory(MachineHost machines, DataRoot root, HostId host, TimeSpan watchdog, ISnapshotStore? store = null)
{
    private readonly SnapshotOptions _saves = new() { Store = store ?? SnapshotStore.OnDisk };
    private readonly MachineBuilder _builder = new(machines);
    private readonly ImageCatalog _images = new(root);
    private readonly ImageSeal _seal = new();
    private readonly ConcurrentDictionary<SnapshotId, FileMark> _verified = new();

    /// <summary>The data root.</summary>
    public DataRoot Root => root;

    /// <summary>Snapshots in the data root.</summary>
    public SnapshotFolder Snapshots { get; } = new(root, host);

    /// <summary>Builds it, or says in one line why not.</summary>
    public Result<VirtualMachine> Build(StartVm start, MachineSlot slot)
    {
        if (_images.Find(start.Spec.Image, out var problem) is not { } image)
            return new MachineError(MachineErrorKind.BadImage, problem!, $"images are {string.Join(", ", _images.Names)}");
        if (start.FromMove is null && Damage(start.Spec.Image, image) is { } damage)
            return new MachineError(MachineErrorKind.ImageChanged, damage, "bring the file back, or remove the image and add it again; then start the VM");
        if (PutAsideIfNew(start) is { } notPut)
            return notPut;
        var resumes = start.FromMove is null && start.Spec.FromSnapshot is not null && !File.Exists(root.ResumedMark(start.Vm));
        if (!Disks(start, image, pristine: resumes).TryGet(out var disks, out var error))
            return error;
        var console = new MachineConsole(slot.Input, slot.Console);
        var restore = new RestoreOptions { Disks = disks.All, Name = start.Vm.Value, Watchdog = watchdog };
        var built = start.FromMove is { } move ? _builder.Restore(root.Move(move), console, restore)
            : resumes ? Resume(start, start.Spec.FromSnapshot!.Value, console, restore)
            : _builder.Build(ConfigOf(start, image, disks), console);
        if (start.FromMove is { } carried)
            TryDropMove(carried);
        if (built.Error is null)
            built.Value.SetShare(start.Type.CpuWeight, start.Type.CpuCapPercent > 0 ? start.Type.CpuCapPercent / 100.0 : double.PositiveInfinity);
        return built;
    }

    /// <summary>Saves a machine that is paused, without its disks, for a move.</summary>
    /// <returns>What went wrong, or null.</returns>
    public async Task<string?> SaveForMoveAsync(VirtualMachine machine, SaveAttempt attempt) =>
        (await machine.SaveSnapshotAsync(root.Move(attempt.Move!.Value), _saves, attempt.Enough).ConfigureAwait(false)).Error?.ToString();

    /// <summary>Saves a machine that is paused, with its disk, as a snapshot. Throws what the disk throws, and when it is given up.</summary>
    public async Task<SnapshotReport> SaveSnapshotAsync(VirtualMachine machine, StartVm start, SaveAttempt attempt)
    {
        var snapshot = attempt.Snapshot!.Value;
        var whole = await Snapshots.MakeAsync(new SnapshotDescription(snapshot, host, start.Vm, start.Incarnation, 0), async folder =>
        {
            var saved = await machine.SaveSnapshotAsync(Path.Combine(folder, SnapshotFolder.Machine), _saves, attempt.Enough).ConfigureAwait(false);
            if (saved.Error is { } problem)
                throw new IOException(problem.ToString());
            foreach (var disk in machine.Config.Disks)
            {
                if (await DiskWork.Run(() => DiskCopy.Make(disk, Path.Combine(folder, SnapshotFolder.Disk))).ConfigureAwait(false) is { } fault)
                    throw new IOException($"{fault.Operation}: {fault.Detail}");
            }
        }, attempt.Enough).ConfigureAwait(false);
        return new SnapshotReport(snapshot, SnapshotProgress.Taken, whole.Bytes);
    }

    /// <summary>Drops what a move carried.</summary>
    public void DropMove(MoveId move) => File.Delete(root.Move(move));

    /// <summary>Deletes the volumes of a VM that is gone, and what its moves carried.</summary>
    public void DeleteVolumes(VmId vm)
    {
        if (Directory.Exists(root.VolumesOf(vm)))
            Directory.Delete(root.VolumesOf(vm), recursive: true);
        DeleteMoves(move => move.Vm == vm);
    }

    /// <summary>Deletes what a move that is over carried, whole or half written.</summary>
    public void DeleteMove(MoveId move) => DeleteMoves(other => other == move);

    /// <summary>
    /// The first start of a VM that comes from a snapshot. A mark on the disk says that it was: memory as it was saved fits the disk as it was saved,
    /// and no other, so that every later incarnation boots from the disk that it has by then.
    /// </summary>
    private Result<VirtualMachine> Resume(StartVm start, SnapshotId snapshot, MachineConsole console, RestoreOptions restore)
    {
        // Read whole once on this host, and again when the file was written to; every further VM only maps it.
        var path = Snapshots.PathOf(snapshot, SnapshotFolder.Machine);
        var mark = File.Exists(path) ? FileMark.Of(path) : default;
        var resumed = _builder.Restore(path, console, restore with { Verify = !_verified.TryGetValue(snapshot, out var known) || known != mark });
        if (resumed.Error is not null)
            return resumed;
        _verified[snapshot] = mark;
        if (MarkResumed(start.Vm) is not { } notMarked)
            return resumed;
        _ = resumed.Value.DisposeAsync().AsTask();
        return notMarked;
    }

    /// <summary>The mark is on the disk, its name too, before the guest executes: a power failure must not have the VM resume twice.</summary>
    private MachineError? MarkResumed(VmId vm)
    {
        try
        {
            MakeVolumes(vm);
            using (var mark = new FileStream(root.ResumedMark(vm), FileMode.Create, FileAccess.Write))
                mark.Flush(flushToDisk: true);
            FolderSync.Flush(root.VolumesOf(vm));
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new MachineError(MachineErrorKind.FileAccess, $"the volume of {vm} cannot be made ({e.Message})", "look at the space and rights of the data root");
        }
    }

    /// <summary>The folder of a VM's volumes, with its name on the disk: what a guest flushes is to be found there after a power failure.</summary>
    private void MakeVolumes(VmId vm)
    {
        if (Directory.Exists(root.VolumesOf(vm)))
            return;
        Directory.CreateDirectory(root.VolumesOf(vm));
        FolderSync.Flush(root.Volumes);
    }

    private void DeleteMoves(Func<MoveId, bool> which)
    {
        foreach (var file in Directory.EnumerateFiles(root.Moves).Where(f => DataRoot.MoveOf(Path.GetFileName(f)) is { } move && which(move)).ToList())
            File.Delete(file);
    }

    /// <summary>
    /// What a move carried is needed once: a machine that came from it has it mapped, and if none did, the next incarnation boots from the disk. What
    /// cannot be deleted now is found by the next host that starts.
    /// </summary>
    private void TryDropMove(MoveId move)
    {
        try
        {
            DropMove(move);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It takes space, and nothing else depends on it.
        }
    }

    /// <summary>A VM that is started for the first time ever has no volumes: what has its name is another's, of a journal that was lost.</summary>
    private MachineError? PutAsideIfNew(StartVm start)
    {
        if (start.Incarnation != Incarnation.None.Next())
            return null;
        try
        {
            PutAside.IfThere(root.VolumesOf(start.Vm));
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new MachineError(MachineErrorKind.FileAccess, $"volumes/{start.Vm} is there before its VM was ever started, and cannot be put aside ({e.Message})", "look at the rights of the data root");
        }
    }

    private MachineConfig ConfigOf(StartVm start, ImageDescription image, DiskList disks) => new()
    {
        Name = start.Vm.Value,
        MemoryBytes = (ulong)start.Type.MemoryMiB << 20,
        Harts = start.Type.Harts,
        Kernel = image.IsFirmware ? null : Source(start, image.Kernel),
        Firmware = image.IsFirmware ? Source(start, image.Kernel) : null,
        Initrd = image.Initrd is { } initrd ? Source(start, initrd) : null,
        CommandLine = start.Spec.CommandLine ?? image.CommandLine,
        Disks = disks.All,
        Weight = start.Type.CpuWeight,
        CapCores = start.Type.CpuCapPercent > 0 ? start.Type.CpuCapPercent / 100.0 : double.PositiveInfinity,
        Watchdog = watchdog,
    };

    /// <summary>Of a file that cannot be read, the builder says so.</summary>
    private string? Damage(ImageName name, ImageDescription image)
    {
        try
        {
            return _seal.Problem(name, _images.FolderOf(name), image);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private ImageSource Source(StartVm start, string file) => new(Path.Combine(_images.FolderOf(start.Spec.Image), file));

    /// <summary>
    /// The VM's one disk, if its image has one: an overlay over the image's base, opened with the incarnation, which shuts out every writer with an
    /// older one. Where the VM comes from a snapshot, the snapshot's disk lies between the two.
    /// </summary>
    private Result<DiskList> Disks(StartVm start, ImageDescription image, bool pristine)
    {
        var folder = root.VolumesOf(start.Vm);
        if (image.Disk is null && image.DiskMiB == 0)
            return new DiskList([]);
        try
        {
            MakeVolumes(start.Vm);
            var below = image.Disk is { } disk ? Path.Combine(_images.FolderOf(start.Spec.Image), disk) : EmptyBase(image.DiskMiB);
            var overlay = Path.Combine(folder, "disk0.overlay");
            if (pristine)
                File.Delete(overlay); // of a first start that did not come to execute anything
            return new DiskList(
            [
                new DiskConfig(below, Overlay: overlay)
                {
                    Incarnation = (ulong)start.Incarnation.Value,
                    ImageId = $"{start.Spec.Image}/{Path.GetFileName(below)}",
                    Layers = start.Spec.FromSnapshot is { } snapshot ? [new DiskLayer(Snapshots.PathOf(snapshot, SnapshotFolder.Disk), $"{snapshot}/disk0")] : [],
                },
            ]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new MachineError(MachineErrorKind.FileAccess, $"the volume of {start.Vm} cannot be made ({e.Message})", "look at the space and rights of the data root");
        }
    }

    /// <summary>
    /// What lies below the overlay of a disk that begins empty: a file of its size, all of it a hole. Whoever needs one first makes it, any number of
    /// hosts at a time, and each that finds another length, as a power failure may leave it, mends that.
    /// </summary>
    private string EmptyBase(int mebibytes)
    {
        var (path, length) = (Path.Combine(root.Images, $"empty-{mebibytes}.img"), (long)mebibytes << 20);
        if (new FileInfo(path) is { Exists: true } found && found.Length == length)
            return path;
        using (var file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
        {
            RandomAccess.SetLength(file, length);
            RandomAccess.FlushToDisk(file);
        }

        FolderSync.Flush(root.Images);
        return path;
    }

    private sealed record DiskList(IReadOnlyList<DiskConfig> All);
}
