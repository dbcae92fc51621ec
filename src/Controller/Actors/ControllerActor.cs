using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using Trapline.Controller.Balancing;
using Trapline.Controller.Clocks;
using Trapline.Controller.Commands;
using Trapline.Controller.Journal;
using Trapline.Controller.Leases;
using Trapline.Controller.Model;
using Trapline.Controller.Model.Events;
using Trapline.Controller.Placement;
using Trapline.Controller.Reconciliation;
using Trapline.Controller.Views;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;

namespace Trapline.Controller.Actors;

/// <summary>
/// The one actor that decides: a cluster singleton and persistent actor. A thin shell around plain functions: it feeds
/// <see cref="CommandValidation"/> and <see cref="Reconciler"/> with the model and with what hosts and keepers say, keeps what they return in the
/// journal, and then sends what follows from it.
/// <code>
///   request ──► CommandValidation ──┐
///                                   ├──► events ──► journal ──► model ──► Reconciler ──► events (again), or orders to hosts
///   report, verdict ──► Observed ───┘
/// </code>
/// Everything arrives as a message; while events are being written, further messages wait. Nothing is answered or ordered before it is kept.
/// </summary>
public sealed class ControllerActor : ReceivePersistentActor, IWithTimers
{
    /// <summary>The singleton's name.</summary>
    public const string Name = "controller";

    private const string WakeTimer = "wake";

    private readonly ControllerSettings _settings;
    private readonly ControllerContacts _contacts;
    private readonly SteadyClock _clock;
    private readonly TimeProvider _alwaysOn;
    private readonly long _origin;
    private readonly CommandThrottle _throttle;
    private readonly HostWatch _watch;
    private readonly Dictionary<HostId, IActorRef> _hosts = [];
    private readonly Dictionary<HostId, HostReport> _unanswered = [];
    private readonly EventRing _events = new();
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private ClusterModel _model = ClusterModel.Empty;
    private Observed _observed = Observed.Nothing;
    private long _sinceSnapshot;
    private bool _planIsDue;
    private TimeSpan _plannedAt;
    private DateTimeOffset? _wakeAt;
    private IActorRef? _waiting;

    /// <summary>A controller that has yet to recover.</summary>
    /// <param name="settings">Its numbers.</param>
    /// <param name="contacts">How keepers are reached.</param>
    /// <param name="time">The clock.</param>
    /// <param name="alwaysOn">One that counts time in which the machine is suspended: verdicts grow old then.</param>
    public ControllerActor(ControllerSettings settings, ControllerContacts contacts, TimeProvider time, TimeProvider alwaysOn)
    {
        _settings = settings;
        _contacts = contacts;
        _clock = new SteadyClock(time);
        _alwaysOn = alwaysOn;
        _origin = alwaysOn.GetTimestamp();
        _throttle = new CommandThrottle(settings.ResendAfter);
        _watch = new HostWatch(settings.Lease, settings.Keepers);
        Recover<SnapshotOffer>(offer => _model = ((ModelSnapshotV1)offer.Snapshot).ToModel());
        Recover<IClusterEvent>(Apply);
        Recover<RecoveryCompleted>(_ => Begin());
        Requests();
        Questions();
        HostsAndKeepers();
        Snapshots();
    }

    /// <inheritdoc/>
    public override string PersistenceId => "controller";

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    private DateTimeOffset Now => _clock.Utc;

    private ClusterViews Views => new(_model, _observed, _clock.Now, _settings.Reconciler);

    private TimeSpan Monotonic => _clock.Monotonic;

    private TimeSpan AlwaysOn => _alwaysOn.GetElapsedTime(_origin);

    /// <summary>How the singleton manager starts it.</summary>
    public static Props Props(ControllerSettings settings, ControllerContacts contacts, TimeProvider time, TimeProvider alwaysOn) =>
        Akka.Actor.Props.Create(() => new ControllerActor(settings, contacts, time, alwaysOn));

    /// <summary>What is being written may be in the journal or not: whoever asked for it is told so, and the next life of the controller reads what is.</summary>
    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        base.OnPersistFailure(cause, @event, sequenceNr);
        var problem = JournalTrouble.Describe("the journal cannot be written", cause);
        _waiting?.Tell(new NobodyDecides(problem, MayBeKept: true));
        Context.Parent.Tell(new JournalFailed(problem));
    }

    /// <inheritdoc/>
    protected override void OnRecoveryFailure(Exception reason, object? message = null)
    {
        base.OnRecoveryFailure(reason, message);
        Context.Parent.Tell(new JournalFailed(JournalTrouble.Describe("the journal cannot be read", reason)));
    }

    private void Begin()
    {
        _clock.BeginAt(_model.At);
        Context.Parent.Tell(JournalWorks.Instance);
        _log.Info("Recovered {Vms} VMs and {Hosts} hosts at generation {Generation}", _model.Vms.Count, _model.Hosts.Count, _model.Generation);
        Timers.StartPeriodicTimer("tick", Tick.Instance, _settings.Tick);
        if (_settings.Balancer is not null)
            Timers.StartPeriodicTimer("balance", Balance.Instance, _settings.BalanceInterval);
        PlanSoon();
    }

    private void Requests()
    {
        Command<IClientRequest>(request =>
        {
            var verdict = new CommandValidation(_model, ReadinessOf, Now, _settings.Admission).Judge(request);
            var client = Sender;
            if (verdict.Rejection is { } rejection)
                client.Tell(rejection);
            else
                Accept(client, verdict.Events, verdict.Vms);
        });
        Command<ClusterQuery>(_ => Sender.Tell(new ClusterState(_model, _observed, Now, _settings.Reconciler)));
    }

    /// <summary>What the API asks, from whichever node.</summary>
    private void Questions()
    {
        Command<DescribeCluster>(question => Sender.Tell(Views.Describe(AddressOf, question.After)));
        Command<DescribeNodes>(_ => Sender.Tell(Views.DescribeNodes(AddressOf)));
        Command<DescribeVm>(question => Sender.Tell(Views.DescribeVm(question.Vm)));
        Command<DescribeVms>(question => Sender.Tell(Views.DescribeVms(question.Vms)));
        Command<ListSnapshots>(question => Sender.Tell(Views.Snapshots(question)));
        Command<LocateVm>(question => Sender.Tell(Views.Locate(question.Vm, AddressOf)));
        Command<ExplainPlacement>(question => Sender.Tell(Views.Explain(question.Vm)));
        Command<EventsAfter>(after => Sender.Tell(new EventsKept(_events.After(after.Generation, after.Most), _model.Generation)));
    }

    private void HostsAndKeepers()
    {
        Command<HostReport>(report =>
        {
            if (_observed.IsOld(report))
                return; // it came by more than one way
            var isNews = _observed.IsNews(report) || !TakesVms(report.Host);
            _hosts[report.Host] = Sender;
            _observed = _observed.With(report, Monotonic);
            _unanswered[report.Host] = report;
            if (isNews)
                PlanSoon();
            else if (!_planIsDue)
                AnswerReports();
        });
        Command<LostVerdict>(verdict =>
        {
            if (_watch.Verdict(verdict.Keeper, verdict.Boot, verdict.Round, verdict.Lost, AlwaysOn) is { } evidence)
                Died(verdict.Host, verdict.Boot, evidence);
        });
        Command<HostDied>(died =>
        {
            var isNews = _model.Hosts.TryGetValue(died.Host, out var host) && (died.Boot ?? host.Boot) == host.Boot && !host.Lost;
            Accept(Sender, isNews ? [DeathOf(host!, $"seen by {died.Witness}")] : [], []);
        });
        Command<Tick>(_ =>
        {
            AskKeepers();
            CheckClock();
            if (Monotonic - _plannedAt >= _settings.PlanInterval)
                PlanSoon();
        });
        Command<PlanNow>(_ => Reconcile());
        Command<Wake>(_ =>
        {
            _wakeAt = null;
            PlanSoon();
        });
        Command<Balance>(_ => ProposeMoves());
    }

    private void Snapshots()
    {
        Command<SaveSnapshotSuccess>(saved =>
        {
            DeleteMessages(saved.Metadata.SequenceNr);
            DeleteSnapshots(new SnapshotSelectionCriteria(saved.Metadata.SequenceNr - 1));
        });
        Command<SaveSnapshotFailure>(failed => _log.Warning(failed.Cause, "No snapshot at {SequenceNr}; the journal keeps the events", failed.Metadata.SequenceNr));
        Command<DeleteMessagesFailure>(failed => _log.Warning(failed.Cause, "Events up to {SequenceNr} could not be deleted", failed.ToSequenceNr));
        Command<DeleteMessagesSuccess>(_ => { });
        Command<DeleteSnapshotsSuccess>(_ => { });
        Command<DeleteSnapshotsFailure>(failed => _log.Warning(failed.Cause, "Older snapshots could not be deleted"));
    }

    /// <summary>Answers that something is accepted when it is in the journal, and not before: the controller may die behind its answer.</summary>
    private void Accept(IActorRef client, ImmutableArray<IClusterEvent> events, ImmutableArray<VmId> vms)
    {
        _waiting = client;
        Keep(events, () =>
        {
            _waiting = null;
            client.Tell(new Accepted(vms, _model.Generation));
        });
    }

    private HostLost DeathOf(HostRecord host, string evidence)
    {
        _observed = _observed.WithDeath(host.Id, host.Boot, evidence);
        return new HostLost(Now, host.Id, host.Boot, evidence);
    }

    /// <summary>A verdict came; one on a boot that is not the host's present one any more says nothing new.</summary>
    private void Died(HostId id, BootId boot, string evidence)
    {
        if (!_model.Hosts.TryGetValue(id, out var host) || host.Boot != boot || host.Lost)
            return;
        _observed = _observed.WithDeath(id, boot, evidence);
        PlanSoon();
    }

    /// <summary>
    /// Confirms the lease terms of hosts that nobody has moved on from. Never while a plan is due: what was just learned may call one of them lost.
    /// </summary>
    private void AnswerReports()
    {
        foreach (var report in _unanswered.Values)
        {
            if (_model.Hosts.TryGetValue(report.Host, out var record) && record.Boot == report.Boot && !record.Lost)
                _hosts[report.Host].Tell(new ReportAnswer(report.Boot, report.Sequence, report.LeaseTerm, _observed.Hosts[report.Host].VersionOf(report.Boot)));
        }

        _unanswered.Clear();
    }

    private void AskKeepers()
    {
        var round = _watch.BeginRound(AlwaysOn);
        foreach (var host in _watch.Suspects(_model, _observed, Monotonic))
            _contacts.ToKeepers(new LostQuestion(host.Id, host.Boot, round), Self);
    }

    private void CheckClock()
    {
        var drift = _clock.Drift;
        if (drift.Duration() >= _settings.ClockStep)
            Keep([new ClockSet(Now + drift, drift)], null);
    }

    private string? AddressOf(HostId host) => _hosts.GetValueOrDefault(host)?.Path.ToString();

    private bool TakesVms(HostId host) => _observed.TakesVms(host, Monotonic, _settings.Reconciler.ReportTimeout);

    private HostReadiness ReadinessOf(HostId host) => _observed.ReadinessOf(host, Monotonic, _settings.Reconciler.ReportTimeout);

    /// <summary>Plans once the messages that wait already are in: those of one burst lead to one plan.</summary>
    private void PlanSoon()
    {
        if (_planIsDue)
            return;
        _planIsDue = true;
        Self.Tell(PlanNow.Instance);
    }

    /// <summary>Plans until there is nothing left to decide, then sends the orders and answers reports.</summary>
    private void Reconcile()
    {
        (_planIsDue, _plannedAt) = (false, Monotonic);
        var plan = Reconciler.Plan(_model, _observed, _clock.Now, _settings.Reconciler);
        if (!plan.Decisions.IsEmpty)
        {
            Keep(plan.Decisions, null);
            return;
        }

        foreach (var command in _throttle.Due(plan, Monotonic))
        {
            if (_hosts.TryGetValue(command.Host, out var host))
                host.Tell(command.Message);
        }

        AnswerReports();
        WakeAt(plan.WakeAt);
    }

    /// <summary>Plans again when time alone changes the plan: after a back-off, at a deadline.</summary>
    private void WakeAt(DateTimeOffset? at)
    {
        if (at == _wakeAt)
            return;
        _wakeAt = at;
        if (at is { } moment)
            Timers.StartSingleTimer(WakeTimer, Wake.Instance, moment > Now ? moment - Now : TimeSpan.Zero);
        else
            Timers.Cancel(WakeTimer);
    }

    /// <summary>Writes events, applies each as it is kept, then does <paramref name="afterwards"/> and plans anew.</summary>
    private void Keep(ImmutableArray<IClusterEvent> events, Action? afterwards)
    {
        if (events.IsEmpty)
        {
            afterwards?.Invoke();
            return;
        }

        var left = events.Length;
        PersistAll(events, kept =>
        {
            Apply(kept);
            Follow(kept);
            Publish(kept);
            if (--left > 0)
                return;
            SnapshotIfDue(events.Length);
            afterwards?.Invoke();
            PlanSoon();
        });
    }

    private void Apply(IClusterEvent kept)
    {
        var before = _model;
        _model = _model.Apply(kept);
        _events.Add(before, _model, kept);
    }

    /// <summary>What is not in the model and changes with it.</summary>
    private void Follow(IClusterEvent kept)
    {
        _observed = _observed.After(kept);
        if (kept is ClockSet set)
            _clock.Set(set.By);
        if (kept is HostRemoved removed)
        {
            _hosts.Remove(removed.Host);
            _unanswered.Remove(removed.Host);
        }
    }

    private void Publish(IClusterEvent kept)
    {
        _log.Info("{Event}", EventText.Describe(kept));
        Context.System.EventStream.Publish(new EventKept(_model.Generation, kept));
    }

    private void SnapshotIfDue(int events)
    {
        _sinceSnapshot += events;
        if (_sinceSnapshot < _settings.SnapshotEvery)
            return;
        _sinceSnapshot = 0;
        SaveSnapshot(ModelSnapshotV1.Of(_model));
    }

    private void ProposeMoves()
    {
        var moves = Balancer.Propose(_model, ReadinessOf, Now, _settings.Balancer!);
        Keep([.. moves.Select(m => (IClusterEvent)new MoveStarted(Now, m.Vm, MoveIds.Next(_model.Vms[m.Vm]), m.From, m.To, $"balance, gain {m.Gain:0.000}"))], null);
    }

    private sealed class Tick : INotInfluenceReceiveTimeout
    {
        public static readonly Tick Instance = new();
    }

    private sealed class PlanNow : INotInfluenceReceiveTimeout
    {
        public static readonly PlanNow Instance = new();
    }

    private sealed class Wake : INotInfluenceReceiveTimeout
    {
        public static readonly Wake Instance = new();
    }

    private sealed class Balance : INotInfluenceReceiveTimeout
    {
        public static readonly Balance Instance = new();
    }
}
