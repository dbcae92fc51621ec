using Akka.Actor;
using Akka.Event;
using Trapline.HostNode.Audit;
using Trapline.HostNode.Disks;
using Trapline.HostNode.Leases;
using Trapline.HostNode.Leftovers;
using Trapline.HostNode.Machines;
using Trapline.HostNode.Snapshots;
using Trapline.HostNode.Storage;
using Trapline.HostNode.Vms;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.Vms;

namespace Trapline.HostNode;

/// <summary>
/// The host: holds the lease, reports to the controller, carries out its orders through a VM actor for each VM, and supervises those. A thin shell
/// around <see cref="HostLease"/> and <see cref="VmLedger"/>.
/// <code>
///   keepers ──answers──► HostLease ──► LeasePermit (looked at before every slice)
///   controller ──orders──► VmLedger ──effects──► VM actors ──changes──► VmLedger ──report──► controller
/// </code>
/// When a majority of the keepers, or the controller, calls this boot lost, its machines are dropped and a new boot begins, in the same process.
/// </summary>
public sealed class HostActor : ReceiveActor, IWithTimers
{
    /// <summary>Its name below /user.</summary>
    public const string Name = Names.Host;

    private const string ReportTimer = "report";

    private readonly HostSettings _settings;
    private readonly HostContacts _contacts;
    private readonly HostFolder _folder;
    private readonly MachineFactory _factory;
    private readonly LeasePermit _permit;
    private readonly AuditLog _audit;
    private readonly TimeProvider _time;
    private readonly long _origin;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<long, TimeSpan> _sentAt = [];
    private readonly Dictionary<VmId, IActorRef> _actors = [];
    private readonly Dictionary<IActorRef, MachineSlot> _slots = [];
    private readonly HashSet<IActorRef> _earlier = [];
    private readonly VmConsoles _consoles;
    private readonly VmDebuggers _debuggers = new();
    private readonly SnapshotShelf _shelf = new();
    private readonly VolumeFolder _volumes;
    private readonly HostLeftovers _leftovers;
    private readonly DiskGauge _disk;
    private BootId _boot;
    private HostLease _lease = null!;
    private KeepersHeard _heard = null!;
    private VmLedger _ledger = null!;
    private long _heartbeat;
    private long _report;
    private long _answered;
    private long _confirmed;
    private TimeSpan _reportedAt = TimeSpan.MinValue;
    private TimeSpan _published = TimeSpan.MinValue;
    private bool _reportIsDue;
    private bool _draining;

    /// <summary>A host that has not begun its first boot.</summary>
    public HostActor(HostSettings settings, HostContacts contacts, HostEnvironment environment)
    {
        _settings = settings;
        _contacts = contacts;
        (_folder, _factory, _permit, _audit, var keeper, _time, _origin) = environment;
        _volumes = new VolumeFolder(_factory.Root);
        _leftovers = new HostLeftovers(_factory, _shelf, _log);
        _disk = new DiskGauge(_factory.Root);
        var self = Self;
        _consoles = new VmConsoles(keeper, vm => self.Tell(new ConsoleGrew(vm)));
        Receive<Tick>(_ => OnTick());
        Receive<ReportNow>(_ => _reportIsDue, _ => SendReport());
        Receive<HeartbeatAnswer>(a => a.Boot == _boot, Answered);
        Receive<HeartbeatEcho>(e => e.Boot == _boot, e =>
        {
            if (_heard.Note(e.Keeper, e.Sequence))
                Beat();
        });
        Receive<ReportAnswer>(a => a.Boot == _boot, a =>
        {
            _lease.Confirmed(a.ConfirmedTerm, Now);
            PublishPermit();
            Heard(a);
        });
        Receive<BootIsLost>(lost => lost.Boot == _boot, _ => Rebirth("the controller calls this boot lost"));
        Receive<VmOrder>(order => order.Boot == _boot, order => CarryOut(_ledger.Handle(order.Command)));
        Receive<VmChanged>(changed => Changed(changed.Report));
        Receive<Terminated>(gone => Gone(gone.ActorRef));
        Receive<MachineGone>(Gone);
        Receive<BeginDraining>(_ =>
        {
            _draining = true;
            SendReport();
        });
        Receive<FailVmActor>(fail => ActorOf(fail.Vm)?.Tell(new FailNow("asked to fail")));
        Receive<ReadConsole>(read => _consoles.Read(read, Sender, Now));
        Receive<ConsoleGrew>(grew => _consoles.Answer(grew.Vm, Now));
        Receive<TypeToConsole>(typed => Sender.Tell(_consoles.Type(typed)));
        Receive<SnapshotOrder>(order => order.Boot == _boot, order => CarryOut(order.Command, _shelf.Handle(order.Command)));
        Receive<SnapshotChanged>(changed => CarryOut(new DropSnapshot(changed.Report.Snapshot), _shelf.Changed(changed.Report)));
        Receive<SnapshotNotDropped>(not => _shelf.NotDropped(not.Snapshot));
        Receive<LeftoversFound>(found => ReportSoonIf(_leftovers.Found(found)));
        Receive<SettleLeftovers>(order => order.Boot == _boot, order => ReportSoonIf(_leftovers.Settle(order, Self, Delete)));
        Receive<ScanLeftovers>(order => order.Boot == _boot, order => _leftovers.LookAgain(order, Self));
        Receive<NotDeleted>(not => _log.Warning("{What} could not be deleted: {Why}; the next host that starts looks again", not.What, not.Why));
        Receive<DiskSeen>(_disk.Seen);
        Receive<ListVolumes>(list => DiskWork.Ask(() => _volumes.Page(list)).PipeTo(Sender, Self, success: v => new VolumesFound(v)));
        Receive<ReadExits>(read => Sender.Tell(VmFigures.Exits(SlotOf(read.Vm), read.Vm, _settings.Host, Now)));
        Receive<ReadUsage>(read => Sender.Tell(VmFigures.Usage(read, _slots.Values, _settings.Host, Now)));
        Receive<KeepDebugger>(keep => Sender.Tell(_debuggers.Keep(keep, SlotOf(keep.Vm), Now)));
        Receive<CloseDebugger>(close => _debuggers.Close(close.Vm));
        Receive<MakeVmActorFail>(fail =>
        {
            var actor = ActorOf(fail.Vm);
            actor?.Tell(new FailNow("asked to fail"));
            Sender.Tell(actor is null ? new VmIsNotHere(fail.Vm) : new VmActorFails(fail.Vm));
        });
        Receive<HostQuery>(_ => Sender.Tell(new HostView(_boot, _ledger.Report(), _ledger.Live)));
        // What another boot was told is nobody's loss.
        Receive<IWireMessage>(_ => { });
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Now => _time.GetElapsedTime(_origin);

    /// <summary>The lease allows it, and no machine of an earlier boot is left that would execute under it.</summary>
    private bool MayExecute => _earlier.Count == 0 && _lease.MayExecute(Now);

    /// <summary>How the process starts it.</summary>
    public static Props Props(HostSettings settings, HostContacts contacts, HostEnvironment environment) =>
        Akka.Actor.Props.Create(() => new HostActor(settings, contacts, environment));

    /// <inheritdoc/>
    protected override void PreStart()
    {
        BeginBoot();
        Timers.StartPeriodicTimer("tick", Tick.Instance, _settings.Lease.EagerInterval);
    }

    /// <summary>
    /// A host actor that fails is not built anew: nobody would know the machines that it leaves. Its process ends, and they with it.
    /// </summary>
    protected override void PostStop()
    {
        _permit.Publish(TimeSpan.MinValue);
        _ = Context.System.Terminate();
    }

    /// <summary>A failed VM actor is built anew around its machine; one that fails again and again takes its machine with it.</summary>
    protected override SupervisorStrategy SupervisorStrategy() =>
        new OneForOneStrategy(_settings.ActorRestarts, _settings.ActorRestartWindow, _ => Directive.Restart);

    private void BeginBoot()
    {
        _boot = _audit.Boot = _folder.NextBoot();
        _lease = new HostLease(_settings.Lease, _settings.Keepers);
        _heard = new KeepersHeard();
        _ledger = new VmLedger();
        _confirmed = 0;
        _leftovers.Look(Self);
        _sentAt.Clear();
        PublishPermit();
        _log.Info("Host {Host} begins boot {Boot}", _settings.Host, _boot);
        Beat();
        SendReport();
    }

    private void Rebirth(string why)
    {
        _log.Warning("Host {Host}: {Why}; its {Vms} VMs are dropped", _settings.Host, why, _ledger.Live);
        foreach (var actor in _slots.Keys)
            actor.Tell(new EndMachine(EndReason.Fenced, TimeSpan.Zero));
        _earlier.UnionWith(_slots.Keys);
        _actors.Clear();
        _consoles.Clear();
        BeginBoot();
    }

    private void OnTick()
    {
        var sentAt = _sentAt.GetValueOrDefault(_heartbeat, TimeSpan.MinValue);
        if (sentAt == TimeSpan.MinValue || Now - sentAt >= _lease.HeartbeatInterval)
            Beat();
        PublishPermit();
        _consoles.AnswerDue(Now);
        _debuggers.CloseDue(Now);
        _disk.LookIfDue(Now, Self);
        if (Now - _reportedAt >= _settings.ReportInterval)
            SendReport();
    }

    private void Beat()
    {
        _sentAt[++_heartbeat] = Now;
        _sentAt.Remove(_heartbeat - Limits.HeartbeatsRemembered);
        _contacts.ToKeepers(new Heartbeat(_settings.Host, _boot, _heartbeat, _heard.All), Self);
    }

    private void Answered(HeartbeatAnswer answer)
    {
        var term = _lease.Term;
        _heard.Note(answer.Keeper, answer.Sequence);
        if (!answer.Granted)
            _lease.Refused(answer.Keeper);
        else if (_sentAt.TryGetValue(answer.Sequence, out var sentAt))
            _lease.Granted(answer.Keeper, sentAt, Now);
        PublishPermit();
        if (_lease.IsLost)
            Rebirth("a majority of the lease keepers calls this boot lost");
        else if (_lease.Term != term)
            SendReport();
    }

    private void PublishPermit()
    {
        var may = MayExecute;
        var until = may ? _lease.ExecuteUntil : TimeSpan.MinValue;
        if (until == _published)
            return;
        if (may)
            _audit.Permit(_permit.ToScheduler(until));
        _permit.Publish(until);
        if (!may)
        {
            _audit.Lapse();
            _log.Warning("Host {Host} has no lease: its guests are paused", _settings.Host);
        }

        if (may != (_published != TimeSpan.MinValue))
            ReportSoon();
        _published = until;
    }

    private void SendReport()
    {
        (_reportIsDue, _reportedAt) = (false, Now);
        Timers.Cancel(ReportTimer);
        var (vms, part) = _ledger.ReportSince(_confirmed, Limits.ChangesPerReport);
        var (left, leftPart) = _leftovers.Report();
        _contacts.ToController(
            new HostReport(_settings.Host, _boot, ++_report, _lease.Term, MayExecute, _settings.Capacity, _draining, vms, left, part, _shelf.Report(), leftPart, _disk.Space),
            Self);
    }

    /// <summary>The controller says how much it knows; what did not fit, or was lost with an earlier controller, follows.</summary>
    private void Heard(ReportAnswer answer)
    {
        if (answer.Sequence <= _answered)
            return;
        _answered = answer.Sequence;
        _confirmed = answer.Version ?? 0;
        _ledger.Confirmed(_confirmed);
        if (answer.Sequence == _report && answer.Version < _ledger.Version)
            ReportSoon();
    }

    private void CarryOut(VmEffect effect)
    {
        switch (effect)
        {
            case VmEffect.Refused:
                return;
            case VmEffect.Build build:
                Build(build.Command);
                break;
            case VmEffect.End end:
                ActorOf(end.Vm)?.Tell(new EndMachine(end.Reason, end.Grace));
                break;
            case VmEffect.Save save:
                ActorOf(save.Vm)?.Tell(new SaveMachine(save.Move));
                break;
            case VmEffect.ResumeAfterMove resume:
                ActorOf(resume.Vm)?.Tell(new ResumeMachine(resume.Move));
                break;
            case VmEffect.DeleteVolumes delete:
                Delete(delete.Vm);
                break;
        }

        ReportSoon();
    }

    /// <summary>Deletes what there is of a VM that is gone.</summary>
    private void Delete(VmId vm)
    {
        _consoles.Remove(vm);
        DiskWork.Run(() => _factory.DeleteVolumes(vm)).PipeTo(Self, failure: e => new NotDeleted($"what is left of {vm}", e.Message));
    }

    private void ReportSoonIf(bool changed)
    {
        if (changed)
            ReportSoon();
    }

    private void Build(StartVm start)
    {
        var slot = new MachineSlot(start.Vm, start.Incarnation);
        var actor = Context.ActorOf(VmActor.Props(_boot, start, slot, _factory, _audit), $"vm-{start.Vm}-{_boot}-{start.Incarnation.Value}");
        _actors[start.Vm] = actor;
        _slots[actor] = slot;
        _consoles.Add(slot);
        Context.Watch(actor);
    }

    private void Changed(VmReport report)
    {
        if (!_ledger.Changed(report))
            return;
        if (VmLifecycle.IsFinal(report.State))
        {
            _actors.Remove(report.Vm);
            if (report.End is EndReason.Moved or EndReason.Fenced)
                _consoles.Leave(report.Vm);
            else
                _consoles.Answer(report.Vm, Now);
        }

        ReportSoon();
    }

    /// <summary>A VM actor is gone. If it left a machine behind it had failed too often: then the machine goes with it.</summary>
    private void Gone(IActorRef actor)
    {
        if (!_slots.Remove(actor, out var slot))
            return;
        if (slot.Machine is not { } machine)
        {
            NoLongerEarlier(actor);
            return;
        }

        (slot.Machine, slot.IsLive) = (null, false);
        var gone = new MachineGone(actor, slot);
        slot.DisposeMachineAsync(machine).PipeTo(Self, success: () => gone, failure: _ => gone);
    }

    private void Gone(MachineGone gone)
    {
        var (vm, incarnation) = (gone.Slot.Vm, gone.Slot.Incarnation);
        _audit.Stops(_boot, vm, incarnation);
        Changed(new VmReport(vm, incarnation, VmState.Crashed, EndReason.HypervisorFault, "its actor failed again and again"));
        NoLongerEarlier(gone.Actor);
    }

    /// <summary>When the last machine of an earlier boot has ended, those of the present one may execute.</summary>
    private void NoLongerEarlier(IActorRef actor)
    {
        if (_earlier.Remove(actor) && _earlier.Count == 0)
            PublishPermit();
    }

    /// <summary>
    /// Changes of one burst go out together: the first at once, behind the messages that wait already, the others at a distance that spares the
    /// controller a plan for each.
    /// </summary>
    private void ReportSoon()
    {
        if (_reportIsDue)
            return;
        _reportIsDue = true;
        var wait = _reportedAt + Limits.ReportDistance - Now;
        if (wait <= TimeSpan.Zero)
            Self.Tell(ReportNow.Instance);
        else
            Timers.StartSingleTimer(ReportTimer, ReportNow.Instance, wait);
    }

    private IActorRef? ActorOf(VmId vm) => _actors.GetValueOrDefault(vm);

    private void CarryOut(ISnapshotCommand command, SnapshotEffect effect)
    {
        var id = command.Snapshot;
        if (effect == SnapshotEffect.Take && command is TakeSnapshot take)
        {
            if (SlotOf(take.Vm) is { } slot && slot.Incarnation == take.Incarnation)
                ActorOf(take.Vm)!.Tell(new SaveSnapshotOf(id));
            else
                _shelf.Changed(new SnapshotReport(id, SnapshotProgress.Failed, Problem: $"{take.Vm} {take.Incarnation} is not here"));
        }
        else if (effect == SnapshotEffect.GiveUp)
        {
            foreach (var slot in _slots.Values)
            {
                if (slot.Saving is { } saving && saving.Snapshot == id)
                    saving.GiveUp();
            }
        }
        else if (effect == SnapshotEffect.Drop)
        {
            DiskWork.Run(() => _factory.Snapshots.Remove(id)).PipeTo(
                Self,
                success: () => new SnapshotChanged(new SnapshotReport(id, SnapshotProgress.Dropped)),
                failure: _ => new SnapshotNotDropped(id));
        }

        ReportSoon();
    }

    /// <summary>Where the present incarnation's machine lives.</summary>
    private MachineSlot? SlotOf(VmId vm) => ActorOf(vm) is { } actor ? _slots.GetValueOrDefault(actor) : null;

    private static class Limits
    {
        /// <summary>Heartbeats whose answers still count; a lease is far shorter.</summary>
        public const int HeartbeatsRemembered = 100;

        /// <summary>Changes in one report: below 1 MiB as a message, with whatever guests have said about their ends.</summary>
        public const int ChangesPerReport = 2_000;

        /// <summary>Between two reports because of changes.</summary>
        public static readonly TimeSpan ReportDistance = TimeSpan.FromMilliseconds(20);
    }

    private sealed class ReportNow : ILocalMessage
    {
        public static readonly ReportNow Instance = new();
    }

    private sealed class Tick : ILocalMessage
    {
        public static readonly Tick Instance = new();
    }
}
