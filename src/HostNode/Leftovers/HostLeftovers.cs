using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Trapline.HostNode.Machines;
using Trapline.HostNode.Snapshots;
using Trapline.HostNode.Storage;
using Trapline.HostNode.Vms;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;

namespace Trapline.HostNode.Leftovers;

/// <summary>To the host actor: a look through the data root has come to its end.</summary>
/// <param name="Look">Which look: those of earlier ones come late.</param>
/// <param name="Finds">VMs and moves.</param>
/// <param name="Snapshots">Whole snapshots, whoever took them.</param>
/// <param name="Problem">What kept it from looking at all of it.</param>
internal sealed record LeftoversFound(long Look, LeftoverFinds Finds, IReadOnlyList<SnapshotDescription> Snapshots, string? Problem = null) : ILocalMessage;

/// <summary>To the host actor: something could not be deleted.</summary>
internal sealed record NotDeleted(string What, string Why) : ILocalMessage;

/// <summary>
/// What earlier lives of this and other hosts left in the data root, as the host actor deals with it: looked for and deleted off its thread, reported
/// through a <see cref="LeftoverShelf"/>, and not touched before the controller has judged it.
/// </summary>
internal sealed class HostLeftovers(MachineFactory factory, SnapshotShelf snapshots, ILoggingAdapter log)
{
    private readonly LeftoverScan _scan = new(factory.Root);
    private readonly LeftoverShelf _shelf = new();
    private long _look;

    /// <summary>What the next report says.</summary>
    public (ImmutableArray<VmId> Vms, LeftoverPart Part) Report() => _shelf.Report();

    /// <summary>Begins to look; the host actor hears <see cref="LeftoversFound"/>.</summary>
    public void Look(IActorRef host)
    {
        var look = ++_look;
        _shelf.Begin();
        DiskWork.Run(() => new LeftoversFound(look, _scan.Run(), factory.Snapshots.All()))
            .PipeTo(host, failure: e => new LeftoversFound(look, new LeftoverFinds([], []), [], e.Message));
    }

    /// <summary>Looks again, if that look was the last one.</summary>
    public void LookAgain(ScanLeftovers order, IActorRef host)
    {
        if (_shelf.Report().Part.Look == order.Look)
            Look(host);
    }

    /// <summary>The look has come to its end. False if it is not the present one.</summary>
    public bool Found(LeftoversFound found)
    {
        if (found.Look != _look)
            return false;
        if (found.Problem is { } problem)
            log.Warning("The data root could not be looked through: {Problem}; what earlier lives left there stays", problem);
        if (found.Finds.Foreign > 0)
            log.Warning("{Count} entries of the data root are called like nothing of Trapline's; they are not touched", found.Finds.Foreign);
        if (found.Finds.IsCut)
            log.Warning("There is more in the data root than the {Most} entries that are looked at", LeftoverScan.Most);
        foreach (var snapshot in found.Snapshots)
            snapshots.Found(snapshot.Snapshot, snapshot.Bytes, snapshot.Vm);
        _shelf.Found(found.Finds);
        return true;
    }

    /// <summary>The controller's verdict on a part. False if it is not the present one.</summary>
    /// <param name="order">The verdict.</param>
    /// <param name="host">The host actor.</param>
    /// <param name="deleteVm">Deletes what is left of a VM.</param>
    public bool Settle(SettleLeftovers order, IActorRef host, Action<VmId> deleteVm)
    {
        if (_shelf.Settle(order) is not var (vms, moves))
            return false;
        foreach (var vm in vms)
            deleteVm(vm);
        foreach (var move in moves)
            DiskWork.Run(() => factory.DeleteMove(move)).PipeTo(host, failure: e => new NotDeleted($"what move {move} carried", e.Message));
        return true;
    }
}
