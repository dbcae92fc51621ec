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
        var others = Directory.CreateDirectory(Path.Combine(Root.Snapshots, ".snap-8.b.new"));
        var folder = new SnapshotFolder(Root, Host);
        Assert.Empty(folder.All());
        folder.CleanUp();
        Assert.Equal([others.FullName], Directory.EnumerateFileSystemEntries(Root.Snapshots));
    }
}
