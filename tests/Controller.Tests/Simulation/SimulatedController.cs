using Trapline.Controller.Clocks;
using Trapline.Controller.Leases;
using Trapline.Controller.Model;
using Trapline.Controller.Model.Events;
using Trapline.Controller.Reconciliation;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.Leases;

namespace Trapline.Controller.Tests.Simulation;

/// <summary>
/// The controller in virtual time: the product's model, reconciler and host watch around a journal that is a list. It can crash at any moment;
/// its next life replays the journal and has seen nothing.
/// </summary>
internal sealed class SimulatedController(SimulatedCluster cluster, ReconcilerSettings settings)
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan ClockStep = TimeSpan.FromMilliseconds(500);

    private readonly CommandThrottle _throttle = new(TimeSpan.FromMilliseconds(500));
    private HostWatch _watch = new(LeaseTerms.Default, 1);
    private Observed _observed = Observed.Nothing;
    private SteadyClock _clock = new(cluster.Time.Provider);
    private long _life;
    private bool _planIsDue;

    public const string Name = "controller";

    public List<IClusterEvent> Journal { get; } = [];

    public ClusterModel Model { get; private set; } = ClusterModel.Empty;

    /// <summary>What it sees now.</summary>
    public Observed Observed => _observed;

    /// <summary>Its clock, for what users ask of it.</summary>
    public DateTimeOffset Utc => _clock.Utc;

    public bool IsUp { get; private set; }

    public void Start()
    {
        IsUp = true;
        _life++;
        _planIsDue = false;
        _clock = new SteadyClock(cluster.Time.Provider);
        _observed = Observed.Nothing;
        _watch = new HostWatch(LeaseTerms.Default, cluster.KeeperCount);
        Model = Journal.Aggregate(ClusterModel.Empty, (model, e) => model.Apply(e));
        _clock.BeginAt(Model.At);
        var life = _life;
        cluster.Time.Every(Tick, () =>
        {
            if (life != _life)
                return false;
            AskKeepers();
            if (_clock.Drift is var drift && drift.Duration() >= ClockStep)
                Keep(new ClockSet(Utc + drift, drift));
            Reconcile();
            return true;
        });
    }

    public void Kill()
    {
        IsUp = false;
        _life++;
    }

    /// <summary>The journal is lost: the next life begins with nothing.</summary>
    public void LoseJournal() => Journal.Clear();

    /// <summary>A user's command, accepted: it is in the journal before the answer.</summary>
    public void Accept(IClusterEvent accepted)
    {
        Keep(accepted);
        PlanSoon();
    }

    public void Receive(IWireMessage message)
    {
        if (!IsUp)
            return;
        switch (message)
        {
            case HostReport report:
                var isNews = _observed.IsNews(report);
                _observed = _observed.With(report, _clock.Monotonic);
                if (isNews)
                    PlanSoon();
                Answer(report);
                break;
            case LostVerdict verdict when _watch.Verdict(verdict.Keeper, verdict.Boot, verdict.Round, verdict.Lost, _clock.Monotonic) is { } evidence:
                Died(verdict.Host, verdict.Boot, evidence);
                break;
            case HostDied died when Model.Hosts.TryGetValue(died.Host, out var host):
                Died(died.Host, died.Boot ?? host.Boot, died.Witness);
                break;
        }
    }

    private void Died(HostId id, BootId boot, string evidence)
    {
        if (!Model.Hosts.TryGetValue(id, out var host) || host.Boot != boot || host.Lost)
            return;
        _observed = _observed.WithDeath(id, boot, evidence);
        PlanSoon();
    }

    private void Answer(HostReport report)
    {
        if (Model.Hosts.TryGetValue(report.Host, out var host) && host.Boot == report.Boot && !host.Lost)
            cluster.ToHost(Name, report.Host, new ReportAnswer(report.Boot, report.Sequence, report.LeaseTerm, _observed.Hosts[report.Host].VersionOf(report.Boot)));
    }

    private void AskKeepers()
    {
        var round = _watch.BeginRound(_clock.Monotonic);
        foreach (var host in _watch.Suspects(Model, _observed, _clock.Monotonic))
            cluster.ToKeepers(Name, new LostQuestion(host.Id, host.Boot, round));
    }

    private void PlanSoon()
    {
        if (cluster.PlanDelay == TimeSpan.Zero)
        {
            Reconcile();
            return;
        }

        if (_planIsDue)
            return;
        _planIsDue = true;
        var life = _life;
        cluster.Time.After(cluster.PlanDelay, () =>
        {
            if (life != _life)
                return;
            _planIsDue = false;
            Reconcile();
        });
    }

    private void Reconcile()
    {
        for (var rounds = 0; ; rounds++)
        {
            Assert.True(rounds < 1000, "the reconciler never comes to rest");
            var plan = Reconciler.Plan(Model, _observed, _clock.Now, settings);
            foreach (var decision in plan.Decisions)
                Keep(decision);
            if (!plan.Decisions.IsEmpty)
                continue;
            foreach (var command in _throttle.Due(plan, _clock.Monotonic))
                cluster.ToHost(Name, command.Host, command.Message);
            return;
        }
    }

    private void Keep(IClusterEvent happened)
    {
        Journal.Add(happened);
        cluster.Log.Add((cluster.Time.Now, happened));
        Model = Model.Apply(happened);
        _observed = _observed.After(happened);
        if (happened is ClockSet set)
            _clock.Set(set.By);
    }
}
