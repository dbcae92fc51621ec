using System.Collections.Immutable;
using Trapline.Controller.Admission;
using Trapline.Controller.Model;
using Trapline.Controller.Model.Events;
using Trapline.Controller.Placement;
using Trapline.Controller.Reconciliation;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.InstanceTypes;
using Trapline.Shared.Naming;
using Trapline.Shared.Vms;

namespace Trapline.Controller.Commands;

/// <summary>What a user's request comes to: events to keep, or a rejection. Never both, and nothing else.</summary>
/// <param name="Events">What is accepted, in order; empty when the wish is already so.</param>
/// <param name="Vms">The VMs that it is about.</param>
/// <param name="Rejection">Why not.</param>
public sealed record Verdict(ImmutableArray<IClusterEvent> Events, ImmutableArray<VmId> Vms, Rejected? Rejection)
{
    /// <summary>Accepted.</summary>
    public static Verdict Accept(IEnumerable<VmId> vms, params IEnumerable<IClusterEvent> events) => new([.. events], [.. vms], null);

    /// <summary>Rejected.</summary>
    public static Verdict Reject(RejectionKind kind, string message) => new([], [], new Rejected(kind, message));
}

/// <summary>
/// Validates users' requests against the model: a pure function. A message names what was asked for and lists what exists, so that the next try
/// can be right.
/// </summary>
/// <param name="model">The cluster.</param>
/// <param name="readiness">What the hosts' reports say.</param>
/// <param name="now">The controller's clock.</param>
/// <param name="settings">Limits and rules.</param>
public sealed class CommandValidation(ClusterModel model, Func<HostId, HostReadiness> readiness, DateTimeOffset now, AdmissionSettings settings)
{
    /// <summary>The verdict on one request.</summary>
    public Verdict Judge(IClientRequest request) => request switch
    {
        DefineVms define => Define(define),
        WishForVm wish => ForVm(wish.Vm, vm => Wish(vm, wish.Wish)),
        MoveVm move => ForVm(move.Vm, vm => Move(vm, move.To)),
        AbortMove abort => ForVm(abort.Vm, Abort),
        WishForHost wish => ForHost(wish),
        CreateSnapshot create => ForVm(create.Vm, vm => Snapshot(vm, create.Name)),
        RemoveSnapshot remove => RemoveSnapshot(remove.Snapshot),
        RemoveVolumes remove => RemoveVolumes(remove),
        _ => Verdict.Reject(RejectionKind.Invalid, $"This controller does not know the request {request.GetType().Name}."),
    };

    private Verdict Define(DefineVms define)
    {
        var spec = define.Spec;
        if (define.FromSnapshot is { } from)
        {
            if (model.FindSnapshot(from) is not { } snapshot)
                return UnknownSnapshot(from);
            if (snapshot.Phase != SnapshotPhase.Ready)
                return Verdict.Reject(RejectionKind.Conflict, $"The snapshot '{snapshot.Name}' is {StateOf(snapshot.Phase)}.");
            spec = spec with { Image = snapshot.Image, InstanceType = snapshot.InstanceType, CommandLine = snapshot.CommandLine, FromSnapshot = snapshot.Id };
        }

        if (define.Count is < 1 || define.Count > settings.VmsPerRequest)
            return Verdict.Reject(RejectionKind.Invalid, $"A request defines 1 to {settings.VmsPerRequest} VMs, not {define.Count}.");
        if (!TextId.IsValid(define.Count == 1 ? spec.Name : $"{spec.Name}-{define.Count}"))
            return Verdict.Reject(RejectionKind.Invalid, $"'{spec.Name}' is no name for a VM: {TextId.Form}.");
        if (InstanceTypeCatalog.Find(spec.InstanceType) is not { } type)
            return Verdict.Reject(RejectionKind.NotFound, UnknownName.Describe("instance type", spec.InstanceType, "Types", InstanceTypeCatalog.All.Select(t => t.Name)));
        if (!define.KnownImages.Contains(spec.Image))
            return Verdict.Reject(RejectionKind.NotFound, UnknownName.Describe("image", spec.Image.Value, "Images", define.KnownImages.Select(i => i.Value)));
        if (spec.CommandLine is { } line && VmSpec.ProblemOfCommandLine(line) is { } problem)
            return Verdict.Reject(RejectionKind.Invalid, $"The command line is not possible: {problem}.");
        if (model.Vms.Count + define.Count > settings.Vms)
            return Verdict.Reject(RejectionKind.NoCapacity, $"The cluster is limited to {settings.Vms} VMs and has {model.Vms.Count}.");
        if (settings.ReserveForHostLoss && HostLossReserve.Refuse(model, type, define.Count) is { } refusal)
            return Verdict.Reject(RejectionKind.NoCapacity, refusal);

        var names = define.Count == 1 ? [spec.Name] : Enumerable.Range(1, define.Count).Select(i => $"{spec.Name}-{i}").ToList();
        if (names.Find(model.Names.ContainsKey) is { } taken)
            return Verdict.Reject(RejectionKind.Conflict, $"There is a VM named '{taken}' already.");
        var events = names.Zip(NewIds(names.Count), (name, id) => new VmDefined(now, id, spec with { Name = name })).ToList();
        return Verdict.Accept(events.Select(e => e.Vm), events);
    }

    /// <summary>
    /// Numbered by the generation, which grows with each VM; but never the id of a VM whose volumes still lie in the data root since an earlier
    /// journal, nor one that was given ahead of its number because of that.
    /// </summary>
    private IEnumerable<VmId> NewIds(int count)
    {
        for (var number = model.Generation + 1; count > 0; number++)
        {
            var id = new VmId($"vm-{number}");
            if (model.Strangers.Contains(id) || model.Vms.ContainsKey(id) || model.Removed.Ids.Contains(id))
                continue;
            yield return id;
            count--;
        }
    }

    private Verdict Wish(VmRecord vm, VmWish wish)
    {
        if (wish == VmWish.Reboot)
            return Reboot(vm);
        if (vm.Desired == DesiredState.Terminated)
            return wish == VmWish.Terminate ? Verdict.Accept([vm.Id]) : Conflict(vm, "is being terminated");
        var desired = wish switch { VmWish.Start => DesiredState.Running, VmWish.Stop => DesiredState.Stopped, _ => DesiredState.Terminated };
        var isSo = desired == vm.Desired && (desired != DesiredState.Running || vm.Assignment is not null || vm.RetryAt <= now);
        if (isSo)
            return Verdict.Accept([vm.Id]);
        return desired == DesiredState.Running && vm.Assignment is null && settings.ReserveForHostLoss && HostLossReserve.Refuse(model, vm.Type, without: vm.Id) is { } refusal
            ? Verdict.Reject(RejectionKind.NoCapacity, refusal)
            : Verdict.Accept([vm.Id], new DesiredStateChanged(now, vm.Id, desired));
    }

    private Verdict Reboot(VmRecord vm) => vm is { Desired: DesiredState.Running, Assignment: { Started: true } running }
        ? Verdict.Accept([vm.Id], new RebootRequested(now, vm.Id, running.Incarnation))
        : NotRunning(vm);

    private Verdict Move(VmRecord vm, string? to)
    {
        if (vm is not { Desired: DesiredState.Running, Assignment: { Started: true } assignment })
            return NotRunning(vm);
        if (vm.Move is { } under)
            return Conflict(vm, $"is moving to {under.To} already");
        var session = new PlacementSession(model, readiness, settings.Policy, int.MaxValue, without: vm.Id);
        var request = PlacementRequest.For(vm, excluded: assignment.Host);
        if (to is null)
        {
            var result = session.Place(request);
            return result.Host is { } chosen ? Begin(vm, assignment, chosen, $"by a user; {result.Reason}") : Verdict.Reject(RejectionKind.NoCapacity, $"No other host takes {vm.Spec.Name}: {result.Reason}.");
        }

        if (FindHost(to) is not { } host)
            return UnknownHost(to);
        if (host.Id == assignment.Host)
            return Conflict(vm, $"is on {to} already");
        var verdict = session.Explain(request).First(v => v.Host == host.Id);
        return verdict.Refusals.IsEmpty
            ? Begin(vm, assignment, host.Id, "by a user")
            : Verdict.Reject(RejectionKind.Conflict, $"{host.Id} does not take {vm.Spec.Name}: {string.Join("; ", verdict.Refusals.Select(r => r.Reason))}.");
    }

    private Verdict Begin(VmRecord vm, Assignment assignment, HostId to, string reason) =>
        Verdict.Accept([vm.Id], new MoveStarted(now, vm.Id, MoveIds.Next(vm), assignment.Host, to, reason));

    private Verdict Abort(VmRecord vm) =>
        vm.Move is { } move ? Verdict.Accept([vm.Id], new MoveAborted(now, vm.Id, move.Id, "by a user", RetryAt: now + settings.RestAfterCancel, TakenBack: true)) : Conflict(vm, "is not moving");

    private Verdict Snapshot(VmRecord vm, string name)
    {
        if (!TextId.IsValid(name))
            return Verdict.Reject(RejectionKind.Invalid, $"'{name}' is no name for a snapshot: {TextId.Form}.");
        if (model.FindSnapshot(name) is not null)
            return Verdict.Reject(RejectionKind.Conflict, $"There is a snapshot named '{name}' already.");
        if (vm is not { Desired: DesiredState.Running, Assignment: { Started: true } assignment })
            return NotRunning(vm);
        if (vm.Move is { } under)
            return Conflict(vm, $"is moving to {under.To}, and cannot be saved meanwhile");
        var id = NewSnapshotId();
        return Verdict.Accept([vm.Id], new SnapshotRequested(now, id, name, vm.Id, assignment.Incarnation, assignment.Host, vm.Spec));
    }

    /// <summary>Numbered like VMs, and for the same reasons never one that lies in the data root since an earlier journal.</summary>
    private SnapshotId NewSnapshotId()
    {
        for (var number = model.Generation + 1; ; number++)
        {
            var id = new SnapshotId($"snap-{number}");
            if (!model.Snapshots.ContainsKey(id) && !model.RemovedSnapshots.Ids.Contains(id))
                return id;
        }
    }

    private static string StateOf(SnapshotPhase phase) => phase switch
    {
        SnapshotPhase.Taking => "not taken yet",
        SnapshotPhase.LeftOver => "left over: what a VM is that starts from it stood in a journal that is lost",
        _ => "being removed",
    };

    private Verdict RemoveVolumes(RemoveVolumes remove)
    {
        if (model.Find(remove.Vm) is { } vm)
        {
            var where = vm.Assignment is { } assignment ? $"which is on {assignment.Host}" : "which is on no node now";
            return Verdict.Reject(RejectionKind.Conflict, $"The volumes of {vm.Id} are used by {vm.Spec.Name}, {where}: terminate it, and they go with it.");
        }

        var id = TextId.IsValid(remove.Vm) ? new VmId(remove.Vm) : default;
        if (id == default || (!remove.Found && !model.Strangers.Contains(id)))
            return Verdict.Reject(RejectionKind.NotFound, $"There is no volume of '{remove.Vm}'. 'trapline volume ls' shows what there is.");
        return model.Unwanted.Contains(id) ? Verdict.Accept([id]) : Verdict.Accept([id], new VolumesUnwanted(now, id));
    }

    private Verdict RemoveSnapshot(string nameOrId)
    {
        if (model.FindSnapshot(nameOrId) is not { } snapshot)
            return UnknownSnapshot(nameOrId);
        var users = model.UsersOf(snapshot.Id).Select(vm => vm.Spec.Name).ToList();
        if (users.Count > 0)
            return Verdict.Reject(RejectionKind.Conflict, $"The snapshot '{snapshot.Name}' is used by {UnknownName.List([.. users.Order(StringComparer.Ordinal)])}: their disks lie over its own. Terminate them first.");
        return snapshot.Phase == SnapshotPhase.Removing ? Verdict.Accept([]) : Verdict.Accept([], new SnapshotUnwanted(now, snapshot.Id));
    }

    private Verdict UnknownSnapshot(string nameOrId) =>
        Verdict.Reject(RejectionKind.NotFound, UnknownName.Describe("snapshot", nameOrId, "Snapshots", model.Snapshots.Values.Select(s => s.Name).Order(StringComparer.Ordinal)));

    private Verdict ForHost(WishForHost wish)
    {
        if (FindHost(wish.Host) is not { } host)
            return UnknownHost(wish.Host);
        if (wish.Wish == HostWish.Remove)
        {
            var left = model.Vms.Values.Count(vm => vm.Assignment?.Host == host.Id);
            return left > 0 || (!host.Lost && readiness(host.Id) != HostReadiness.Silent)
                ? Verdict.Reject(RejectionKind.Conflict, $"{host.Id} cannot be removed: it has {left} VMs and is {(host.Lost ? "lost" : "alive")}. Drain it and stop it first.")
                : Verdict.Accept([], new HostRemoved(now, host.Id));
        }

        var availability = wish.Wish switch { HostWish.Cordon => HostAvailability.Cordoned, HostWish.Drain => HostAvailability.Draining, _ => HostAvailability.Schedulable };
        return host.Availability == availability ? Verdict.Accept([]) : Verdict.Accept([], new HostScheduling(now, host.Id, availability, "by a user"));
    }

    private Verdict ForVm(string nameOrId, Func<VmRecord, Verdict> judge) =>
        model.Find(nameOrId) is { } vm
            ? judge(vm)
            : Verdict.Reject(RejectionKind.NotFound, UnknownName.Describe("VM", nameOrId, "VMs", model.Names.Keys.Order(StringComparer.Ordinal)));

    private HostRecord? FindHost(string host) => TextId.IsValid(host) ? model.Hosts.GetValueOrDefault(new HostId(host)) : null;

    private Verdict UnknownHost(string host) =>
        Verdict.Reject(RejectionKind.NotFound, UnknownName.Describe("node", host, "Nodes", model.Hosts.Keys.Select(h => h.Value)));

    private static Verdict NotRunning(VmRecord vm) =>
        Conflict(vm, vm.Desired == DesiredState.Ended ? "has ended: 'trapline start' has it run again" : $"does not run now; it should be {Words.Of(vm.Desired)}");

    private static Verdict Conflict(VmRecord vm, string why) => Verdict.Reject(RejectionKind.Conflict, $"{vm.Spec.Name} {why}.");
}
