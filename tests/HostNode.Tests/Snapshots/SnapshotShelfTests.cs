using Trapline.HostNode.Snapshots;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;

namespace Trapline.HostNode.Tests.Snapshots;

/// <summary>Orders about snapshots may come twice, late and in any order.</summary>
public sealed class SnapshotShelfTests
{
    private static readonly SnapshotId Id = new("snap-7");
    private static readonly TakeSnapshot Take = new(Id, new VmId("vm-1"), new Incarnation(3));

    private readonly SnapshotShelf _shelf = new();

    [Fact]
    public void It_is_taken_once_and_reported_until_it_is_acknowledged()
    {
        Assert.Null(_shelf.Report());
        Assert.Equal(SnapshotEffect.Take, _shelf.Handle(Take));
        Assert.Equal(SnapshotEffect.Nothing, _shelf.Handle(Take));
        Assert.Equal(SnapshotEffect.Nothing, _shelf.Handle(new ForgetSnapshot(Id)));
        Assert.Equal(SnapshotEffect.Nothing, _shelf.Changed(new SnapshotReport(Id, SnapshotProgress.Taken, 9)));
        Assert.Equal(new SnapshotReport(Id, SnapshotProgress.Taken, 9), Assert.Single(_shelf.Report()!.Value));
        Assert.Equal(SnapshotEffect.Nothing, _shelf.Handle(Take));
        _shelf.Handle(new ForgetSnapshot(Id));
        Assert.Null(_shelf.Report());
    }

    [Fact]
    public void One_that_nobody_wants_any_more_is_given_up_once()
    {
        _shelf.Handle(Take);
        Assert.Equal(SnapshotEffect.GiveUp, _shelf.Handle(new DropSnapshot(Id)));
        Assert.Equal(SnapshotEffect.Nothing, _shelf.Handle(new DropSnapshot(Id)));
        Assert.Equal(SnapshotEffect.Nothing, _shelf.Changed(new SnapshotReport(Id, SnapshotProgress.Failed, Problem: "given up")));
        Assert.Equal(SnapshotEffect.Drop, _shelf.Handle(new DropSnapshot(Id)));
    }

    [Fact]
    public void One_that_is_whole_when_it_is_given_up_is_dropped()
    {
        _shelf.Handle(Take);
        Assert.Equal(SnapshotEffect.GiveUp, _shelf.Handle(new DropSnapshot(Id)));
        Assert.Equal(SnapshotEffect.Drop, _shelf.Changed(new SnapshotReport(Id, SnapshotProgress.Taken, 9)));
        Assert.Equal(SnapshotEffect.Nothing, _shelf.Handle(new DropSnapshot(Id)));
        _shelf.Changed(new SnapshotReport(Id, SnapshotProgress.Dropped));
        Assert.Equal(SnapshotProgress.Dropped, Assert.Single(_shelf.Report()!.Value).Progress);
        Assert.Equal(SnapshotEffect.Nothing, _shelf.Handle(new DropSnapshot(Id)));
    }

    [Fact]
    public void Any_host_drops_what_another_has_taken_and_tries_again_after_a_failure()
    {
        Assert.Equal(SnapshotEffect.Drop, _shelf.Handle(new DropSnapshot(Id)));
        Assert.Equal(SnapshotEffect.Nothing, _shelf.Handle(new DropSnapshot(Id)));
        _shelf.NotDropped(Id);
        Assert.Equal(SnapshotEffect.Drop, _shelf.Handle(new DropSnapshot(Id)));
    }
}
