using Trapline.HostNode.Leftovers;
using Trapline.HostNode.Machines;
using Trapline.HostNode.Storage;
using Trapline.Hypervisor.Machine;
using Trapline.Shared.Ids;

namespace Trapline.HostNode.Tests.Leftovers;

/// <summary>A look through the data root, whatever lies in it.</summary>
public sealed class LeftoverScanTests : IDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("trapline-");
    private readonly DirectoryInfo _elsewhere = Directory.CreateTempSubdirectory("trapline-");

    private DataRoot Root => new(_data.FullName);

    public void Dispose()
    {
        _data.Delete(recursive: true);
        _elsewhere.Delete(recursive: true);
    }

    [Fact]
    public void What_is_called_like_ours_is_found_and_the_rest_is_counted_and_left_alone()
    {
        Make(Root.Volumes, "vm-1", "vm-2", "..hidden", "VM-3", "a b", "\u001b[31m", new string('x', 200), "vm-\u00e9");
        Make(Root.Consoles, "vm-2", "vm-4");
        File.WriteAllText(Path.Combine(Root.Volumes, "vm-9"), "a file is no volume");
        foreach (var file in new[] { "vm-1.2.1.snapshot", ".vm-1.2.2.snapshot.0123.tmp", ".vm-5.1.1.snapshot.45.tmp", "vm-1.2.1.snapshot.bak", "notes.txt", ".snapshot", "..snapshot.tmp" })
            File.WriteAllText(Path.Combine(Root.Moves, file), "");

        var found = new LeftoverScan(Root).Run();
        Assert.Equal(["vm-1", "vm-2", "vm-4"], found.Vms.Select(v => v.Value));
        Assert.Equal(["vm-1.2.1", "vm-1.2.2", "vm-5.1.1"], found.Moves.Select(m => m.Value));
        Assert.Equal(10, found.Foreign);
        Assert.False(found.IsCut);
        Assert.Equal(["vm-1", "vm-1", "vm-5"], found.Moves.Select(m => m.Vm!.Value.Value));
    }

    [Fact]
    public void No_more_is_looked_at_than_is_allowed()
    {
        Make(Root.Volumes, [.. Enumerable.Range(0, 30).Select(i => $"vm-{i}")]);
        var found = new LeftoverScan(Root, most: 10).Run();
        Assert.Equal(10, found.Vms.Length);
        Assert.True(found.IsCut);
    }

    [Fact]
    public void A_data_root_with_nothing_in_it_is_no_mistake()
    {
        Assert.Empty(new LeftoverScan(Root).Run().Vms);
        Directory.Delete(Root.Volumes);
        Assert.Empty(new LeftoverScan(new DataRoot(_data.FullName)).Run().Vms);
    }

    [SkippableFact]
    public void What_a_link_points_to_is_not_deleted_with_what_is_left_of_a_vm()
    {
        Skip.If(OperatingSystem.IsWindows(), "links need a privilege there");
        File.WriteAllText(Path.Combine(_elsewhere.FullName, "precious"), "");
        Make(Root.Volumes, "vm-1");
        Directory.CreateSymbolicLink(Path.Combine(Root.VolumesOf(new VmId("vm-1")), "out"), _elsewhere.FullName);
        Directory.CreateSymbolicLink(Root.VolumesOf(new VmId("vm-2")), _elsewhere.FullName);
        File.WriteAllText(Root.Move(new MoveId("vm-1.1.1")), "");
        File.WriteAllText(Root.Move(new MoveId("vm-11.1.1")), "");
        using var machines = new MachineHost();
        var factory = new MachineFactory(machines, Root, new HostId("a"), TimeSpan.Zero);
        factory.DeleteVolumes(new VmId("vm-1"));
        factory.DeleteVolumes(new VmId("vm-2"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Root.Volumes));
        Assert.Equal([Root.Move(new MoveId("vm-11.1.1"))], Directory.EnumerateFiles(Root.Moves));
        Assert.True(File.Exists(Path.Combine(_elsewhere.FullName, "precious")));
    }

    private static void Make(string folder, params string[] names)
    {
        foreach (var name in names)
            Directory.CreateDirectory(Path.Combine(folder, name));
    }
}
