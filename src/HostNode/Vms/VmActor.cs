using Akka.Actor;
using Akka.Event;
using Trapline.HostNode.Audit;
using Trapline.HostNode.Machines;
using Trapline.HostNode.Storage;
using Trapline.Hypervisor.Devices.Virtio.Input;
using Trapline.Hypervisor.Machine;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.Vms;

namespace Trapline.HostNode.Vms;

/// <summary>
/// One incarnation of one VM on this host: commands its machine, and tells the host actor what becomes of it. It executes no guest code and waits
/// for nothing: building, pausing, saving and closing run elsewhere and come back as messages.
/// <code>
///   Starting ──built──► Running ◄──resumed, or the save was given up── Paused
///       │                 │ │ save ──────────────────────────────────────► │
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
    private (MoveId Move, string Problem)? _notSaved;
    private PowerOffAsked? _asked;
    private bool _pressing;
    private MachineEnded? _endedWhilePressing;

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
        Receive<ResumeMachine>(r => Cancel(r.Move));
        Receive<MoveNotDropped>(n => _log.Warning("{Vm} {Incarnation}: what move {Move} carried could not be deleted: {Problem}", _slot.Vm, _slot.Incarnation, n.Move, n.Why));
        Receive<MachineResumed>(_ => Resumed());
        Receive<PowerButtonPressed>(p => ReferenceEquals(p.Machine, _slot.Machine), Pressed);
        Receive<PressAgain>(_ => Press());
        Receive<GraceIsOver>(_ => GraceOver());
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
        _slot.Building ??= DiskWork.Run(() => _factory.Build(_start, _slot));
        _slot.Building.PipeTo(
            Self,
            success: r => new MachineBuilt(r.Error is null ? r.Value : null, r.Error?.ToString(), r.Error?.Kind),
            failure: e => new MachineBuilt(null, $"{e.GetType().Name}: {e.Message}"));
    }

    /// <summary>The machine of an earlier life of this actor: only what it does now has to be learned again.</summary>
    private void Adopt(VirtualMachine machine)
    {
        _log.Warning("{Vm} {Incarnation}: the actor failed and is back; the machine was not touched", _slot.Vm, _slot.Incarnation);
        Listen(machine);
        if (_slot.EndsBecause is not null)
            CutOff();
        else if (_slot.Move is not null || _slot.Saving is { Move: not null })
            TellPaused();
        else if (machine.State == MachineState.Paused && _slot.Saving is null)
            Resume();
        else
            Report(VmState.Running);
    }

    private void Built(MachineBuilt built)
    {
        if (built.Machine is not { } machine)
        {
            _slot.IsLive = false;
            Report(VmState.Crashed, built.Kind == MachineErrorKind.ImageChanged ? EndReason.ImageChanged : EndReason.StartFailed, built.Problem);
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
        _slot.Saving?.GiveUp();
        _state = VmState.Stopping;
        if (_slot.Machine is not { } machine)
            return; // being built: ended as soon as it is
        if (end.Grace <= TimeSpan.Zero)
        {
            CutOff();
            return;
        }

        _asked = new PowerOffAsked(end.Grace);
        Timers.StartSingleTimer("grace", GraceIsOver.Instance, end.Grace);
        Press();
    }

    /// <summary>Asks the guest to power off.</summary>
    private void Press()
    {
        if (_slot.Machine is not { } machine || _pressing)
            return;
        _pressing = true;
        machine.PressPowerButtonAsync().PipeTo(Self, success: press => new PowerButtonPressed(machine, press), failure: _ => new PowerButtonPressed(machine, PowerPress.NobodyListens));
    }

    /// <summary>
    /// A guest that does not listen and has no disk to write to has nothing to lose. Any other has its grace, for what its kernel has yet to write back,
    /// and is asked again meanwhile: it may be starting, or what should have reacted may not have been there yet.
    /// </summary>
    private void Pressed(PowerButtonPressed pressed)
    {
        _pressing = false;
        if (_asked is not { } asked)
            return;
        asked.Note(pressed.Press);
        if (_endedWhilePressing is { } ended)
            Ended(ended);
        else if (asked.Heard || pressed.Machine.Config.Disks.Any(d => !d.ReadOnly))
            Timers.StartSingleTimer("press", PressAgain.Instance, Limits.BetweenPresses);
        else
            CutOff();
    }

    private void GraceOver()
    {
        if (_asked is { } asked)
            asked.IsOver = true;
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
        if (_pressing)
        {
            _endedWhilePressing = ended; // a guest can be off before the answer is here that it heard
            return;
        }

        (_slot.Machine, _slot.IsLive) = (null, false);
        _audit.Stops(_boot, _slot.Vm, _slot.Incarnation);
        var (state, reason) = EndMapping.Of(ended.End.Kind, _slot.EndsBecause);
        var (vm, incarnation, host) = (_slot.Vm, _slot.Incarnation, Context.Parent);
        var report = new VmReport(vm, incarnation, state, reason, WithDisk(_asked?.Describe(ended.End.Kind) ?? (ended.End.Kind == GuestEndKind.Stopped ? null : ended.End.Message), ended.Machine));
        if (ended.End.Report is { } where)
            _log.Warning("{Vm} {Incarnation}: {End}\n{Where}", vm, incarnation, ended.End.Message, where.Text);
        var closing = _slot.DisposeMachineAsync(ended.Machine);
        closing.PipeTo(host, Self, success: () => new VmChanged(report), failure: e => new VmChanged(report with { Detail = $"{report.Detail} ({e.Message})" }));
        Context.Stop(Self);
    }

    /// <summary>What the guest's end looks like, and what its disk said before: a guest that fails because of that rarely knows why.</summary>
    private static string? WithDisk(string? what, VirtualMachine machine) =>
        what is not null && machine.DiskProblem is { } problem ? $"{what}; its disk failed: {problem}" : what;

    private void Save(SaveMachine save)
    {
        if (_slot.Machine is not { } machine || _state != VmState.Running || _slot.Saving is not null)
        {
            TellAgain(); // asked for again, or not possible now: then the ledger has it noted too early
            return;
        }

        var attempt = _slot.Saving = new SaveAttempt(save.Move, snapshot: null);
        PauseAndSave(machine, attempt).PipeTo(Self, failure: e => new MachineSaved(attempt, e.Message));
        TellPaused();
    }

    private async Task<MachineSaved> PauseAndSave(VirtualMachine machine, SaveAttempt attempt)
    {
        if (!await machine.PauseAsync().ConfigureAwait(false))
            return new MachineSaved(attempt, "the machine does not run");
        _audit.Stops(_boot, _slot.Vm, _slot.Incarnation);
        return new MachineSaved(attempt, await _factory.SaveForMoveAsync(machine, attempt).ConfigureAwait(false));
    }

    /// <summary>The move came to nothing. A save that is under way ends as <see cref="MachineSaved"/> in any case, at once.</summary>
    private void Cancel(MoveId move)
    {
        if (_slot.Move == move)
            Resume();
        else if (_slot.Saving is { } saving && saving.Move == move)
            saving.GiveUp();
        else
            ForgetAbout(move);
    }

    /// <summary>Nothing of that move is left here; if it was not saved, the controller knows it by now.</summary>
    private void ForgetAbout(MoveId move)
    {
        if (_notSaved?.Move == move)
            _notSaved = null;
        TellAgain();
    }

    private void SaveSnapshot(SaveSnapshotOf save)
    {
        var host = Context.Parent;
        if (_slot.Machine is not { } machine || _state != VmState.Running || _slot.Saving is not null)
        {
            host.Tell(new SnapshotChanged(new SnapshotReport(save.Snapshot, SnapshotProgress.Failed, Problem: "the VM does not run, or is being saved already")));
            return;
        }

        var attempt = _slot.Saving = new SaveAttempt(move: null, save.Snapshot);
        PauseSaveAndResume(machine, attempt).PipeTo(
            host,
            success: report => new SnapshotChanged(report),
            failure: e => new SnapshotChanged(new SnapshotReport(save.Snapshot, SnapshotProgress.Failed, Problem: e.Message)));
    }

    /// <summary>Memory and disk are of one moment: the machine is paused until both are saved. This actor may fail meanwhile; the machine goes on.</summary>
    private async Task<SnapshotReport> PauseSaveAndResume(VirtualMachine machine, SaveAttempt attempt)
    {
        try
        {
            if (!await machine.PauseAsync().ConfigureAwait(false))
                return new SnapshotReport(attempt.Snapshot!.Value, SnapshotProgress.Failed, Problem: "the machine has ended");
            _audit.Stops(_boot, _slot.Vm, _slot.Incarnation);
            try
            {
                return await _factory.SaveSnapshotAsync(machine, _start, attempt).ConfigureAwait(false);
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
            _slot.Saving = null;
        }
    }

    private void Saved(MachineSaved saved)
    {
        if (!ReferenceEquals(_slot.Saving, saved.Attempt))
            return;
        var move = saved.Attempt.Move!.Value;
        _slot.Saving = null;
        if (saved.Problem is { } problem)
            _log.Warning("{Vm} {Incarnation}: not saved for move {Move}: {Problem}", _slot.Vm, _slot.Incarnation, move, problem);
        else
            _slot.Move = move;
        var givenUp = saved.Attempt.Enough.IsCancellationRequested;
        if (saved.Problem is { } why && !givenUp)
            _notSaved = (move, why);
        if (saved.Problem is not null || givenUp)
            Resume();
        else
            TellPaused();
    }

    private void Resume()
    {
        if (_slot.Move is { } move)
            DiskWork.Run(() => _factory.DropMove(move)).PipeTo(Self, failure: e => new MoveNotDropped(move, e.Message));
        _slot.Move = null;
        if (_slot.Machine is not { } machine || _slot.EndsBecause is not null)
            return;
        _audit.Runs(_boot, _slot.Vm, _slot.Incarnation);
        machine.ResumeAsync().PipeTo(Self, success: _ => new MachineResumed());
    }

    /// <summary>It runs again. If it was not saved, the report says why until the controller gives that move up: saving it again would pause it for nothing.</summary>
    private void Resumed()
    {
        if (_notSaved is not var (move, problem))
            Report(VmState.Running);
        else
            Tell(new VmReport(_slot.Vm, _slot.Incarnation, _state = VmState.Running, Detail: problem, Move: move));
    }

    private void Report(VmState state, EndReason? end = null, string? detail = null)
    {
        _state = state;
        Tell(new VmReport(_slot.Vm, _slot.Incarnation, state, end, detail));
    }

    private void TellPaused()
    {
        _state = VmState.Paused;
        TellAgain();
    }

    /// <summary>What is so now, whatever was told before.</summary>
    private void TellAgain() => Tell(new VmReport(_slot.Vm, _slot.Incarnation, _state, Move: _slot.Move, Saving: _slot.Saving?.Move));

    private void Tell(VmReport report) => Context.Parent.Tell(new VmChanged(report));

    private static class Limits
    {
        /// <summary>Between two presses of the power button of a guest that has not powered off.</summary>
        public static readonly TimeSpan BetweenPresses = TimeSpan.FromSeconds(1);
    }

    private sealed class PressAgain : ILocalMessage
    {
        public static readonly PressAgain Instance = new();
    }

    private sealed class GraceIsOver : ILocalMessage
    {
        public static readonly GraceIsOver Instance = new();
    }
}
