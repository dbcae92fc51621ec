using Trapline.HostNode.Storage;
using Trapline.Hypervisor.Machine;
using Trapline.Hypervisor.Storage;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.Images;

namespace Trapline.HostNode.Machines;

/// <summary>Builds the machine of a VM from what the controller says and the data root holds. Blocks on files: not for an actor's thread.</summary>
public sealed class MachineFactory(MachineHost host, DataRoot root, TimeSpan watchdog)
{
    private readonly MachineBuilder _builder = new(host);
    private readonly ImageCatalog _images = new(root);

    /// <summary>Builds it, or says in one line why not.</summary>
    public Result<VirtualMachine> Build(StartVm start, MachineSlot slot)
    {
        if (_images.Find(start.Spec.Image, out var problem) is not { } image)
            return new MachineError(MachineErrorKind.BadImage, problem!, $"images are {string.Join(", ", _images.Names)}");
        if (!Disks(start, image).TryGet(out var disks, out var error))
            return error;
        var console = new MachineConsole(slot.Input, slot.Console);
        var built = start.FromMove is { } move
            ? _builder.Restore(root.Move(move), console, new RestoreOptions { Disks = disks.All, Name = start.Vm.Value, Watchdog = watchdog })
            : _builder.Build(ConfigOf(start, image, disks), console);
        if (built.Error is null && start.Type.CpuCapPercent > 0)
            built.Value.SetShare(start.Type.CpuWeight, start.Type.CpuCapPercent / 100.0);
        return built;
    }

    /// <summary>Where a move puts what it carries.</summary>
    public string PathOf(MoveId move) => root.Move(move);

    /// <summary>Drops what a move carried.</summary>
    public void DropMove(MoveId move) => File.Delete(root.Move(move));

    /// <summary>Deletes the volumes of a VM that is gone.</summary>
    public void DeleteVolumes(VmId vm)
    {
        if (Directory.Exists(root.VolumesOf(vm)))
            Directory.Delete(root.VolumesOf(vm), recursive: true);
    }

    private MachineConfig ConfigOf(StartVm start, ImageDescription image, DiskList disks) => new()
    {
        Name = start.Vm.Value,
        MemoryBytes = (ulong)start.Type.MemoryMiB << 20,
        Harts = start.Type.Harts,
        Kernel = Source(start, image.Kernel),
        Initrd = image.Initrd is { } initrd ? Source(start, initrd) : null,
        CommandLine = start.Spec.CommandLine ?? image.CommandLine,
        Disks = disks.All,
        Weight = start.Type.CpuWeight,
        CapCores = start.Type.CpuCapPercent > 0 ? start.Type.CpuCapPercent / 100.0 : double.PositiveInfinity,
        Watchdog = watchdog,
    };

    private ImageSource Source(StartVm start, string file) => new(Path.Combine(_images.FolderOf(start.Spec.Image), file));

    /// <summary>
    /// The VM's one disk, if its image has one: an overlay over the image's base, opened with the incarnation, which shuts out every writer with an
    /// older one.
    /// </summary>
    private Result<DiskList> Disks(StartVm start, ImageDescription image)
    {
        var folder = root.VolumesOf(start.Vm);
        if (image.Disk is null && image.DiskMiB == 0)
            return new DiskList([]);
        try
        {
            Directory.CreateDirectory(folder);
            var below = image.Disk is { } disk ? Path.Combine(_images.FolderOf(start.Spec.Image), disk) : EmptyBase(image.DiskMiB);
            var overlay = Path.Combine(folder, "disk0.overlay");
            return new DiskList([new DiskConfig(below, Overlay: overlay) { Incarnation = (ulong)start.Incarnation.Value, ImageId = $"{start.Spec.Image}/{Path.GetFileName(below)}" }]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new MachineError(MachineErrorKind.FileAccess, $"the volume of {start.Vm} cannot be made ({e.Message})", "look at the space and rights of the data root");
        }
    }

    private string EmptyBase(int mebibytes)
    {
        var path = Path.Combine(root.Images, $"empty-{mebibytes}.img");
        if (File.Exists(path))
            return path;
        var temporary = $"{path}.{Guid.NewGuid():n}";
        using (var file = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write))
            RandomAccess.SetLength(file, (long)mebibytes << 20);
        File.Move(temporary, path, overwrite: true);
        return path;
    }

    private sealed record DiskList(IReadOnlyList<DiskConfig> All);
}
