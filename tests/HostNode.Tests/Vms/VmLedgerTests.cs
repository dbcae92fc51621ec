using Trapline.HostNode.Vms;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.InstanceTypes;
using Trapline.Shared.Vms;

namespace Trapline.HostNode.Tests.Vms;

/// <summary>Commands that are lost, doubled or late do no harm.</summary>
public sealed class VmLedgerTests
{
    private static readonly VmId Vm = new("vm-1");
    private static readonly VmSpec Spec = new("web", new ImageName("minios"), "standard.small");

    private readonly VmLedger _ledger = new();

    [Fact]
    public void A_doubled_start_builds_once()
    {
        Assert.IsType<VmEffect.Build>(_ledger.Handle(Start(1)));
        Assert.Equal(new VmEffect.Refused(Vm, Refusal.AlreadyDone), _ledger.Handle(Start(1)));
    }

    [Fact]
    public void A_late_start_of_an_older_incarnation_is_refused_even_when_the_vm_is_forgotten()
    {
        _ledger.Handle(Start(2));
        Become(2, VmState.Running);
        Become(2, VmState.Stopped, EndReason.PoweredOff);
        _ledger.Handle(new ForgetVm(Vm, new Incarnation(2), DeleteVolumes: false));
        Assert.Empty(_ledger.Report());
        Assert.Equal(new VmEffect.Refused(Vm, Refusal.OlderIncarnation), _ledger.Handle(Start(1)));
        Assert.Equal(new VmEffect.Refused(Vm, Refusal.AlreadyDone), _ledger.Handle(Start(2)));
    }

    [Fact]
    public void What_is_kept_of_forgotten_vms_does_not_grow_for_ever_and_those_that_are_here_are_never_forgotten()
    {
        _ledger.Handle(Start(2));
        for (var i = 0; i < 2 * VmLedger.MostForgotten; i++)
            EndAndForget(new VmId($"other-{i}"));
        Assert.Equal(VmLedger.MostForgotten + 1, _ledger.Remembered);
        Assert.Equal(new VmEffect.Refused(Vm, Refusal.OlderIncarnation), _ledger.Handle(Start(1)));
    }

    [Fact]
    public void A_vm_that_comes_back_and_is_forgotten_again_is_remembered_from_then_on()
    {
        EndAndForget(Vm, 1);
        for (var i = 0; i < VmLedger.MostForgotten - 1; i++)
            EndAndForget(new VmId($"other-{i}"));
        EndAndForget(Vm, 3);
        EndAndForget(new VmId("last"));
        Assert.Equal(new VmEffect.Refused(Vm, Refusal.OlderIncarnation), _ledger.Handle(Start(2)));
    }

    [Fact]
    public void A_start_behind_its_own_stop_comes_to_nothing()
    {
        _ledger.Handle(Stop(1));
        Assert.Equal(EndReason.StoppedByRequest, Assert.Single(_ledger.Report()).End);
        Assert.Equal(new VmEffect.Refused(Vm, Refusal.AlreadyDone), _ledger.Handle(Start(1)));
    }

    [Fact]
    public void A_newer_start_waits_for_the_older_incarnation_to_end()
    {
        _ledger.Handle(Start(1));
        Become(1, VmState.Running);
        Assert.Equal(new VmEffect.Refused(Vm, Refusal.EarlierIncarnationStillHere), _ledger.Handle(Start(2)));
        _ledger.Handle(Stop(1));
        Become(1, VmState.Stopped, EndReason.StoppedByRequest);
        Assert.IsType<VmEffect.Build>(_ledger.Handle(Start(2)));
    }

    [Fact]
    public void Late_news_of_an_ended_incarnation_is_dropped()
    {
        _ledger.Handle(Start(1));
        Become(1, VmState.Crashed, EndReason.StartFailed);
        Assert.False(_ledger.Changed(new VmReport(Vm, new Incarnation(1), VmState.Running)));
        _ledger.Handle(Start(2));
        Assert.False(_ledger.Changed(new VmReport(Vm, new Incarnation(1), VmState.Running)));
        Assert.Equal(VmState.Starting, _ledger.Find(Vm)!.State);
    }

    [Fact]
    public void A_vm_that_was_told_to_stop_does_not_run_again()
    {
        _ledger.Handle(Start(1));
        _ledger.Handle(Stop(1));
        Assert.False(_ledger.Changed(new VmReport(Vm, new Incarnation(1), VmState.Running)));
        Assert.Equal(VmState.Stopping, _ledger.Find(Vm)!.State);
    }

    [Fact]
    public void A_second_stop_without_grace_cuts_the_first_one_short()
    {
        _ledger.Handle(Start(1));
        Become(1, VmState.Running);
        Assert.IsType<VmEffect.End>(_ledger.Handle(new StopVm(Vm, new Incarnation(1), EndReason.StoppedByRequest, TimeSpan.FromSeconds(10))));
        Assert.Equal(new VmEffect.Refused(Vm, Refusal.AlreadyDone), _ledger.Handle(new StopVm(Vm, new Incarnation(1), EndReason.StoppedByRequest, TimeSpan.FromSeconds(10))));
        Assert.IsType<VmEffect.End>(_ledger.Handle(Stop(1)));
    }

    [Fact]
    public void Only_the_move_that_it_is_saved_for_can_be_cancelled()
    {
        _ledger.Handle(Start(1));
        Become(1, VmState.Running);
        Assert.IsType<VmEffect.Save>(_ledger.Handle(Save("m1")));
        Become(1, VmState.Paused, move: new MoveId("m1"));
        Assert.IsType<VmEffect.Refused>(_ledger.Handle(new CancelMove(Vm, new Incarnation(1), new MoveId("m0"))));
        Assert.IsType<VmEffect.ResumeAfterMove>(_ledger.Handle(new CancelMove(Vm, new Incarnation(1), new MoveId("m1"))));
    }

    [Fact]
    public void A_save_can_be_cancelled_from_the_moment_that_it_was_ordered_and_is_begun_once()
    {
        _ledger.Handle(Start(1));
        Become(1, VmState.Running);
        Assert.IsType<VmEffect.Save>(_ledger.Handle(Save("m1")));
        Assert.Equal(new MoveId("m1"), _ledger.Find(Vm)!.Saving);
        Assert.Equal(new VmEffect.Refused(Vm, Refusal.AlreadyDone), _ledger.Handle(Save("m1")));
        Assert.Equal(new VmEffect.Refused(Vm, Refusal.WrongState), _ledger.Handle(Save("m2")));
        Assert.IsType<VmEffect.Refused>(_ledger.Handle(new CancelMove(Vm, new Incarnation(1), new MoveId("m2"))));
        Assert.IsType<VmEffect.ResumeAfterMove>(_ledger.Handle(new CancelMove(Vm, new Incarnation(1), new MoveId("m1"))));

        // Its actor could not save it just then, and says so: it is asked again.
        Become(1, VmState.Running);
        Assert.Null(_ledger.Find(Vm)!.Saving);
        Assert.IsType<VmEffect.Save>(_ledger.Handle(Save("m2")));

        // Told to end while it is saved: what comes of the save changes nothing any more.
        _ledger.Handle(Stop(1));
        Assert.Null(_ledger.Find(Vm)!.Saving);
        Assert.False(_ledger.Changed(new VmReport(Vm, new Incarnation(1), VmState.Paused, Move: new MoveId("m2"))));
    }

    private void EndAndForget(VmId vm, long incarnation = 1)
    {
        _ledger.Handle(new StopVm(vm, new Incarnation(incarnation), EndReason.StoppedByRequest, TimeSpan.Zero));
        _ledger.Handle(new ForgetVm(vm, new Incarnation(incarnation), DeleteVolumes: false));
    }

    private static SaveForMove Save(string move) => new(Vm, new Incarnation(1), new MoveId(move));

    private static StartVm Start(long incarnation) => new(Vm, new Incarnation(incarnation), Spec, InstanceTypeCatalog.Find("standard.small")!);

    private static StopVm Stop(long incarnation) => new(Vm, new Incarnation(incarnation), EndReason.StoppedByRequest, TimeSpan.Zero);

    private void Become(long incarnation, VmState state, EndReason? end = null, MoveId? move = null) =>
        Assert.True(_ledger.Changed(new VmReport(Vm, new Incarnation(incarnation), state, end, Move: move)));
}
