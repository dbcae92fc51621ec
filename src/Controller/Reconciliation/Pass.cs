using System.Collections.Immutable;
using Trapline.Controller.Clocks;
using Trapline.Controller.Model;
using Trapline.Controller.Model.Events;
using Trapline.Controller.Placement;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.Vms;

namespace Trapline.Controller.Reconciliation;

/// <summary>What the rules of one reconciliation read and what they propose.</summary>
internal sealed class Pass(ClusterModel model, Observed observed, Moment now, ReconcilerSettings settings)
{
    /// <summary>Most VMs of one event: less than 100 KiB in the journal.</summary>
    private const int VmsPerEvent = 5_000;

    private readonly ImmutableArray<IClusterEvent>.Builder _decisions = ImmutableArray.CreateBuilder<IClusterEvent>();
    private readonly ImmutableArray<HostCommand>.Builder _commands = ImmutableArray.CreateBuilder<HostCommand>();
    private readonly Dictionary<string, List<VmId>> _waiting = new(StringComparer.Ordinal);
    private readonly HashSet<VmId> _strangers = [];
    private readonly HashSet<SnapshotId> _strangeSnapshots = [];
    private PlacementSession? _placement;
    private HashSet<VmId>? _executing;
    private DateTimeOffset? _wakeAt;

    public ClusterModel Model { get; } = model;

    public Observed Observed { get; } = observed;

    /// <summary>What the model's times are compared with.</summary>
    public DateTimeOffset Now { get; } = now.Utc;

    public ReconcilerSettings Settings { get; } = settings;

    /// <summary>Built when the first VM needs a host: most passes place nothing.</summary>
    public PlacementSession Placement => _placement ??= new PlacementSession(Model, Readiness, Settings.Policy, Settings.StartsPerHost);

    /// <summary>The VMs of which any host that is not lost has an incarnation that has not ended, however old; looked up once.</summary>
    public HashSet<VmId> Executing => _executing ??=
    [
        .. from host in Model.Hosts.Values
           where !host.Lost
           let sighting = Sighting(host.Id)
           where sighting is not null
           from report in sighting.Vms.Values
           where !VmLifecycle.IsFinal(report.State)
           select report.Vm,
    ];

    public void Decide(IClusterEvent decision) => _decisions.Add(decision);

    /// <summary>No host takes a VM. A crowd that waits for the same reason is one event: a host that goes silent is the reason of thousands.</summary>
    public void Wait(VmId vm, string reason)
    {
        if (!_waiting.TryGetValue(reason, out var crowd))
            _waiting.Add(reason, crowd = []);
        crowd.Add(vm);
    }

    /// <summary>A host has something of a VM. If no event speaks of that VM, an event does now, once.</summary>
    public void KeepIfStranger(HostId host, VmId vm)
    {
        if (!Model.Vms.ContainsKey(vm) && !Model.Removed.Ids.Contains(vm) && !Model.Strangers.Contains(vm) && _strangers.Add(vm))
            Decide(new VolumesKept(Now, host, vm));
    }

    /// <summary>A host has a whole snapshot that no event speaks of: an event does now, once.</summary>
    public void KeepIfStranger(HostId host, SnapshotReport report)
    {
        if (_strangeSnapshots.Add(report.Snapshot))
            Decide(new SnapshotKept(Now, report.Snapshot, host, report.Vm ?? new VmId("unknown"), report.Bytes));
    }

    public void Tell(HostId host, IWireMessage message) => _commands.Add(new HostCommand(host, message));

    /// <summary>An order for the life of the host that the model knows.</summary>
    public void Order(HostId host, IVmCommand command) => Tell(host, new VmOrder(Model.Hosts[host].Boot, command));

    public void WakeAt(DateTimeOffset at) => _wakeAt = _wakeAt is { } earlier && earlier < at ? earlier : at;

    /// <summary>The latest report of the boot that the model knows, however old; null if there is none.</summary>
    public HostSighting? Sighting(HostId host) =>
        Observed.Hosts.TryGetValue(host, out var sighting) && Model.Hosts.TryGetValue(host, out var record) && record.Boot == sighting.Report.Boot
            ? sighting
            : null;

    /// <summary>Whether reports of the boot that the model knows come in.</summary>
    public HostContact Contact(HostId host) =>
        Sighting(host) is not { } sighting ? HostContact.NotYet
        : now.Monotonic - sighting.ReceivedAt <= Settings.ReportTimeout ? HostContact.Reports
        : HostContact.Silent;

    /// <summary>Whether the host's reports come in.</summary>
    public bool Reports(HostId host) => Contact(host) == HostContact.Reports;

    /// <summary>What the boot that the model knows says about giving it VMs.</summary>
    public HostReadiness Readiness(HostId host) => Sighting(host) is null ? HostReadiness.Silent : Observed.ReadinessOf(host, now.Monotonic, Settings.ReportTimeout);

    public Plan ToPlan()
    {
        foreach (var (reason, crowd) in _waiting)
        {
            foreach (var part in crowd.Chunk(VmsPerEvent))
                Decide(part.Length == 1 ? new VmPending(Now, part[0], reason) : new VmsPending(Now, [.. part], reason));
        }

        return new(Model.Generation, _decisions.ToImmutable(), _decisions.Count == 0 ? _commands.ToImmutable() : [], _wakeAt);
    }
}
