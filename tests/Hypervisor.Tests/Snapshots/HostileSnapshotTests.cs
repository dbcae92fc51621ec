using Trapline.Hypervisor.Machine;
using Trapline.Hypervisor.Tests.Machine;
using Xunit;

namespace Trapline.Hypervisor.Tests.Snapshots;

/// <summary>Whatever a snapshot file holds, restoring it gives a machine or an error in one line, and leaves nothing behind.</summary>
public sealed class HostileSnapshotTests
{
    [SkippableFact]
    public async Task Damage_anywhere_is_found()
    {
        using var folder = new TemporaryFolder();
        using var host = TestGuests.NewHost(1);
        var builder = new MachineBuilder(host);
        var good = await TakeAsync(builder, folder.File("good"));
        var path = folder.File("bad");
        var random = new Random(4711);

        for (var round = 0; round < 300; round++)
        {
            var bad = (byte[])good.Clone();
            // Header, records and index lie at the start; stored pages have checksums; all else is zero.
            var at = (round % 3) switch { 0 => random.Next(4096), 1 => 4096 + random.Next(4096), _ => 4096 + random.Next(good.Length - 4096) };
            var before = bad[at];
            bad[at] ^= (byte)(1 << random.Next(8));
            await File.WriteAllBytesAsync(path, bad);
            if (builder.Restore(path, new TestConsole().Console, TestGuests.Restoring).TryGet(out var machine, out var error))
            {
                await machine.DisposeAsync();
                Assert.Fail($"round {round}: a changed byte at {at} (was {before:x2}) was not noticed");
            }

            Assert.Equal(MachineErrorKind.BadSnapshot, error.Kind);
            Assert.DoesNotContain('\n', error.ToString());
        }
    }

    [SkippableFact]
    public async Task A_file_that_was_cut_off_is_refused_at_every_length()
    {
        using var folder = new TemporaryFolder();
        using var host = TestGuests.NewHost(1);
        var builder = new MachineBuilder(host);
        var good = await TakeAsync(builder, folder.File("good"));
        var random = new Random(5);
        foreach (var length in new[] { 0, 1, 7, 107, 4095, 4096, 4097, 8000, good.Length - 1 }.Concat(Enumerable.Range(0, 50).Select(_ => random.Next(good.Length))))
        {
            await File.WriteAllBytesAsync(folder.File("bad"), good.AsMemory(0, length));
            Assert.Equal(MachineErrorKind.BadSnapshot, builder.Restore(folder.File("bad"), new TestConsole().Console, TestGuests.Restoring).Error!.Kind);
        }
    }

    [SkippableFact]
    public async Task Invented_contents_with_right_checksums_are_checked_too()
    {
        using var folder = new TemporaryFolder();
        using var host = TestGuests.NewHost(1);
        var builder = new MachineBuilder(host);
        var good = await TakeAsync(builder, folder.File("good"));
        var path = folder.File("bad");
        var random = new Random(31);
        var accepted = 0;
        for (var round = 0; round < 250; round++)
        {
            var bad = (byte[])good.Clone();
            var recordsLength = (int)BitConverter.ToInt64(bad, 56);
            if (round % 4 == 0)
            {
                // Wild numbers in the header.
                var at = 48 + (8 * random.Next(6));
                BitConverter.TryWriteBytes(bad.AsSpan(at), random.Next(3) switch { 0 => -1L, 1 => long.MaxValue, _ => random.NextInt64() >> random.Next(64) });
            }
            else
            {
                // Digits and brackets in the states of devices and harts.
                for (var i = random.Next(1, 6); i > 0; i--)
                    bad[4096 + random.Next(recordsLength)] = (byte)"0123456789-\"{}[],:ntf\0"[random.Next(22)];
            }

            Resign(bad, recordsLength);
            await File.WriteAllBytesAsync(path, bad);
            if (!builder.Restore(path, new TestConsole().Console, TestGuests.Restoring with { Verify = false }).TryGet(out var machine, out var error))
            {
                Assert.True(error.Kind is MachineErrorKind.BadSnapshot or MachineErrorKind.FileAccess or MachineErrorKind.BadConfiguration, error.ToString());
                continue;
            }

            // What was accepted may do what it wants, except harm us.
            accepted++;
            machine.Start();
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System);
            await machine.StopAsync().WaitAsync(TestConsole.Patience);
            var end = await machine.WhenEnded;
            await machine.DisposeAsync();
            Assert.True(end.Kind != GuestEndKind.HypervisorFault, $"round {round}: {end}");
        }

        Assert.InRange(accepted, 5, 245);
    }

    [SkippableTheory]
    [InlineData("")]
    [InlineData("this is no snapshot at all, but long enough to have a header of some kind")]
    public async Task Other_files_are_named_for_what_they_are_not(string content)
    {
        using var folder = new TemporaryFolder();
        using var host = TestGuests.NewHost(1);
        await File.WriteAllTextAsync(folder.File("x"), content);
        var builder = new MachineBuilder(host);

        Assert.Contains("is not a Trapline snapshot", builder.Restore(folder.File("x"), new TestConsole().Console, TestGuests.Restoring).Error!.Wrong, StringComparison.Ordinal);
        Assert.Equal(MachineErrorKind.FileAccess, builder.Restore(folder.File("missing"), new TestConsole().Console, TestGuests.Restoring).Error!.Kind);
        Assert.Equal(MachineErrorKind.FileAccess, builder.Restore(folder.Path, new TestConsole().Console, TestGuests.Restoring).Error!.Kind);
    }

    private static async Task<byte[]> TakeAsync(MachineBuilder builder, string path)
    {
        var console = new TestConsole();
        await using var machine = builder.Build(TestGuests.Guest("minios", harts: 2) with { MemoryBytes = 4UL << 20 }, console.Console).Value;
        machine.Start();
        await console.WaitForAsync("minios> ");
        _ = (await machine.SaveSnapshotAsync(path)).Value;
        return await File.ReadAllBytesAsync(path);
    }

    private static void Resign(byte[] file, int recordsLength)
    {
        BitConverter.TryWriteBytes(file.AsSpan(96), Trapline.Hypervisor.Storage.Crc32C.Of(file.AsSpan(4096, recordsLength)));
        BitConverter.TryWriteBytes(file.AsSpan(104), Trapline.Hypervisor.Storage.Crc32C.Of(file.AsSpan(0, 104)));
    }
}
