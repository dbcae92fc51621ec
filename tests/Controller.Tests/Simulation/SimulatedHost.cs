using Trapline.HostNode.Leases;
using Trapline.HostNode.Leftovers;
using Trapline.HostNode.Vms;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.InstanceTypes;
using Trapline.Shared.Leases;
using Trapline.Shared.Vms;

namespace Trapline.Controller.Tests.Simulation;

/// <summary>
/// A host in virtual time: the product's lease and ledger, around machines that are nothing but a state. Its process can be killed,
/// suspended and started again.
/// </summary>
internal sealed class SimulatedHost(SimulatedCluster cluster, HostId id, Resources capacity)
{
    /// <summary>Few, so that reports come in parts.</summary>
    private const int ChangesPerReport = 3;

    private static readonly TimeSpan LookTime = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan ReportInterval = TimeSpan.FromMilliseconds(500);

    private readonly Dictionary<long, TimeSpan> _sentAt = [];
    private readonly HashSet<VmId> _executing = [];
    private HostLease _lease = new(LeaseTerms.Default, 1);
    private KeepersHeard _heard = new();
    private VmLedger _ledger = new();
    private readonly LeftoverShelf _leftovers = new(most: 2);
    private long _life;
    private long _reportedTerm;
    private bool _reportedExecuting;
    private long _sequence;
    private long _answered;
    private long _confirmed;
    private long _heartbeat;

    public HostId Id { get; } = id;

    public BootId Boot { get; private set; }

    public bool IsUp { get; private set; }

    public bool IsSuspended { get; private set; }

    /// <summary>SIGTERM: it asks for its VMs to go elsewhere, until the process is killed.</summary>
    public bool IsEnding { get; private set; }

    /// <summary>How long a VM takes to be saved for a move.</summary>
    public TimeSpan SaveTime { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Why VMs cannot be saved here now; null if they can.</summary>
    public string? SaveProblem { get; set; }

    /// <summary>What its data folder has room for.</summary>
    public DiskSpace? Disk { get; set; }

    public void Start()
    {
        IsUp = true;
        IsSuspended = false;
        IsEnding = false;
        BeginBoot();
    }

    /// <summary>SIGTERM.</summary>
    public void End()
    {
        IsEnding = true;
        SendReport();
    }

    /// <summary>kill -9: everything in the process is gone at once.</summary>
    public void Kill()
    {
        IsUp = false;
        _life++;
        StopExecuting();
    }

    /// <summary>SIGSTOP.</summary>
    public void Suspend()
    {
        IsSuspended = true;
        StopExecuting();
    }

    /// <summary>SIGCONT: the slice loop checks the lease before it executes anything.</summary>
    public void Resume()
    {
        IsSuspended = false;
        Update();
    }

    public void Receive(IWireMessage message)
    {
        if (!IsUp)
            return;
        if (IsSuspended)
        {
            cluster.Time.After(TimeSpan.FromMilliseconds(100), () => Receive(message));
            return;
        }

        switch (message)
        {
            case HeartbeatAnswer answer when answer.Boot == Boot:
                HeartbeatAnswered(answer);
                break;
            case HeartbeatEcho echo when echo.Boot == Boot:
                if (_heard.Note(echo.Keeper, echo.Sequence))
                    Heartbeat();
                break;
            case ReportAnswer answer when answer.Boot == Boot:
                _lease.Confirmed(answer.ConfirmedTerm, cluster.Time.Now);
                Update();
                Heard(answer);
                break;
            case BootIsLost lost when lost.Boot == Boot:
                Rebirth();
                break;
            case SettleLeftovers order when order.Boot == Boot:
                Settle(order);
                break;
            case ScanLeftovers order when order.Boot == Boot && order.Look == _leftovers.Report().Part.Look:
                LookForLeftovers();
                break;
            case VmOrder order when order.Boot == Boot:
                CarryOut(_ledger.Handle(order.Command));
                break;
        }
    }

    /// <summary>The guest of a VM ends by itself, if it executes.</summary>
    public bool EndGuest(VmId vm, EndReason reason)
    {
        if (!_executing.Contains(vm) || _ledger.Find(vm) is not { } report)
            return false;
        var state = reason is EndReason.PoweredOff or EndReason.GuestReset ? VmState.Stopped : VmState.Crashed;
        Change(report with { State = state, End = reason });
        return true;
    }

    private void BeginBoot()
    {
        _life++;
        Boot = new BootId($"b{cluster.NextBoot():00000000}");
        _lease = new HostLease(LeaseTerms.Default, cluster.KeeperCount);
        _heard = new KeepersHeard();
        _ledger = new VmLedger();
        _confirmed = 0;
        _sentAt.Clear();
        var life = _life;
        LookForLeftovers();
        Heartbeat();
        SendReport();
        cluster.Time.Every(LeaseTerms.Default.EagerInterval, () => WhileAlive(life, HeartbeatIfDue));
        cluster.Time.Every(ReportInterval, () => WhileAlive(life, SendReport));
        cluster.Time.Every(TimeSpan.FromMilliseconds(50), () => WhileAlive(life, Update));
    }

    private bool WhileAlive(long life, Action action)
    {
        if (life != _life || !IsUp)
            return false;
        if (!IsSuspended)
            action();
        return true;
    }

    /// <summary>This boot was called lost: drop everything and come back as another.</summary>
    private void Rebirth()
    {
        StopExecuting();
        BeginBoot();
    }

    private void HeartbeatIfDue()
    {
        if (cluster.Time.Now - _sentAt[_heartbeat] >= _lease.HeartbeatInterval)
            Heartbeat();
    }

    private void Heartbeat()
    {
        _sentAt[++_heartbeat] = cluster.Time.Now;
        cluster.ToKeepers(Id.Value, new Heartbeat(Id, Boot, _heartbeat, _heard.All));
    }

    private void HeartbeatAnswered(HeartbeatAnswer answer)
    {
        _heard.Note(answer.Keeper, answer.Sequence);
        if (!answer.Granted)
            _lease.Refused(answer.Keeper);
        else if (_sentAt.TryGetValue(answer.Sequence, out var sentAt))
            _lease.Granted(answer.Keeper, sentAt, cluster.Time.Now);
        if (_lease.IsLost)
            Rebirth();
        else if (_lease.Term != _reportedTerm)
            SendReport();
        Update();
    }

    private void SendReport()
    {
        _reportedExecuting = _lease.MayExecute(cluster.Time.Now);
        _reportedTerm = _lease.Term;
        var (vms, part) = _ledger.ReportSince(_confirmed, ChangesPerReport);
        var (left, leftPart) = _leftovers.Report();
        cluster.ToController(Id.Value, new HostReport(
            Id, Boot, ++_sequence, _lease.Term, _lease.MayExecute(cluster.Time.Now), capacity, IsEnding, vms, left, part, LeftoverPart: leftPart, Disk: Disk));
    }

    private void Heard(ReportAnswer answer)
    {
        if (answer.Sequence <= _answered)
            return;
        (_answered, _confirmed) = (answer.Sequence, answer.Version ?? 0);
        _ledger.Confirmed(_confirmed);
        if (answer.Sequence == _sequence && _confirmed < _ledger.Version)
            SendReport();
    }

    private void CarryOut(VmEffect effect)
    {
        switch (effect)
        {
            case VmEffect.Build build:
                cluster.Build(build.Command);
                Later(cluster.StartTime, build.Vm, build.Command.Incarnation, r => r with { State = VmState.Running });
                break;
            case VmEffect.End end:
                Later(TimeSpan.FromMilliseconds(20), end.Vm, end.Incarnation, r => r with { State = VmState.Stopped, End = end.Reason });
                break;
            case VmEffect.Save save:
                if (_ledger.Find(save.Vm) is { } running)
                    Change(running with { State = VmState.Paused });
                Later(SaveTime, save.Vm, save.Incarnation, r => Saved(r, save.Move));
                break;
            case VmEffect.DeleteVolumes delete:
                Delete(() => cluster.DeleteVolumes(delete.Vm));
                break;
            case VmEffect.ResumeAfterMove resume when _ledger.Find(resume.Vm) is { } paused:
                cluster.Moves.Remove(resume.Move);
                Change(paused with { State = VmState.Running, Move = null, Saving = null, Detail = null });
                break;
        }

        Update();
        if (effect is not VmEffect.Refused)
            SendReport();
    }

    /// <summary>Deleting takes time, and a process that dies meanwhile has not done it.</summary>
    private void Delete(Action delete)
    {
        var life = _life;
        cluster.Time.After(TimeSpan.FromMilliseconds(20), () =>
        {
            if (life == _life)
                delete();
        });
    }

    private VmReport Saved(VmReport report, MoveId move)
    {
        if (report.State != VmState.Paused || report.Saving != move)
            return report;
        if (SaveProblem is not null)
            return report with { State = VmState.Running, Move = move, Saving = null, Detail = SaveProblem };
        cluster.Moves.Add(move);
        return report with { Move = move, Saving = null };
    }

    private void LookForLeftovers()
    {
        _leftovers.Begin();
        var (life, look) = (_life, _leftovers.Report().Part.Look);
        cluster.Time.After(LookTime, () =>
        {
            if (life != _life || look != _leftovers.Report().Part.Look)
                return;
            _leftovers.Found(new LeftoverFinds([.. cluster.Volumes], [.. cluster.Moves]));
            SendReport();
        });
    }

    private void Settle(SettleLeftovers order)
    {
        if (_leftovers.Settle(order) is not var (vms, moves))
            return;
        foreach (var vm in vms)
            Delete(() => cluster.DeleteVolumes(vm));
        foreach (var move in moves)
            Delete(() => cluster.DeleteMove(move));
        SendReport();
    }

    private void Later(TimeSpan delay, VmId vm, Incarnation incarnation, Func<VmReport, VmReport> change)
    {
        var life = _life;
        cluster.Time.After(delay, () =>
        {
            if (life != _life)
                return;
            if (IsSuspended)
                Later(TimeSpan.FromMilliseconds(100), vm, incarnation, change);
            else if (_ledger.Find(vm) is { } report && report.Incarnation == incarnation && !VmLifecycle.IsFinal(report.State))
                Change(change(report));
        });
    }

    private void Change(VmReport report)
    {
        if (_ledger.Changed(report))
            SendReport();
        Update();
    }

    /// <summary>Guests execute exactly while the lease allows it and their machine runs.</summary>
    private void Update()
    {
        var may = IsUp && !IsSuspended && _lease.MayExecute(cluster.Time.Now);
        if (may && !_reportedExecuting)
            SendReport();
        foreach (var report in _ledger.Report())
        {
            if (may && report.State == VmState.Running && _executing.Add(report.Vm))
                cluster.Auditor.Begins(report.Vm, Id.Value, report.Incarnation, cluster.Time.Now);
            else if ((!may || report.State != VmState.Running) && _executing.Remove(report.Vm))
                cluster.Auditor.Ends(report.Vm, Id.Value, report.Incarnation, cluster.Time.Now);
        }
    }

    private void StopExecuting()
    {
        foreach (var report in _ledger.Report())
        {
            if (_executing.Remove(report.Vm))
                cluster.Auditor.Ends(report.Vm, Id.Value, report.Incarnation, cluster.Time.Now);
        }
    }
}
