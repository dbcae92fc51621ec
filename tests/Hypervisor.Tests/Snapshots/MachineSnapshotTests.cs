using Trapline.Hypervisor.Machine;
using Trapline.Hypervisor.Machine.Snapshots;
using Trapline.Hypervisor.Storage;
using Trapline.Hypervisor.Tests.Machine;
using Xunit;

namespace Trapline.Hypervisor.Tests.Snapshots;

/// <summary>A machine that is saved, thrown away and built anew goes on as if nothing had happened.</summary>
public sealed class MachineSnapshotTests
{
    /// <summary>Busy with everything that has a state: disk, timers, several processes, memory, console.</summary>
    private const string Commands = "run=\"disk write 3 40;spawn 6 1;touch 4;disk verify 3 40;burn 1;sleep 300;count 500;touch 6;counters;ps;poweroff\"";

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task At_100_random_points_of_a_run_nothing_is_lost(int harts)
    {
        var config = TestGuests.Guest("minios", Commands, harts) with { Clock = ClockKind.Virtual, MemoryBytes = 32UL << 20 };
        var reference = await RunThroughAsync(config, points: 0, seed: 0);
        var points = 0;
        for (var seed = 1234 + harts; points < 50; seed += 10)
        {
            // On a busy host the points lie further apart, and a run may be over before there are enough of them.
            var interrupted = await RunThroughAsync(config, 50 - points, seed);
            Assert.Equal(reference.Output, interrupted.Output);
            Assert.Equal(reference.Hash, interrupted.Hash);
            Assert.True(interrupted.Points > 0, $"seed {seed}: the run was over before the first point");
            points += interrupted.Points;
        }
    }

    [SkippableFact]
    public async Task With_the_real_clock_and_parallel_harts_no_page_and_no_second_is_lost()
    {
        using var folder = new TemporaryFolder();
        using var host = TestGuests.NewHost();
        var builder = new MachineBuilder(host);
        var console = new TestConsole();
        var random = new Random(99);
        var machine = builder.Build(TestGuests.Guest("pagestorm", "mib=4 pages-per-second=100000 passes=40 report=0", harts: 2), console.Console).Value;
        machine.Start();
        var points = 0;
        for (; points < 15; points++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(30)), TimeProvider.System);
            var path = folder.File("a.snapshot");
            await machine.PauseAsync().WaitAsync(TestConsole.Patience);
            if (!(await machine.SaveSnapshotAsync(path)).TryGet(out _, out var error))
            {
                Assert.Equal(MachineErrorKind.WrongState, error.Kind);
                break;
            }

            await machine.DisposeAsync();
            var continued = new TestConsole();
            continued.Write(System.Text.Encoding.ASCII.GetBytes(console.Text));
            console = continued;
            machine = builder.Restore(path, console.Console, TestGuests.Restoring).Value;
            machine.Start();
        }

        var end = await machine.WhenEnded.WaitAsync(TestConsole.Patience);
        await machine.DisposeAsync();
        Assert.True(end.Kind == GuestEndKind.PowerOff, $"after {points} points: {end}\n{console.Text}");
        Assert.Contains("pagestorm: done, 1024 pages verified", console.Text, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Saving_leaves_the_machine_running_and_many_start_from_one_file()
    {
        using var folder = new TemporaryFolder();
        using var host = TestGuests.NewHost();
        var builder = new MachineBuilder(host);
        var console = new TestConsole();
        await using var machine = builder.Build(TestGuests.Guest("minios", harts: 2), console.Console).Value;
        machine.Start();
        var at = await console.WaitForAsync("minios> ");
        var path = folder.File("ready.snapshot");
        var info = (await machine.SaveSnapshotAsync(path)).Value;

        console.Type("echo still here\r");
        await console.WaitForAsync("\nstill here\n", at);
        Assert.InRange(info.Pages, 10, 2000);

        for (var i = 0; i < 20; i++)
        {
            var copy = new TestConsole();
            await using var restored = builder.Restore(path, copy.Console, TestGuests.Restoring with { Verify = false }).Value;
            restored.Start();
            copy.Type($"echo copy {i}\r");
            await copy.WaitForAsync($"\ncopy {i}\n");
        }
    }

    [SkippableFact]
    public async Task Incremental_snapshots_hold_what_changed_and_restore_to_the_last_state()
    {
        using var folder = new TemporaryFolder();
        using var host = TestGuests.NewHost();
        var builder = new MachineBuilder(host);
        var console = new TestConsole();
        await using var machine = builder.Build(TestGuests.Guest("minios", harts: 2), console.Console).Value;
        machine.Start();
        var at = await console.WaitForAsync("minios> ");
        console.Type("touch 16\r");
        at = await console.WaitForAsync("pages wrong\nminios> ", at);

        var refused = await machine.SaveSnapshotAsync(folder.File("x"), new SnapshotOptions { Incremental = true });
        Assert.Equal(MachineErrorKind.WrongState, refused.Error!.Kind);
        var full = (await machine.SaveSnapshotAsync(folder.File("0"), new SnapshotOptions { TrackChanges = true })).Value;
        var last = full;
        for (var i = 1; i <= 3; i++)
        {
            console.Type($"count {i}\r");
            at = await console.WaitForAsync("user_counter is", at);
            at = await console.WaitForAsync("minios> ", at);
            last = (await machine.SaveSnapshotAsync(folder.File($"{i}"), new SnapshotOptions { Incremental = true })).Value;
            Assert.InRange(last.Pages, 1, full.Pages / 4);
        }

        Assert.True(await machine.PauseAsync());
        var copy = new TestConsole();
        await using var restored = builder.Restore(folder.File("3"), copy.Console, TestGuests.Restoring).Value;
        await machine.SaveSnapshotAsync(folder.File("4"), new SnapshotOptions { Incremental = true });
        restored.Start();
        copy.Type("count 10\r");
        await copy.WaitForAsync("count: user_counter is 16");

        File.Delete(folder.File("1"));
        var broken = builder.Restore(folder.File("3"), new TestConsole().Console, TestGuests.Restoring).Error!;
        Assert.Contains("builds upon a snapshot that cannot be used", broken.Wrong, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task The_disks_of_a_snapshot_must_be_those_that_the_machine_had()
    {
        using var folder = new TemporaryFolder();
        using var host = TestGuests.NewHost();
        var builder = new MachineBuilder(host);
        var image = folder.File("disk");
        await File.WriteAllBytesAsync(image, new byte[1 << 20]);
        var console = new TestConsole();
        await using (var machine = builder.Build(TestGuests.Guest("minios") with { Disks = [new DiskConfig(image)] }, console.Console).Value)
        {
            machine.Start();
            await console.WaitForAsync("minios> ");
            console.Type("disk write 0 8\r");
            await console.WaitForAsync("disk: wrote");
            _ = (await machine.SaveSnapshotAsync(folder.File("s"))).Value;
        }

        var copy = new TestConsole();
        await using (var restored = builder.Restore(folder.File("s"), copy.Console, TestGuests.Restoring).Value)
        {
            restored.Start();
            copy.Type("disk verify 0 8\r");
            await copy.WaitForAsync("disk: verified 8 sectors from 0");
        }

        await File.WriteAllBytesAsync(image, new byte[2 << 20]);
        Assert.Contains("is not the one", Wrong(TestGuests.Restoring), StringComparison.Ordinal);
        Assert.Contains("1 disks, 0 were given", Wrong(TestGuests.Restoring with { Disks = [] }), StringComparison.Ordinal);
        File.Delete(image);
        Assert.Contains("cannot be used", Wrong(TestGuests.Restoring), StringComparison.Ordinal);

        string Wrong(RestoreOptions options) => builder.Restore(folder.File("s"), new TestConsole().Console, options).Error!.Wrong;
    }

    private static async Task<(string Hash, string Output, int Points)> RunThroughAsync(MachineConfig config, int points, int seed)
    {
        using var folder = new TemporaryFolder();
        using var host = TestGuests.NewHost();
        var builder = new MachineBuilder(host);
        var disk = new MemoryDisk(1 << 20);
        var random = new Random(seed);
        var output = new System.Text.StringBuilder();
        var console = new TestConsole();
        var path = folder.File("s");
        var taken = 0;
        var machine = builder.Build(config with { Disks = [TestGuests.Disk(new SharedDisk(disk))] }, console.Console).Value;
        for (; taken < points; taken++)
        {
            // The virtual clock decides where the run stands; a few thousand instructions more or less make the point random.
            machine.Start();
            var wanted = machine.Statistics.Instructions + (ulong)random.Next(1, 400_000);
            SpinWait.SpinUntil(() => machine.Statistics.Instructions >= wanted || machine.State == MachineState.Ended, TestConsole.Patience);
            await machine.PauseAsync().WaitAsync(TestConsole.Patience);
            if (!(await machine.SaveSnapshotAsync(path)).TryGet(out _, out var error))
            {
                Assert.Equal(MachineErrorKind.WrongState, error.Kind); // the run was over
                await machine.WhenEnded.WaitAsync(TestConsole.Patience);
                break;
            }

            await machine.DisposeAsync();
            output.Append(console.Text);
            console = new TestConsole();
            machine = builder.Restore(path, console.Console, TestGuests.Restoring with { Disks = [TestGuests.Disk(new SharedDisk(disk))] }).Value;
        }

        machine.Start();
        var end = await machine.WhenEnded.WaitAsync(TestConsole.Patience);
        output.Append(console.Text);
        Assert.True(end.Kind == GuestEndKind.PowerOff, $"{end}\n{output}");
        var hash = Convert.ToHexString(machine.ComputeStateHash());
        await machine.DisposeAsync();
        return (hash, output.ToString(), taken);
    }

    /// <summary>Outlives the machines that use it.</summary>
    private sealed class SharedDisk(IBlockBackend disk) : IBlockBackend
    {
        public long LengthBytes => disk.LengthBytes;

        public bool IsReadOnly => disk.IsReadOnly;

        public BlockStatus Read(long offset, Span<byte> destination) => disk.Read(offset, destination);

        public BlockStatus Write(long offset, ReadOnlySpan<byte> source) => disk.Write(offset, source);

        public BlockStatus WriteZeroes(long offset, long length) => disk.WriteZeroes(offset, length);

        public BlockStatus Flush() => disk.Flush();

        public void Dispose()
        {
            // The test keeps it.
        }
    }
}
