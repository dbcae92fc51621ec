using System.Collections.Immutable;
using Trapline.Controller.Model.Events;
using Trapline.Shared;
using Trapline.Shared.Ids;
using Trapline.Shared.InstanceTypes;
using Trapline.Shared.Vms;

namespace Trapline.Controller.Model;

/// <summary>
/// What each event does to the model: the only place where the model changes. Pure and total: a journal written by an older version replays.
/// </summary>
public static class EventApplication
{
    /// <summary>The model after one event.</summary>
    public static ClusterModel Apply(this ClusterModel model, IClusterEvent happened)
    {
        var next = happened switch
        {
            VmDefined e => Define(model, e),
            IVmEvent e when !model.Vms.ContainsKey(e.Vm) => model,
            DesiredStateChanged e => ChangeDesired(model, e),
            RebootRequested e => With(model, model.Vms[e.Vm] with { Reboot = e.Incarnation }),
            VmPlaced e => Place(model, e),
            VmPending e => With(model, model.Vms[e.Vm] with { PendingReason = e.Reason }),
            VmStarted e => Start(model, e),
            VmEnded e => End(model, e),
            VmIsStable e => With(model, model.Vms[e.Vm] with { Crashes = 0 }),
            VmRemoved e => Remove(model, e),
            MoveStarted e => With(model, model.Vms[e.Vm] with { Move = new Move(e.Move, e.To, e.At), Moves = model.Vms[e.Vm].Moves + 1 }),
            MoveAborted e => With(model, model.Vms[e.Vm] with { Move = null, NoMoveBefore = e.RetryAt, MoveTakenBack = e.TakenBack }),
            VmsPending e => Wait(model, e),
            VolumesKept e => model with { Strangers = model.Strangers.Add(e.Vm) },
            VolumesUnwanted e => model with { Unwanted = model.Unwanted.Add(e.Vm) },
            VolumesRemoved e => model with { Unwanted = model.Unwanted.Remove(e.Vm), Strangers = model.Strangers.Remove(e.Vm), Removed = model.Removed.With(e.Vm) },
            HostBooted e => Boot(model, e),
            IHostEvent e when !model.Hosts.ContainsKey(e.Host) => model,
            HostCapacityChanged e => With(model, model.Hosts[e.Host] with { Capacity = e.Capacity }),
            HostLost e => With(model, model.Hosts[e.Host] with { Lost = model.Hosts[e.Host].Lost || model.Hosts[e.Host].Boot == e.Boot }),
            HostDiskLow e => With(model, model.Hosts[e.Host] with { LowDisk = new LowDisk(e.FreeMiB, e.BarMiB) }),
            HostDiskEnough e => With(model, model.Hosts[e.Host] with { LowDisk = null }),
            LeftoversJudged e => With(model, model.Hosts[e.Host] with { Judged = model.Hosts[e.Host].Boot == e.Boot ? e.Part : model.Hosts[e.Host].Judged }),
            HostScheduling e => With(model, model.Hosts[e.Host] with { Availability = e.Availability }),
            SnapshotRequested e => Request(model, e),
            SnapshotKept e => Keep(model, e),
            ISnapshotEvent e when !model.Snapshots.ContainsKey(e.Snapshot) => model,
            SnapshotTaken e => With(model, model.Snapshots[e.Snapshot] with { Phase = SnapshotPhase.Ready, Bytes = e.Bytes }),
            SnapshotFailed e => With(model, model.Snapshots[e.Snapshot] with { Phase = SnapshotPhase.Removing, Problem = e.Reason }),
            SnapshotUnwanted e => With(model, model.Snapshots[e.Snapshot] with { Phase = SnapshotPhase.Removing }),
            SnapshotRemoved e => model with { Snapshots = model.Snapshots.Remove(e.Snapshot), RemovedSnapshots = model.RemovedSnapshots.With(e.Snapshot) },
            ClockSet e => ClockShift.By(e.By, model),
            HostRemoved e => model with { Hosts = model.Hosts.Remove(e.Host) },
            _ => model,
        };
        return next with { Generation = model.Generation + 1, At = happened.At };
    }

    private static ClusterModel Define(ClusterModel model, VmDefined e)
    {
        var type = InstanceTypeCatalog.Find(e.Spec.InstanceType);
        Invariant.Require(type is not null, $"{e.Vm} was accepted with a known instance type");
        var vm = new VmRecord(e.Vm, e.Spec, type, DesiredState.Running, Incarnation.None, null, null, Incarnation.None, 0, null, 0, e.At, false, null, null);
        var groups = e.Spec.Group is { } group
            ? model.Groups.SetItem(group, model.Groups.GetValueOrDefault(group, ImmutableHashSet<VmId>.Empty).Add(e.Vm))
            : model.Groups;
        return model with { Vms = model.Vms.SetItem(e.Vm, vm), Names = model.Names.SetItem(e.Spec.Name, e.Vm), Groups = groups };
    }

    private static ClusterModel ChangeDesired(ClusterModel model, DesiredStateChanged e)
    {
        var vm = model.Vms[e.Vm];
        DateTimeOffset? retryAt = e.Desired == DesiredState.Running && vm.Assignment is null ? e.At : null;
        var changed = With(model, vm with { Desired = e.Desired, CrashLoop = false, Crashes = 0, RetryAt = retryAt, PendingReason = null });
        return e.Desired == DesiredState.Terminated && changed.Names.TryGetValue(vm.Spec.Name, out var named) && named == vm.Id
            ? changed with { Names = changed.Names.Remove(vm.Spec.Name) }
            : changed;
    }

    private static ClusterModel Place(ClusterModel model, VmPlaced e)
    {
        var vm = model.Vms[e.Vm];
        Invariant.Require(e.Incarnation > vm.Incarnation, $"incarnations of {e.Vm} grow");
        var moved = e.FromMove is not null;
        return With(model, vm with
        {
            Incarnation = e.Incarnation,
            Assignment = new Assignment(e.Host, e.Boot, e.Incarnation, e.At, Started: false, e.FromMove, e.Reason),
            Move = null,
            LastMovedAt = moved ? e.At : vm.LastMovedAt,
            RetryAt = null,
            PendingReason = null,
        });
    }

    private static ClusterModel Wait(ClusterModel model, VmsPending e) =>
        model with { Vms = model.Vms.SetItems(e.Vms.Where(model.Vms.ContainsKey).Select(vm => KeyValuePair.Create(vm, model.Vms[vm] with { PendingReason = e.Reason }))) };

    private static ClusterModel Start(ClusterModel model, VmStarted e)
    {
        var vm = model.Vms[e.Vm];
        return vm.Assignment is { } assignment && assignment.Incarnation == e.Incarnation
            ? With(model, vm with { Assignment = assignment with { Started = true } })
            : model;
    }

    private static ClusterModel End(ClusterModel model, VmEnded e)
    {
        var vm = model.Vms[e.Vm];
        if (vm.Assignment is not { } assignment || assignment.Incarnation != e.Incarnation)
            return model;
        return With(model, vm with
        {
            Assignment = null,
            Move = null,
            Desired = IsLeftEnded(vm, e) ? DesiredState.Ended : vm.Desired,
            Crashes = e.TooSoon || (VmLifecycle.IsCrash(e.End) && e.End != EndReason.HostLost) ? vm.Crashes + 1 : vm.Crashes,
            RetryAt = e.RetryAt,
            CrashLoop = e.CrashLoop,
            End = new LastEnd(e.Incarnation, e.End, e.At, e.Detail, assignment.Host),
        });
    }

    /// <summary>As the policy has it. What cannot be started, or crashes again and again, is still wanted: somebody has to look at it.</summary>
    private static bool IsLeftEnded(VmRecord vm, VmEnded e) =>
        vm.Desired == DesiredState.Running && e is { RetryAt: null, CrashLoop: false, End: not EndReason.ImageChanged };

    private static ClusterModel Remove(ClusterModel model, VmRemoved e)
    {
        var vm = model.Vms[e.Vm];
        var groups = model.Groups;
        if (vm.Spec.Group is { } group && groups.TryGetValue(group, out var members))
            groups = members.Remove(e.Vm) is { IsEmpty: false } rest ? groups.SetItem(group, rest) : groups.Remove(group);
        var freed = Charge(model, vm.Assignment, vm.Type, -1);
        return freed with { Vms = freed.Vms.Remove(e.Vm), Groups = groups, Removed = freed.Removed.With(e.Vm) };
    }

    private static ClusterModel Boot(ClusterModel model, HostBooted e)
    {
        var host = model.Hosts.TryGetValue(e.Host, out var known)
            ? known with { Boot = e.Boot, Lost = false, Capacity = e.Capacity, Judged = 0, Look = e.Look }
            : new HostRecord(e.Host, e.Boot, Lost: false, e.Capacity, default, HostAvailability.Schedulable, Look: e.Look);
        return With(model, host);
    }

    private static ClusterModel Request(ClusterModel model, SnapshotRequested e) => With(model, new SnapshotRecord(
        e.Snapshot, e.Name, e.Vm, e.Spec.Name, e.Incarnation, e.Host, e.Spec.Image, e.Spec.InstanceType, e.Spec.CommandLine, SnapshotPhase.Taking, e.At));

    /// <summary>What it was saved of, and as what, stood in the journal that is lost.</summary>
    private static ClusterModel Keep(ClusterModel model, SnapshotKept e) => With(model, new SnapshotRecord(
        e.Snapshot, e.Snapshot.Value, e.Of, e.Of.Value, Incarnation.None, e.Host, new ImageName("unknown"), "unknown", null, SnapshotPhase.LeftOver, e.At, e.Bytes));

    private static ClusterModel With(ClusterModel model, SnapshotRecord snapshot) => model with { Snapshots = model.Snapshots.SetItem(snapshot.Id, snapshot) };

    private static ClusterModel With(ClusterModel model, HostRecord host) => model with { Hosts = model.Hosts.SetItem(host.Id, host) };

    private static ClusterModel With(ClusterModel model, VmRecord vm)
    {
        var before = model.Vms[vm.Id];
        if (before.Assignment?.Host != vm.Assignment?.Host)
        {
            model = Charge(model, before.Assignment, vm.Type, -1);
            model = Charge(model, vm.Assignment, vm.Type, +1);
        }

        return model with { Vms = model.Vms.SetItem(vm.Id, vm) };
    }

    private static ClusterModel Charge(ClusterModel model, Assignment? assignment, InstanceType type, int sign)
    {
        if (assignment is null || !model.Hosts.TryGetValue(assignment.Host, out var host))
            return model;
        var demand = new Resources(sign * type.Demand.CpuWeight, sign * type.Demand.MemoryMiB);
        return With(model, host with { Used = host.Used + demand });
    }
}
