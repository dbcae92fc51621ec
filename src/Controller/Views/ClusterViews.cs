using System.Collections.Immutable;
using Trapline.Controller.Clocks;
using Trapline.Controller.Model;
using Trapline.Controller.Placement;
using Trapline.Controller.Reconciliation;
using Trapline.Shared.Api;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.Naming;
using Trapline.Shared.Vms;

namespace Trapline.Controller.Views;

/// <summary>Turns what the controller knows into what users see: pure functions.</summary>
/// <param name="model">What it knows for good.</param>
/// <param name="observed">What it sees now.</param>
/// <param name="now">Its clocks.</param>
/// <param name="settings">The numbers that it plans with.</param>
public sealed class ClusterViews(ClusterModel model, Observed observed, Moment now, ReconcilerSettings settings)
{
    /// <summary>Most VMs of one part of a description: about 2 MiB as a message.</summary>
    public const int VmsPerPart = 4_000;

    /// <summary>The cluster, in parts if it is large.</summary>
    /// <param name="addressOf">Where a host's actor is reached, if it has reported.</param>
    /// <param name="after">The last VM of the part before; null for the first part, which alone has the nodes.</param>
    /// <param name="most">Most VMs of a part.</param>
    public ClusterDescription Describe(Func<HostId, string?> addressOf, VmId? after = null, int most = VmsPerPart)
    {
        var behind = after is { } last ? model.Vms.Values.SkipWhile(vm => vm.Id.CompareTo(last) <= 0) : model.Vms.Values;
        var vms = behind.Take(most + 1).ToList();
        VmId? next = vms.Count > most ? vms[most - 1].Id : null;
        return new ClusterDescription(new ClusterView(model.Generation, now.Utc, after is null ? Nodes(addressOf) : [], [.. vms.Take(most).Select(Vm)]), next);
    }

    /// <summary>The nodes alone.</summary>
    public ClusterDescription DescribeNodes(Func<HostId, string?> addressOf) => new(new ClusterView(model.Generation, now.Utc, Nodes(addressOf), []));

    /// <summary>One VM.</summary>
    public IWireMessage DescribeVm(string nameOrId) => model.Find(nameOrId) is { } vm ? new VmDescription(Vm(vm)) : UnknownVm(nameOrId);

    /// <summary>Those of some VMs that there are.</summary>
    public VmsDescribed DescribeVms(IEnumerable<VmId> vms) => new([.. vms.Select(model.Vms.GetValueOrDefault).OfType<VmRecord>().Select(Vm)]);

    /// <summary>The snapshots that are asked for.</summary>
    public SnapshotsKnown Snapshots(ListSnapshots question) => new([.. model.Snapshots.Values
        .Where(s => (question.After is not { } after || string.CompareOrdinal(s.Id.Value, after.Value) > 0)
            && (question.Name is not { } name || s.Name == name || s.Id.Value == name)
            && (question.Image is not { } image || s.Image.Value == image))
        .OrderBy(s => s.Id.Value, StringComparer.Ordinal).Take(question.Most ?? int.MaxValue).Select(SnapshotViewOf)]);

    private SnapshotView SnapshotViewOf(SnapshotRecord s) => new(
        s.Id.Value,
        s.Name,
        s.Phase switch { SnapshotPhase.Taking => SnapshotStates.Taking, SnapshotPhase.Ready => SnapshotStates.Ready, SnapshotPhase.LeftOver => SnapshotStates.LeftOver, _ => SnapshotStates.Removing },
        s.VmName,
        s.Incarnation.Value,
        s.Image.Value,
        s.InstanceType,
        s.At,
        s.Bytes,
        [.. model.UsersOf(s.Id).Select(vm => vm.Spec.Name)],
        s.Problem);

    /// <summary>Where one VM is.</summary>
    /// <param name="nameOrId">Its name or id.</param>
    /// <param name="addressOf">Where a host's actor is reached, if it has reported.</param>
    public IWireMessage Locate(string nameOrId, Func<HostId, string?> addressOf)
    {
        if (model.Find(nameOrId) is not { } vm)
            return UnknownVm(nameOrId);
        var node = vm.Assignment?.Host;
        return new VmLocation(vm.Id, vm.Spec.Name, StateOf(vm), vm.Incarnation, node, node is { } host ? addressOf(host) : null);
    }

    /// <summary>Why a VM is where it is, or nowhere.</summary>
    public IWireMessage Explain(string nameOrId)
    {
        if (model.Find(nameOrId) is not { } vm)
            return UnknownVm(nameOrId);
        var session = new PlacementSession(model, Readiness, settings.Policy, settings.StartsPerHost, without: vm.Id);
        var nodes = session.Explain(PlacementRequest.For(vm)).Select(v => new NodeVerdictView(v.Host.Value, v.Score, [.. v.Refusals.Select(r => $"{r.Filter}: {r.Reason}")]));
        return new PlacementExplanation(new PlacementView(vm.Spec.Name, StateOf(vm), vm.Assignment?.Host.Value, vm.Assignment?.Reason ?? vm.PendingReason ?? LastEndOf(vm), [.. nodes]));
    }

    private static string? LastEndOf(VmRecord vm) => vm.End is { } end ? $"#{end.Incarnation.Value} {Words.Of(end.Reason)} on {end.Host}{(end.Detail is null || end.Reason == EndReason.HostLost ? "" : $": {end.Detail}")}" : null;

    private Rejected UnknownVm(string nameOrId) =>
        new(RejectionKind.NotFound, UnknownName.Describe("VM", nameOrId, "VMs", model.Names.Keys.Order(StringComparer.Ordinal)));

    private ImmutableArray<NodeView> Nodes(Func<HostId, string?> addressOf)
    {
        var vms = model.Vms.Values.Where(vm => vm.Assignment is not null).CountBy(vm => vm.Assignment!.Host).ToDictionary();
        return [.. model.Hosts.Values.Select(host => Node(host, vms.GetValueOrDefault(host.Id), addressOf(host.Id)))];
    }

    private NodeView Node(HostRecord host, int vms, string? address) => new(
        host.Id.Value,
        host.Boot.Value,
        StateOf(host),
        Words.Of(host.Availability),
        vms,
        host.Capacity.CpuWeight,
        host.Used.CpuWeight,
        host.Capacity.MemoryMiB,
        host.Used.MemoryMiB,
        address)
    {
        DiskFreeMiB = DiskOf(host)?.FreeMiB,
        DiskMiB = DiskOf(host)?.TotalMiB,
        IsLowOnDisk = host.LowDisk is not null,
    };

    private DiskSpace? DiskOf(HostRecord host) => Reports(host.Id) ? observed.Hosts[host.Id].Report.Disk : null;

    private string StateOf(HostRecord host) => host switch
    {
        { Lost: true } => NodeStates.Lost,
        _ when !Reports(host.Id) => NodeStates.Silent,
        _ => observed.Hosts[host.Id].Report.Executing ? NodeStates.Alive : NodeStates.Paused,
    };

    private VmView Vm(VmRecord vm) => new()
    {
        Id = vm.Id.Value,
        Name = vm.Spec.Name,
        Image = vm.Spec.Image.Value,
        Type = vm.Spec.InstanceType,
        State = StateOf(vm),
        Desired = Words.Of(vm.Desired),
        Node = vm.Assignment?.Host.Value,
        Incarnation = vm.Incarnation.Value,
        Since = vm.Assignment?.Since,
        Restart = Words.Of(vm.Spec.Restart),
        Group = vm.Spec.Group?.Value,
        Affinity = Words.Of(vm.Spec.Affinity),
        CommandLine = vm.Spec.CommandLine,
        Crashes = vm.Crashes,
        MovingTo = vm.Move?.To.Value,
        Reason = vm.PendingReason,
        LastEnd = LastEndOf(vm),
        LastEndReason = vm.End?.Reason.ToString(),
        LastEndAt = vm.End?.At,
    };

    private string StateOf(VmRecord vm)
    {
        if (vm.Desired == DesiredState.Terminated)
            return VmStates.Terminating;
        if (vm.Assignment is { } assignment)
            return StateOf(vm, assignment);
        if (vm.CrashLoop)
            return VmStates.CrashLoop;
        if (vm.Desired == DesiredState.Stopped)
            return VmStates.Stopped;
        return vm.RetryAt is not { } retryAt ? VmStates.Ended : retryAt > now.Utc ? VmStates.BackOff : VmStates.Pending;
    }

    private string StateOf(VmRecord vm, Assignment assignment)
    {
        if (!observed.Hosts.TryGetValue(assignment.Host, out var sighting) || !Reports(assignment.Host))
            return VmStates.Unknown;
        var report = sighting.About(vm.Id);
        if (report is null || report.Incarnation != assignment.Incarnation)
            return VmStates.Starting;
        if (vm.Move is not null && !VmLifecycle.IsFinal(report.State))
            return VmStates.Moving;
        return report.State switch
        {
            VmState.Running when !sighting.Report.Executing => VmStates.Paused,
            VmState.Running => VmStates.Running,
            VmState.Paused => VmStates.Paused,
            VmState.Defined or VmState.Starting => VmStates.Starting,
            _ => VmStates.Stopping,
        };
    }

    private HostReadiness Readiness(HostId host) => Reports(host) ? observed.ReadinessOf(host, now.Monotonic, settings.ReportTimeout) : HostReadiness.Silent;

    private bool Reports(HostId host) =>
        observed.Hosts.TryGetValue(host, out var sighting) && now.Monotonic - sighting.ReceivedAt <= settings.ReportTimeout
        && model.Hosts.TryGetValue(host, out var record) && record.Boot == sighting.Report.Boot;
}
