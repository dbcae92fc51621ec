using System.Text;
using Trapline.Hypervisor.Devices.Virtio.Input;
using Trapline.Hypervisor.Machine;
using Trapline.Hypervisor.Machine.Snapshots;
using Trapline.Hypervisor.Storage;
using Trapline.Hypervisor.Tests.Machine;
using Xunit;

namespace Trapline.Hypervisor.Tests.Snapshots;

/// <summary>The power button of a saved machine, and machines that were saved before there was one.</summary>
public sealed class PowerButtonSnapshotTests
{
    [SkippableFact]
    public async Task A_restored_guest_listens_as_before()
    {
        using var folder = new TemporaryFolder();
        using var host = TestGuests.NewHost();
        var path = await SaveAtPromptAsync(host, folder, button: true);

        await using var restored = new MachineBuilder(host).Restore(path, new TestConsole().Console, TestGuests.Restoring).Value;
        restored.Start();
        Assert.Equal(PowerPress.Heard, await restored.PressPowerButtonAsync().WaitAsync(TestConsole.Patience));
        Assert.Equal(GuestEndKind.PowerOff, (await restored.WhenEnded.WaitAsync(TestConsole.Patience)).Kind);
    }

    [SkippableFact]
    public async Task A_snapshot_of_format_1_gives_a_machine_without_one()
    {
        using var folder = new TemporaryFolder();
        using var host = TestGuests.NewHost();
        var path = AsFormat1(await SaveAtPromptAsync(host, folder, button: false));

        var console = new TestConsole();
        await using var restored = new MachineBuilder(host).Restore(path, console.Console, TestGuests.Restoring).Value;
        Assert.False(restored.Config.PowerButton);
        restored.Start();
        console.Type("echo goes on\r");
        await console.WaitForAsync("\ngoes on\n");
        Assert.Equal(PowerPress.NobodyListens, await restored.PressPowerButtonAsync());

        // Saved again it is of this format, and has none still.
        var again = folder.File("again.snapshot");
        _ = (await restored.SaveSnapshotAsync(again)).Value;
        await using var second = new MachineBuilder(host).Restore(again, new TestConsole().Console, TestGuests.Restoring).Value;
        Assert.False(second.Config.PowerButton);
    }

    [SkippableFact]
    public async Task A_snapshot_of_a_later_format_is_refused_with_the_formats_that_can_be_read()
    {
        using var folder = new TemporaryFolder();
        using var host = TestGuests.NewHost();
        var path = await SaveAtPromptAsync(host, folder, button: true);
        var file = File.ReadAllBytes(path);
        Sign(file, format: 3);
        File.WriteAllBytes(path, file);

        var error = new MachineBuilder(host).Restore(path, new TestConsole().Console, TestGuests.Restoring).Error!;
        Assert.Equal(MachineErrorKind.BadSnapshot, error.Kind);
        Assert.EndsWith("is a snapshot of format 3: this version reads formats 1 to 2", error.ToString(), StringComparison.Ordinal);
    }

    private static async Task<string> SaveAtPromptAsync(MachineHost host, TemporaryFolder folder, bool button)
    {
        var path = folder.File("prompt.snapshot");
        var console = new TestConsole();
        await using var machine = new MachineBuilder(host).Build(TestGuests.Guest("minios") with { PowerButton = button, MemoryBytes = 8UL << 20 }, console.Console).Value;
        machine.Start();
        await console.WaitForAsync("minios> ");
        _ = (await machine.SaveSnapshotAsync(path)).Value;
        return path;
    }

    /// <summary>As it was written before there was a power button: the machine's record says nothing of it.</summary>
    private static string AsFormat1(string path)
    {
        var file = File.ReadAllBytes(path);
        var records = file.AsSpan(SnapshotHeader.Size, (int)BitConverter.ToInt64(file, 56));
        var said = ",\"PowerButton\":false"u8;
        var at = records.IndexOf(said);
        Assert.True(at > 0, "the machine's record says whether it has one");
        Encoding.ASCII.GetBytes(new string(' ', said.Length)).CopyTo(records[at..]);
        BitConverter.TryWriteBytes(file.AsSpan(96), Crc32C.Of(records));
        Sign(file, format: 1);
        File.WriteAllBytes(path, file);
        return path;
    }

    private static void Sign(byte[] file, uint format)
    {
        BitConverter.TryWriteBytes(file.AsSpan(8), format);
        BitConverter.TryWriteBytes(file.AsSpan(104), Crc32C.Of(file.AsSpan(0, 104)));
    }
}
