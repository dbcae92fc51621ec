using Trapline.Hypervisor.Machine;
using Trapline.Hypervisor.Tests.Machine;
using Xunit;

namespace Trapline.Hypervisor.Tests.Boot;

/// <summary>
/// The unmodified Debian kernel boots to a shell that answers, uses its disk, and powers off. Waiting ends with what the guest prints; the time
/// limits are for failures.
/// </summary>
public sealed class DebianTests
{
    [SkippableTheory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task It_boots_to_a_shell_that_answers_and_powers_off(int harts)
    {
        using var folder = new TemporaryFolder();
        var disk = new DiskConfig(DebianImage.RootFileSystem, Overlay: folder.File("root.overlay"));
        using var host = TestGuests.NewHost();
        var console = new TestConsole();
        await using var machine = new MachineBuilder(host).Build(DebianImage.Config(harts, "root=/dev/vda quiet") with { Disks = [disk] }, console.Console).Value;
        machine.Start();
        await console.WaitForAsync("trapline: debian ready");
        var at = await console.WaitForAsync("~ # ");

        at = await Ask("echo $((6*7)) $(nproc) harts\r", $"\n42 {harts} harts\n", at);
        at = await Ask("uname -m; mount | grep -c vda\r", "\nriscv64\n1\n", at);
        at = await Ask("dd if=/dev/urandom of=/root/x bs=64k count=16 2>/dev/null; sync; md5sum </root/x >/root/sum; echo 3 >/proc/sys/vm/drop_caches; md5sum -c <<E\r$(cut -d' ' -f1 /root/sum)  /root/x\rE\r", "/root/x: OK", at);
        console.Type("poweroff\r");
        var end = await machine.WhenEnded.WaitAsync(TestConsole.Patience);

        Assert.Equal(GuestEndKind.PowerOff, end.Kind);
        Assert.DoesNotContain("BUG", console.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Oops", console.Text, StringComparison.Ordinal);

        async Task<int> Ask(string command, string answer, int from)
        {
            console.Type(command);
            return await console.WaitForAsync(answer, from);
        }
    }

    [SkippableFact]
    public async Task What_was_written_is_there_after_a_reboot()
    {
        using var folder = new TemporaryFolder();
        var disk = new DiskConfig(DebianImage.RootFileSystem, Overlay: folder.File("root.overlay"));
        var config = DebianImage.Config(1, "") with { Disks = [disk] };

        var (first, _) = await TestGuests.RunAsync(config with { CommandLine = "root=/dev/vda quiet trapline.run=\"echo kept >/root/file; sync; reboot -f\"" });
        var (second, console) = await TestGuests.RunAsync(config with { CommandLine = "root=/dev/vda quiet trapline.run=\"cat /root/file\"" });

        Assert.Equal(GuestEndKind.Reboot, first.Kind);
        Assert.Equal(GuestEndKind.PowerOff, second.Kind);
        TestGuests.AssertLines(console.Text, "trapline: debian ready", "kept", "trapline: exit 0");
    }

    [SkippableFact]
    public async Task With_the_virtual_clock_two_boots_end_in_the_same_state()
    {
        var config = DebianImage.Config(2, "trapline.run=\"cat /proc/interrupts; date; dmesg | tail -3\"") with { Clock = ClockKind.Virtual };

        var first = await BootAsync();
        var second = await BootAsync();

        Assert.Contains("trapline: exit 0", first.Output, StringComparison.Ordinal);
        Assert.Equal(first, second);

        async Task<(string Hash, string Output)> BootAsync()
        {
            using var host = TestGuests.NewHost();
            var console = new TestConsole();
            await using var machine = new MachineBuilder(host).Build(config, console.Console).Value;
            machine.Start();
            await machine.WhenEnded.WaitAsync(TestConsole.Patience);
            return (Convert.ToHexString(machine.ComputeStateHash()), console.Text);
        }
    }
}
