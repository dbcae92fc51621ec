using System.Buffers.Binary;
using Trapline.Hypervisor.Devices.Virtio.Input;
using Trapline.Hypervisor.Machine;
using Trapline.Hypervisor.Storage;
using Xunit;

namespace Trapline.Hypervisor.Tests.Machine;

/// <summary>A host presses the power button of a machine; a guest with a driver for it powers off.</summary>
public sealed class PowerButtonTests
{
    [SkippableTheory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_guest_that_listens_powers_off(int harts)
    {
        using var host = TestGuests.NewHost();
        var console = new TestConsole();
        await using var machine = new MachineBuilder(host).Build(TestGuests.Guest("minios", harts: harts), console.Console).Value;
        machine.Start();
        await console.WaitForAsync("minios> ");

        Assert.Equal(PowerPress.Heard, await machine.PressPowerButtonAsync().WaitAsync(TestConsole.Patience));
        Assert.Equal(GuestEndKind.PowerOff, (await machine.WhenEnded.WaitAsync(TestConsole.Patience)).Kind);
        Assert.Contains("minios: power button\n", console.Text, StringComparison.Ordinal);
        Assert.Equal(PowerPress.NobodyListens, await machine.PressPowerButtonAsync().WaitAsync(TestConsole.Patience));
    }

    [SkippableFact]
    public async Task What_a_guest_has_acknowledged_is_on_its_disk_when_it_has_powered_off()
    {
        using var host = TestGuests.NewHost();
        var console = new TestConsole();
        var disk = new MemoryDisk(64 << 10);
        await using var machine = new MachineBuilder(host).Build(TestGuests.Guest("journal", "wrap=1") with { Disks = [TestGuests.Disk(disk)] }, console.Console).Value;
        machine.Start();
        await console.WaitForAsync("ack 20\n");

        Assert.Equal(PowerPress.Heard, await machine.PressPowerButtonAsync().WaitAsync(TestConsole.Patience));
        Assert.Equal(GuestEndKind.PowerOff, (await machine.WhenEnded.WaitAsync(TestConsole.Patience)).Kind);
        var lines = console.Text.Split('\n');
        var last = ulong.Parse(lines.Last(l => l.StartsWith("ack ", StringComparison.Ordinal))[4..], System.Globalization.CultureInfo.InvariantCulture);
        TestGuests.AssertLines(console.Text, $"ack {last}", "journal: power button", $"journal: done, {last} records written");
        var record = new byte[16];
        Assert.Equal(BlockStatus.Ok, disk.Read((long)((last - 1) % 128) * 512, record));
        Assert.Equal(last, BinaryPrimitives.ReadUInt64LittleEndian(record.AsSpan(8)));
    }

    [SkippableFact]
    public async Task A_guest_without_a_driver_does_not_listen()
    {
        using var host = TestGuests.NewHost();
        var console = new TestConsole();
        await using var machine = new MachineBuilder(host).Build(TestGuests.Guest("pagestorm", "mib=4"), console.Console).Value;
        Assert.Equal(PowerPress.NobodyListens, await machine.PressPowerButtonAsync());
        machine.Start();
        await console.WaitForAsync("pages dirtied");

        Assert.Equal(PowerPress.NobodyListens, await machine.PressPowerButtonAsync());
        Assert.Equal(MachineState.Running, machine.State);
    }

    [SkippableFact]
    public async Task A_paused_machine_does_not_listen_until_it_goes_on()
    {
        using var host = TestGuests.NewHost();
        var console = new TestConsole();
        await using var machine = new MachineBuilder(host).Build(TestGuests.Guest("minios"), console.Console).Value;
        machine.Start();
        await console.WaitForAsync("minios> ");
        Assert.True(await machine.PauseAsync().WaitAsync(TestConsole.Patience));
        var before = machine.ComputeStateHash();

        Assert.Equal(PowerPress.NobodyListens, await machine.PressPowerButtonAsync());
        Assert.Equal(before, machine.ComputeStateHash());
        Assert.True(await machine.ResumeAsync());
        Assert.Equal(PowerPress.Heard, await machine.PressPowerButtonAsync());
        Assert.Equal(GuestEndKind.PowerOff, (await machine.WhenEnded.WaitAsync(TestConsole.Patience)).Kind);
    }

    /// <summary>Disks come first: a guest finds each where it was before there was a button.</summary>
    [SkippableTheory]
    [InlineData(0, true, PowerPress.Heard)]
    [InlineData(6, true, PowerPress.Heard)]
    [InlineData(7, true, PowerPress.NobodyListens)]
    [InlineData(1, false, PowerPress.NobodyListens)]
    public async Task It_takes_a_slot_that_disks_leave(int disks, bool wanted, PowerPress expected)
    {
        using var host = TestGuests.NewHost();
        var console = new TestConsole();
        var config = TestGuests.Guest("minios") with
        {
            PowerButton = wanted,
            Disks = [.. Enumerable.Range(1, disks).Select(i => TestGuests.Disk(new MemoryDisk(i * 1024)))],
        };
        await using var machine = new MachineBuilder(host).Build(config, console.Console).Value;
        machine.Start();
        await console.WaitForAsync("minios> ");

        Assert.Contains($"disk {(disks == 0 ? 0 : 2)} sectors", console.Text, StringComparison.Ordinal);
        Assert.Equal(expected, await machine.PressPowerButtonAsync());
    }

    [SkippableFact]
    public async Task Presses_while_a_machine_is_paused_saved_and_ended_do_no_harm()
    {
        using var folder = new TemporaryFolder();
        using var host = TestGuests.NewHost();
        for (var round = 0; round < 5; round++)
        {
            var console = new TestConsole();
            var machine = new MachineBuilder(host).Build(TestGuests.Guest("minios", harts: 2) with { MemoryBytes = 8UL << 20 }, console.Console).Value;
            machine.Start();
            await console.WaitForAsync("minios> ");
            console.Type("crash hang\r"); // it has a driver, and never looks
            await console.WaitForAsync("minios: hanging");
            var heard = 0;
            using var over = new CancellationTokenSource();
            var presser = Task.Run(async () =>
            {
                while (!over.IsCancellationRequested)
                {
                    if (await machine.PressPowerButtonAsync() == PowerPress.Heard)
                        Interlocked.Increment(ref heard);
                }
            });
            await machine.SaveSnapshotAsync(folder.File("hanging.snapshot"));
            await machine.PauseAsync();
            await machine.ResumeAsync();
            Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref heard) == 2, TestConsole.Patience)); // its eight buffers take two
            await machine.StopAsync().WaitAsync(TestConsole.Patience);
            await over.CancelAsync();
            await presser.WaitAsync(TestConsole.Patience);
            await machine.DisposeAsync();

            Assert.Equal(2, heard);
            Assert.Equal(PowerPress.NobodyListens, await machine.PressPowerButtonAsync());
        }
    }
}
