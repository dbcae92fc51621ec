using Trapline.Hypervisor.Devices.Virtio.Input;
using Trapline.Hypervisor.Machine;
using Trapline.Hypervisor.Tests.Machine;
using Xunit;

namespace Trapline.Hypervisor.Tests.Boot;

/// <summary>The unmodified Debian kernel finds the power button, and the image's init powers off when it is pressed.</summary>
public sealed class DebianPowerButtonTests
{
    /// <summary>Leaves self-tests of the kernel out, which are most of its start.</summary>
    private const string Quick = "quiet initcall_blacklist=jent_mod_init,load_system_certificate_list cryptomgr.notests";

    [SkippableFact]
    public async Task Linux_sees_the_power_key_and_its_disk_where_it_was_and_ends_whatever_runs()
    {
        DebianImage.RequireModule("virtio_input");
        using var folder = new TemporaryFolder();
        using var host = TestGuests.NewHost();
        var console = new TestConsole();
        var config = DebianImage.Config(1, $"{Quick} trapline.run=\"cat /proc/bus/input/devices /sys/block/vda/size; sleep 1000\"") with
        {
            Disks = [new DiskConfig(DebianImage.RootFileSystem, Overlay: folder.File("root.overlay"))],
        };
        await using var machine = new MachineBuilder(host).Build(config, console.Console).Value;
        machine.Start();
        await console.WaitForAsync("\n131072\n");

        // Bit 116 of KEY; EV_SYN and EV_KEY of EV.
        TestGuests.AssertLines(
            console.Text, "I: Bus=0006 Vendor=5254 Product=0001 Version=0001", "N: Name=\"Trapline power button\"", "U: Uniq=power-button",
            "B: PROP=0", "B: EV=3", "B: KEY=10000000000000 0");
        Assert.Equal(PowerPress.Heard, await machine.PressPowerButtonAsync());
        Assert.Equal(GuestEndKind.PowerOff, (await machine.WhenEnded.WaitAsync(TestConsole.Patience)).Kind);
        Assert.DoesNotContain("trapline: exit", console.Text, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Pressed_it_has_what_is_not_yet_written_reach_the_disk_and_powers_off()
    {
        DebianImage.RequireModule("virtio_input");
        using var folder = new TemporaryFolder();
        var config = DebianImage.Config(2, $"{Quick} root=/dev/vda") with { Disks = [new DiskConfig(DebianImage.RootFileSystem, Overlay: folder.File("root.overlay"))] };
        using var host = TestGuests.NewHost();
        var console = new TestConsole();
        await using (var machine = new MachineBuilder(host).Build(config, console.Console).Value)
        {
            machine.Start();
            var at = await console.WaitForAsync("~ # ");
            console.Type("echo kept >/root/file; echo wri''tten\r");
            await console.WaitForAsync("\nwritten\n", at);
            Assert.Equal(PowerPress.Heard, await machine.PressPowerButtonAsync());
            Assert.Equal(GuestEndKind.PowerOff, (await machine.WhenEnded.WaitAsync(TestConsole.Patience)).Kind);
            Assert.Contains("trapline: power button\n", console.Text, StringComparison.Ordinal);
        }

        var (end, second) = await TestGuests.RunAsync(config with { CommandLine = $"{Quick} root=/dev/vda trapline.run=\"cat /root/file\"" }, host);
        Assert.Equal(GuestEndKind.PowerOff, end.Kind);
        TestGuests.AssertLines(second.Text, "trapline: debian ready", "kept", "trapline: exit 0");
        Assert.DoesNotContain("recovery", second.Text, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_guest_restored_at_its_prompt_hears_it()
    {
        DebianImage.RequireModule("virtio_input");
        using var folder = new TemporaryFolder();
        using var host = TestGuests.NewHost();
        var console = new TestConsole();
        var path = folder.File("prompt.snapshot");
        await using (var machine = new MachineBuilder(host).Build(DebianImage.Config(1, Quick), console.Console).Value)
        {
            machine.Start();
            await console.WaitForAsync("~ # ");
            _ = (await machine.SaveSnapshotAsync(path)).Value;
        }

        var continued = new TestConsole();
        await using var restored = new MachineBuilder(host).Restore(path, continued.Console, TestGuests.Restoring).Value;
        restored.Start();
        Assert.Equal(PowerPress.Heard, await restored.PressPowerButtonAsync());
        Assert.Equal(GuestEndKind.PowerOff, (await restored.WhenEnded.WaitAsync(TestConsole.Patience)).Kind);
        Assert.Contains("trapline: power button\n", continued.Text, StringComparison.Ordinal);
    }
}
