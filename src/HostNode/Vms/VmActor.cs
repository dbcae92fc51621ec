using Akka.Actor;
using Akka.Event;
using Trapline.HostNode.Audit;
using Trapline.HostNode.Machines;
using Trapline.Hypervisor.Machine;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.Vms;

namespace Trapline.HostNode.Vms;

/// <summary>
/// One incarnation of one VM on this host: commands its machine, and tells the host actor what becomes of it. It executes no guest code and waits
/// for nothing: building, pausing, saving and closing run elsewhere and come back as messages.
/// <code>
///   Starting ──built──► Running ◄──resumed── Paused
///       │                 │ │ save ───────────► │
///       └── not built ──► │ └── end ──► Stopping ──► Stopped | Crashed        (then the actor stops)
/// </code>
/// The machine lives in a <see cref="MachineSlot"/>: when this actor fails, the next one finds it there, running as before.
/// </summary>
public sealed class VmActor : ReceiveActor, IWithTimers
{
    private readonly StartVm _start;
    private readonly MachineSlot _slot;
    private readonly MachineFactory _factory;
    private readonly AuditLog _audit;
    private readonly BootId _boot;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private VmState _state = VmState.Starting;

    /// <summary>An actor for a slot, empty or not.</summary>
    public VmActor(BootId boot, StartVm start, MachineSlot slot, MachineFactory factory, AuditLog audit)
    {
        (_boot, _start, _slot, _factory, _audit) = (boot, start, slot, factory, audit);
        Receive<MachineBuilt>(Built);
        Receive<MachineEnded>(e => ReferenceEquals(e.Machine, _slot.Machine), Ended);
        Receive<EndMachine>(End);
        Receive<SaveMachine>(Save);
        Receive<MachineSaved>(Saved);
        Receive<SaveSnapshotOf>(SaveSnapshot);
        Receive<ResumeMachine>(r => r.Move == _slot.Move, _ => Resume());
        Receive<MachineResumed>(_ => Report(VmState.Running));
        Receive<GraceIsOver>(_ => CutOff());
        Receive<FailNow>(f => throw new InvalidOperationException(f.Why));
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>How the host actor starts it.</summary>
    public static Props Props(BootId boot, StartVm start, MachineSlot slot, MachineFactory factory, AuditLog audit) =>
        Akka.Actor.Props.Create(() => new VmActor(boot, start, slot, factory, audit));

    /// <inheritdoc/>
    protected override void PreStart()
    {
        if (_slot.Machine is { } machine)
            Adopt(machine);
        else
            Build();
    }

    /// <summary>Begins to build, or waits for what an earlier life of this actor has begun.</summary>
    private void Build()
    {
        _slot.Building ??= Task.Run(() => _factory.Build(_start, _slot));
        _slot.Building.PipeTo(
            Self,
            success: r => new MachineBuilt(r.Error is null ? r.Value : null, r.Error?.ToString()),
            failure: e => new MachineBuilt(null, $"{e.GetType().Name}: {e.Message}"));
    }

    /// <summary>The machine of an earlier life of this actor: only what it does now has to be learned again.</summary>
    private void Adopt(VirtualMachine machine)
    {
        _log.Warning("{Vm} {Incarnation}: the actor failed and is back; the machine was not touched", _slot.Vm, _slot.Incarnation);
        Listen(machine);
        if (_slot.EndsBecause is not null)
            CutOff();
        else if (_slot.Move is { } move)
            Tell(new VmReport(_slot.Vm, _slot.Incarnation, _state = VmState.Paused, Move: move));
        else if (machine.State == MachineState.Paused && !_slot.IsBeingSaved)
            Resume();
        else
            Report(VmState.Running);
    }

    private void Built(MachineBuilt built)
    {
        if (built.Machine is not { } machine)
        {
            _slot.IsLive = false;
            Report(VmState.Crashed, EndReason.StartFailed, built.Problem);
            Context.Stop(Self);
            return;
        }

        _slot.Machine = machine;
        Listen(machine);
        if (_slot.EndsBecause is not null)
        {
            CutOff();
            return;
        }

        _audit.Runs(_boot, _slot.Vm, _slot.Incarnation);
        machine.Start();
        Report(VmState.Running);
    }

    private void Listen(VirtualMachine machine) => machine.WhenEnded.PipeTo(Self, success: end => new MachineEnded(machine, end));

    private void End(EndMachine end)
    {
        _slot.EndsBecause = end.Reason;
        _state = VmState.Stopping;
        if (_slot.Machine is null)
            return; // being built: ended as soon as it is
        if (end.Grace > TimeSpan.Zero)
            Timers.StartSingleTimer("grace", GraceIsOver.Instance, end.Grace);
        else
            CutOff();
    }

    private void CutOff()
    {
        if (_slot.Machine is { } machine)
            _ = machine.StopAsync();
    }

    /// <summary>The guest executes nothing any more; what remains is to close its disks, off this thread.</summary>
    private void Ended(MachineEnded ended)
    {
        (_slot.Machine, _slot.IsLive) = (null, false);
        _audit.Stops(_boot, _slot.Vm, _slot.Incarnation);
        var (state, reason) = EndMapping.Of(ended.End.Kind, _slot.EndsBecause);
        var (vm, incarnation, host) = (_slot.Vm, _slot.Incarnation, Context.Parent);
        var report = new VmReport(vm, incarnation, state, reason, ended.End.Kind == GuestEndKind.Stopped ? null : ended.End.Message);
        if (ended.End.Report is { } where)
            _log.Warning("{Vm} {Incarnation}: {End}\n{Where}", vm, incarnation, ended.End.Message, where.Text);
        var closing = _slot.DisposeMachineAsync(ended.Machine);
        closing.PipeTo(host, Self, success: () => new VmChanged(report), failure: e => new VmChanged(report with { Detail = $"{report.Detail} ({e.Message})" }));
        Context.Stop(Self);
    }

    private void Save(SaveMachine save)
    {
        if (_slot.Machine is not { } machine || _state != VmState.Running || _slot.IsBeingSaved)
            return; // asked for again
        _state = VmState.Paused;
        PauseAndSave(machine, save.Move).PipeTo(Self, failure: e => new MachineSaved(save.Move, e.Message));
        Tell(new VmReport(_slot.Vm, _slot.Incarnation, VmState.Paused));
    }

    private async Task<MachineSaved> PauseAndSave(VirtualMachine machine, MoveId move)
    {
        if (!await machine.PauseAsync().ConfigureAwait(false))
            return new MachineSaved(move, "the machine does not run");
        _audit.Stops(_boot, _slot.Vm, _slot.Incarnation);
        var saved = await machine.SaveSnapshotAsync(_factory.PathOf(move)).ConfigureAwait(false);
        return new MachineSaved(move, saved.Error?.ToString());
    }

    private void SaveSnapshot(SaveSnapshotOf save)
    {
        var host = Context.Parent;
        if (_slot.Machine is not { } machine || _state != VmState.Running || _slot.IsBeingSaved)
        {
            host.Tell(new SnapshotChanged(new SnapshotReport(save.Snapshot, SnapshotProgress.Failed, Problem: "the VM does not run, or is being saved already")));
            return;
        }

        _slot.IsBeingSaved = true;
        PauseSaveAndResume(machine, save.Snapshot).PipeTo(
            host,
            success: report => new SnapshotChanged(report),
            failure: e => new SnapshotChanged(new SnapshotReport(save.Snapshot, SnapshotProgress.Failed, Problem: e.Message)));
    }

    /// <summary>Memory and disk are of one moment: the machine is paused until both are saved. This actor may fail meanwhile; the machine goes on.</summary>
    private async Task<SnapshotReport> PauseSaveAndResume(VirtualMachine machine, SnapshotId snapshot)
    {
        try
        {
            if (!await machine.PauseAsync().ConfigureAwait(false))
                return new SnapshotReport(snapshot, SnapshotProgress.Failed, Problem: "the machine has ended");
            _audit.Stops(_boot, _slot.Vm, _slot.Incarnation);
            try
            {
                return await _factory.SaveSnapshotAsync(machine, _start, snapshot).ConfigureAwait(false);
            }
            finally
            {
                _audit.Runs(_boot, _slot.Vm, _slot.Incarnation);
                if (!await machine.ResumeAsync().ConfigureAwait(false))
                    _audit.Stops(_boot, _slot.Vm, _slot.Incarnation);
            }
        }
        finally
        {
            _slot.IsBeingSaved = false;
        }
    }

    private void Saved(MachineSaved saved)
    {
        if (_state != VmState.Paused)
            return;
        if (saved.Problem is { } problem)
        {
            _log.Warning("{Vm} {Incarnation}: not saved for move {Move}: {Problem}", _slot.Vm, _slot.Incarnation, saved.Move, problem);
            Resume();
            return;
        }

        _slot.Move = saved.Move;
        Tell(new VmReport(_slot.Vm, _slot.Incarnation, VmState.Paused, Move: saved.Move));
    }

    private void Resume()
    {
        if (_slot.Machine is not { } machine || _slot.EndsBecause is not null)
            return;
        if (_slot.Move is { } move)
            _factory.DropMove(move);
        _slot.Move = null;
        _audit.Runs(_boot, _slot.Vm, _slot.Incarnation);
        machine.ResumeAsync().PipeTo(Self, success: _ => new MachineResumed());
    }

    private void Report(VmState state, EndReason? end = null, string? detail = null)
    {
        _state = state;
        Tell(new VmReport(_slot.Vm, _slot.Incarnation, state, end, detail));
    }

    private void Tell(VmReport report) => Context.Parent.Tell(new VmChanged(report));

    private sealed class GraceIsOver : ILocalMessage
    {
        public static readonly GraceIsOver Instance = new();
    }
}
