using Trapline.Hypervisor.Tests.Snapshots;
using Trapline.Shared.Audit;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.Vms;

namespace Trapline.Cluster.Tests.InProcess;

/// <summary>
/// A real host and a real guest on a disk that hangs while the guest is saved: whatever the save was for, the guest goes on, or ends, when that is
/// taken back, and nothing that still hangs comes to light when the disk works again.
/// </summary>
public abstract class HangingSaveTests(bool onlyAtTheName) : IAsyncLifetime
{
    private static readonly VmId Vm = LoneRoot.Vm;
    private static readonly Incarnation First = new(1);
    private static readonly MoveId Move = new("vm-1.1.1");
    private static readonly SnapshotId Snapshot = new("snap-1");

    private readonly HangingStore _store = new(writesBefore: 1, onlyAtTheName);
    private LoneHost _host = null!;

    public async Task InitializeAsync()
    {
        _host = await LoneHost.StartAsync(store: _store);
        await _host.StartVmAsync();
    }

    public async Task DisposeAsync()
    {
        _store.Repair();
        await _host.DisposeAsync();
        _store.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_move_that_is_cancelled_while_its_save_hangs_leaves_the_guest_running(bool actorFails)
    {
        _host.Order(new SaveForMove(Vm, First, Move));
        await _store.Hangs.Task.WaitAsync(Waiting.Patience);
        await _host.UntilAsync("it is paused and being saved", v => v is { State: VmState.Paused, Saving: not null, Move: null });
        if (actorFails)
            _host.FailVmActor();
        _host.Order(new SaveForMove(Vm, First, Move));
        _host.Order(new CancelMove(Vm, First, Move));
        await _host.UntilAsync("it runs again", v => v is { State: VmState.Running, Saving: null, Move: null } && v.Incarnation == First);
        await _host.AnswersAsync("second");
        Assert.Equal([AuditKind.Runs, AuditKind.Stops, AuditKind.Runs], _host.Executions());

        _store.Repair();
        Assert.False(await _store.Closed.Task.WaitAsync(Waiting.Patience), "what was given up is not saved after all");
        _host.Order(new CancelMove(Vm, First, Move));
        await _host.AnswersAsync("third");
    }

    [Fact]
    public async Task A_vm_whose_save_hangs_can_be_ended()
    {
        _host.Order(new SaveForMove(Vm, First, Move));
        await _store.Hangs.Task.WaitAsync(Waiting.Patience);
        _host.Order(new StopVm(Vm, First, EndReason.StoppedByRequest, TimeSpan.Zero));
        await _host.UntilAsync("it is stopped", v => v is { State: VmState.Stopped, End: EndReason.StoppedByRequest });
        _store.Repair();
        Assert.False(await _store.Closed.Task.WaitAsync(Waiting.Patience));
    }

    [Fact]
    public async Task A_snapshot_that_is_given_up_while_it_hangs_leaves_the_guest_running_and_nothing_on_the_disk()
    {
        _host.Order(new TakeSnapshot(Snapshot, Vm, First));
        await _store.Hangs.Task.WaitAsync(Waiting.Patience);
        _host.Order(new DropSnapshot(Snapshot));
        await _host.AnswersAsync("second");
        Assert.Equal([AuditKind.Runs, AuditKind.Stops, AuditKind.Runs], _host.Executions());
        _store.Repair();
        Assert.False(await _store.Closed.Task.WaitAsync(Waiting.Patience));
        await Waiting.UntilAsync("nothing half is left", () => Task.FromResult(!Directory.EnumerateFileSystemEntries(_host.Root.Snapshots).Any()));
    }
}

/// <summary>What hangs is a write.</summary>
public sealed class HangingWriteTests() : HangingSaveTests(onlyAtTheName: false);

/// <summary>What hangs is the renaming that gives the whole file its name, or the flush of its folder.</summary>
public sealed class HangingNameTests() : HangingSaveTests(onlyAtTheName: true);
