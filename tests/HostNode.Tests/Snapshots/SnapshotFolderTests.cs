using Trapline.HostNode.Storage;
using Trapline.Shared.Ids;

namespace Trapline.HostNode.Tests.Snapshots;

/// <summary>A snapshot is on the disk as a whole or not at all, wherever its maker ended.</summary>
public sealed class SnapshotFolderTests : IDisposable
{
    private static readonly SnapshotId Id = new("snap-7");
    private static readonly HostId Host = new("a");

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("trapline-");

    private DataRoot Root => new(_data.FullName);

    private static SnapshotDescription Description => new(Id, Host, new VmId("vm-1"), new Incarnation(3), 0);

    public void Dispose() => _data.Delete(recursive: true);

    [Fact]
    public async Task It_is_there_when_all_of_it_is_and_its_maker_finds_it_again()
    {
        var made = await new SnapshotFolder(Root, Host).MakeAsync(Description, folder =>
        {
            Assert.Empty(new SnapshotFolder(Root, Host).All());
            return File.WriteAllBytesAsync(Path.Combine(folder, SnapshotFolder.Machine), new byte[5000]);
        }, CancellationToken.None);
        Assert.True(made.Bytes >= 5000);
        Assert.Equal(made, Assert.Single(new SnapshotFolder(Root, Host).All()));
        Assert.Equal(made, Assert.Single(new SnapshotFolder(Root, new HostId("b")).All()));

        new SnapshotFolder(Root, new HostId("b")).Remove(Id);
        new SnapshotFolder(Root, Host).Remove(Id);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Root.Snapshots));
    }

    [Fact]
    public async Task What_fails_leaves_nothing()
    {
        var folder = new SnapshotFolder(Root, Host);
        await Assert.ThrowsAsync<IOException>(() => folder.MakeAsync(Description, async making =>
        {
            await File.WriteAllTextAsync(Path.Combine(making, SnapshotFolder.Machine), "half");
            throw new IOException("no space left on device");
        }, CancellationToken.None));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Root.Snapshots));
    }

    [Fact]
    public async Task One_that_is_given_up_while_the_disk_hangs_does_not_appear_when_the_disk_works_again()
    {
        using var enough = new CancellationTokenSource();
        var (begun, works) = (new TaskCompletionSource(), new TaskCompletionSource());
        var making = new SnapshotFolder(Root, Host).MakeAsync(Description, folder =>
        {
            begun.SetResult();
            works.Task.Wait(); // as a write does, deep in the kernel
            return Task.CompletedTask;
        }, enough.Token);
        await begun.Task;
        await enough.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => making.WaitAsync(TimeSpan.FromSeconds(30)));
        works.SetResult();
        var began = TimeProvider.System.GetTimestamp();
        while (Directory.EnumerateFileSystemEntries(Root.Snapshots).Any())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(30), "what was begun is not removed");
            Assert.False(Directory.Exists(Path.Combine(Root.Snapshots, Id.Value)), "it was given up");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }
    }

    [Theory]
    [InlineData(".snap-7.a.new")]
    [InlineData(".snap-7.gone")]
    public void What_a_killed_process_left_half_goes_at_the_next_start_and_never_counted(string left)
    {
        Directory.CreateDirectory(Path.Combine(Root.Snapshots, left));
        File.WriteAllText(Path.Combine(Root.Snapshots, left, "snapshot.json"), """{ "snapshot": "snap-7", "host": "a", "vm": "vm-1", "incarnation": 3, "bytes": 9 }""");
        var folder = new SnapshotFolder(Root, Host);
        Assert.Empty(folder.All());
        folder.CleanUp();
        Assert.Empty(Directory.EnumerateFileSystemEntries(Root.Snapshots));
    }

    [Fact]
    public async Task What_another_host_is_at_stays_and_what_it_left_when_it_was_killed_goes_at_anybodys_start()
    {
        var (begun, works) = (new TaskCompletionSource(), new TaskCompletionSource());
        var making = new SnapshotFolder(Root, new HostId("b")).MakeAsync(Description, async folder =>
        {
            await File.WriteAllTextAsync(Path.Combine(folder, SnapshotFolder.Machine), "half");
            begun.SetResult();
            await works.Task;
        }, CancellationToken.None);
        await begun.Task;
        var mine = new SnapshotFolder(Root, Host);
        mine.CleanUp();
        var half = Assert.Single(Directory.EnumerateFileSystemEntries(Root.Snapshots));
        Assert.Equal("half", await File.ReadAllTextAsync(Path.Combine(half, SnapshotFolder.Machine)));

        // As a host leaves it that is killed now, and never comes back: its lock goes with it.
        var left = Directory.CreateDirectory(Path.Combine(Root.Snapshots, ".snap-9.b.c.new"));
        foreach (var file in Directory.EnumerateFiles(half))
            await File.WriteAllTextAsync(Path.Combine(left.FullName, Path.GetFileName(file)), "");
        // And one that has just begun, whose lock is not there yet.
        var beginning = Directory.CreateDirectory(Path.Combine(Root.Snapshots, ".snap-10.b.new"));
        mine.CleanUp();
        Assert.Equal([beginning.FullName, half], Directory.EnumerateFileSystemEntries(Root.Snapshots).Order(StringComparer.Ordinal));

        works.SetResult();
        Assert.Equal(Description.Snapshot, (await making).Snapshot);
        mine.CleanUp();
        Assert.Single(mine.All());
    }

    [Fact]
    public async Task An_attempt_after_one_that_was_killed_begins_anew_and_one_beside_another_is_refused()
    {
        Directory.CreateDirectory(Path.Combine(Root.Snapshots, ".snap-7.a.new"));
        await File.WriteAllTextAsync(Path.Combine(Root.Snapshots, ".snap-7.a.new", "disk0.overlay"), "of the one that was killed");
        var folder = new SnapshotFolder(Root, Host);
        await folder.MakeAsync(Description, async making =>
        {
            Assert.False(File.Exists(Path.Combine(making, "disk0.overlay")));
            await Assert.ThrowsAsync<IOException>(() => folder.MakeAsync(Description, _ => throw new InvalidOperationException("must not begin"), CancellationToken.None));
        }, CancellationToken.None);
        Assert.Single(folder.All());
        Assert.Single(Directory.EnumerateFileSystemEntries(Root.Snapshots));
    }
}
