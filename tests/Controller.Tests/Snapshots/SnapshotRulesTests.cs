using System.Collections.Immutable;
using Trapline.Controller.Clocks;
using Trapline.Controller.Commands;
using Trapline.Controller.Journal;
using Trapline.Controller.Model;
using Trapline.Controller.Model.Events;
using Trapline.Controller.Placement;
using Trapline.Controller.Reconciliation;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.InstanceTypes;
using Trapline.Shared.Vms;

namespace Trapline.Controller.Tests.Snapshots;

/// <summary>Snapshots from request to removal, and what becomes of them when hosts and VMs end on the way.</summary>
public sealed class SnapshotRulesTests
{
    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly HostId A = new("a");
    private static readonly HostId B = new("b");
    private static readonly BootId BootA = new("b1-a");
    private static readonly BootId BootB = new("b1-b");
    private static readonly VmId Vm = new("vm-1");
    private static readonly SnapshotId Id = new("snap-6");
    private static readonly VmSpec Spec = new("web", new ImageName("minios"), "standard.small", Restart: RestartPolicy.Never);

    private ClusterModel _model = ClusterModel.Empty;
    private Observed _observed = Observed.Nothing;
    private long _sequence;

    public SnapshotRulesTests()
    {
        Apply(new HostBooted(At, A, BootA, new Resources(1600, 8192)), new HostBooted(At, B, BootB, new Resources(1600, 8192)), new VmDefined(At, Vm, Spec), new VmPlaced(At, Vm, A, BootA, new Incarnation(1), "test"), new VmStarted(At, Vm, new Incarnation(1)));
        Report(A, BootA, null, Running);
        Report(B, BootB, null);
    }

    private static VmReport Running => new(Vm, new Incarnation(1), VmState.Running);

    [Fact]
    public void It_is_ordered_until_it_is_taken_then_acknowledged_and_removed_when_nobody_uses_it()
    {
        Request();
        Assert.Contains(Order(A, BootA, new TakeSnapshot(Id, Vm, new Incarnation(1))), Plan().Commands);
        Report(A, BootA, new SnapshotReport(Id, SnapshotProgress.Taking), Running);
        Assert.Empty(Plan().Decisions);
        Report(A, BootA, new SnapshotReport(Id, SnapshotProgress.Taken, 4096), Running);
        Apply(Assert.Single(Plan().Decisions));
        Assert.Equal((SnapshotPhase.Ready, 4096), (_model.Snapshots[Id].Phase, _model.Snapshots[Id].Bytes));
        Assert.Contains(Order(A, BootA, new ForgetSnapshot(Id)), Plan().Commands);

        var run = Judge(new DefineVms(Spec with { Name = "clone" }, 1, [Spec.Image], "point"));
        Assert.Equal(Id, Assert.IsType<VmDefined>(Assert.Single(run.Events)).Spec.FromSnapshot);
        Apply([.. run.Events]);
        Assert.Contains("is used by clone", Judge(new RemoveSnapshot("point")).Rejection!.Message, StringComparison.Ordinal);
        Apply(new VmRemoved(At, run.Vms[0]));
        Apply([.. Judge(new RemoveSnapshot("point")).Events]);
        Assert.Equal(RejectionKind.Conflict, Judge(new DefineVms(Spec with { Name = "late" }, 1, [Spec.Image], "point")).Rejection!.Kind);
        Report(A, BootA, null, Running);
        Assert.Contains(Order(A, BootA, new DropSnapshot(Id)), Plan().Commands);
        Report(A, BootA, new SnapshotReport(Id, SnapshotProgress.Dropped), Running);
        Apply(Assert.Single(Plan().Decisions));
        Assert.Empty(_model.Snapshots);
        Assert.Contains(Order(A, BootA, new ForgetSnapshot(Id)), Plan().Commands);
    }

    [Fact]
    public void When_its_host_is_lost_another_removes_what_there_may_be_and_what_turns_up_later_is_dropped()
    {
        Request();
        Apply(new HostLost(At, A, BootA, "test"));
        Apply([.. Plan().Decisions]); // its VM has ended
        Apply([.. Plan().Decisions]); // and so this comes to nothing
        Assert.Equal(SnapshotPhase.Removing, _model.Snapshots[Id].Phase);
        Assert.Contains(Order(B, BootB, new DropSnapshot(Id)), Plan().Commands);
        Report(B, BootB, new SnapshotReport(Id, SnapshotProgress.Dropped));
        Apply([.. Plan().Decisions]);
        Assert.Empty(_model.Snapshots);

        // The old host was only cut off, and had come to the end meanwhile.
        var next = new BootId("b2-a");
        Apply(new HostBooted(At, A, next, new Resources(1600, 8192)));
        Report(A, next, new SnapshotReport(Id, SnapshotProgress.Taken, 1));
        Assert.Contains(Order(A, next, new DropSnapshot(Id)), Plan().Commands);
    }

    [Fact]
    public void One_that_the_journal_does_not_know_is_kept_with_an_event_and_removed_when_a_user_wants_it()
    {
        var stranger = new SnapshotId("snap-77");
        Report(A, BootA, new SnapshotReport(stranger, SnapshotProgress.Taking), Running);
        Assert.DoesNotContain(Plan().Commands, c => c.Message is SnapshotOrder);
        Report(A, BootA, new SnapshotReport(stranger, SnapshotProgress.Taken, 4096, Vm: new VmId("vm-9")), Running);
        Report(B, BootB, new SnapshotReport(stranger, SnapshotProgress.Taken, 4096, Vm: new VmId("vm-9")));
        Apply(Assert.IsType<SnapshotKept>(Assert.Single(Plan().Decisions)));
        Assert.Empty(Plan().Decisions);
        Assert.Contains(Order(A, BootA, new ForgetSnapshot(stranger)), Plan().Commands);
        Assert.DoesNotContain(Plan().Commands, c => c.Message is SnapshotOrder { Command: DropSnapshot });

        // It is there for users to see, not to start from, and no new one takes its id, also after the model was saved.
        _model = ModelSnapshotV1.Of(_model).ToModel();
        Assert.Equal(SnapshotPhase.LeftOver, _model.Snapshots[stranger].Phase);
        Assert.Contains("left over", Judge(new DefineVms(Spec with { Name = "clone" }, 1, [Spec.Image], "snap-77")).Rejection!.Message, StringComparison.Ordinal);
        Apply(new SnapshotKept(At, Id with { Value = $"snap-{_model.Generation + 2}" }, A, Vm, 1));
        Assert.DoesNotContain(Judge(new CreateSnapshot("web", "point")).Events.OfType<SnapshotRequested>(), e => _model.Snapshots.ContainsKey(e.Snapshot));

        Apply([.. Judge(new RemoveSnapshot("snap-77")).Events]);
        Assert.Contains(Order(A, BootA, new DropSnapshot(stranger)), Plan().Commands);
        Report(A, BootA, new SnapshotReport(stranger, SnapshotProgress.Dropped), Running);
        Apply([.. Plan().Decisions]);
        Assert.DoesNotContain(stranger, _model.Snapshots.Keys);

        // The other host's report is older than that: it forgets by dropping what is not there any more.
        Assert.Contains(Order(B, BootB, new DropSnapshot(stranger)), Plan().Commands);
    }

    [Fact]
    public void What_takes_too_long_or_fails_on_the_host_is_given_up_with_the_reason()
    {
        Request();
        var late = Reconciler.Plan(_model, _observed, new Moment(At + TimeSpan.FromMinutes(3), default), new ReconcilerSettings { ReportTimeout = TimeSpan.FromMinutes(9) });
        Assert.Contains("not saved within", late.Decisions.OfType<SnapshotFailed>().Single().Reason, StringComparison.Ordinal);
        Report(A, BootA, new SnapshotReport(Id, SnapshotProgress.Failed, Problem: "no space left on device"), Running);
        Assert.Equal("no space left on device", Plan().Decisions.OfType<SnapshotFailed>().Single().Reason);
    }

    private void Request()
    {
        var verdict = Judge(new CreateSnapshot("web", "point"));
        Assert.Null(verdict.Rejection);
        Apply([.. verdict.Events]);
        Assert.Contains("already", Judge(new CreateSnapshot("web", "point")).Rejection!.Message, StringComparison.Ordinal);
    }

    private Verdict Judge(IClientRequest request) => new CommandValidation(_model, _ => HostReadiness.Ready, At, new AdmissionSettings()).Judge(request);

    private Plan Plan() => Reconciler.Plan(_model, _observed, new Moment(At, default), new ReconcilerSettings());

    private void Apply(params IEnumerable<IClusterEvent> events) => _model = events.Aggregate(_model, (model, e) => model.Apply(e));

    private void Report(HostId host, BootId boot, SnapshotReport? snapshot, params ImmutableArray<VmReport> vms) =>
        _observed = _observed.With(new HostReport(host, boot, ++_sequence, 1, Executing: true, new Resources(1600, 8192), Draining: false, vms, [], Snapshots: snapshot is null ? null : [snapshot]), receivedAt: default);

    private static HostCommand Order(HostId host, BootId boot, ISnapshotCommand command) => new(host, new SnapshotOrder(boot, command));
}
