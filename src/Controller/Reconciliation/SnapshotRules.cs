using Trapline.Controller.Model;
using Trapline.Controller.Model.Events;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;

namespace Trapline.Controller.Reconciliation;

/// <summary>
/// Snapshots, step by step; each step is asked for again until a report shows it.
/// <code>
///   SnapshotRequested ──► TakeSnapshot ──► report: taken ──► SnapshotTaken ──► (a user) SnapshotUnwanted
///          │                                                                          │
///          └── report: failed, or its VM ended, or too late ──► SnapshotFailed ───────┴──► DropSnapshot ──► report: dropped ──► SnapshotRemoved
/// </code>
/// On the disk a snapshot is there as a whole or not at all, and its id is never used again: what a host still has of one that was removed is dropped.
/// One that the model has never heard of is kept, and an event says so: the journal may have been lost. A user can have it removed like any other.
/// </summary>
internal static class SnapshotRules
{
    public static void Apply(Pass pass)
    {
        foreach (var snapshot in pass.Model.Snapshots.Values)
        {
            if (snapshot.Phase == SnapshotPhase.Taking)
                Take(pass, snapshot);
            else if (snapshot.Phase == SnapshotPhase.Removing)
                Remove(pass, snapshot);
        }

        foreach (var host in pass.Model.Hosts.Values)
        {
            if (!host.Lost && pass.Sighting(host.Id) is { Report.Snapshots: { } reports })
            {
                foreach (var report in reports)
                    Settle(pass, host.Id, report);
            }
        }
    }

    private static void Take(Pass pass, SnapshotRecord snapshot)
    {
        var report = ReportOf(pass, snapshot);
        var deadline = snapshot.At + pass.Settings.SnapshotTimeout;
        if (report is { Progress: SnapshotProgress.Taken })
            pass.Decide(new SnapshotTaken(pass.Now, snapshot.Id, report.Bytes));
        else if (report is { Progress: SnapshotProgress.Failed or SnapshotProgress.Dropped })
            pass.Decide(new SnapshotFailed(pass.Now, snapshot.Id, report.Problem ?? "it was dropped"));
        else if (!StillThere(pass, snapshot))
            pass.Decide(new SnapshotFailed(pass.Now, snapshot.Id, $"{snapshot.VmName} {snapshot.Incarnation} ended, or went elsewhere, before it was saved"));
        else if (deadline <= pass.Now)
            pass.Decide(new SnapshotFailed(pass.Now, snapshot.Id, $"not saved within {pass.Settings.SnapshotTimeout.TotalSeconds:0} s"));
        else
            Order(pass, snapshot, deadline);
    }

    private static void Order(Pass pass, SnapshotRecord snapshot, DateTimeOffset deadline)
    {
        pass.WakeAt(deadline);
        Tell(pass, snapshot.Host, new TakeSnapshot(snapshot.Id, snapshot.Vm, snapshot.Incarnation));
    }

    private static bool StillThere(Pass pass, SnapshotRecord snapshot) =>
        pass.Model.Vms.GetValueOrDefault(snapshot.Vm)?.Assignment is { } assignment && assignment.Host == snapshot.Host && assignment.Incarnation == snapshot.Incarnation;

    /// <summary>By the host that took it, which may still be at it; by another when that one does not report.</summary>
    private static void Remove(Pass pass, SnapshotRecord snapshot)
    {
        if (ReportOf(pass, snapshot) is { Progress: SnapshotProgress.Dropped })
        {
            pass.Decide(new SnapshotRemoved(pass.Now, snapshot.Id));
            return;
        }

        HostId? by = CanAct(pass, snapshot.Host) ? snapshot.Host : pass.Model.Hosts.Keys.Where(h => CanAct(pass, h)).Select(h => (HostId?)h).FirstOrDefault();
        if (by is { } host)
            Tell(pass, host, new DropSnapshot(snapshot.Id));
    }

    /// <summary>What a host says of a snapshot that nobody waits for any more.</summary>
    private static void Settle(Pass pass, HostId host, SnapshotReport report)
    {
        var known = pass.Model.Snapshots.GetValueOrDefault(report.Snapshot);
        var isThere = report.Progress is SnapshotProgress.Taken or SnapshotProgress.Taking;
        if (known is null && isThere && pass.Model.RemovedSnapshots.Ids.Contains(report.Snapshot))
            Tell(pass, host, new DropSnapshot(report.Snapshot));
        else if (known is null && report.Progress == SnapshotProgress.Taken)
            pass.KeepIfStranger(host, report);
        else if (known is null ? !isThere : known.Phase is SnapshotPhase.Ready or SnapshotPhase.LeftOver)
            Tell(pass, host, new ForgetSnapshot(report.Snapshot));
    }

    private static SnapshotReport? ReportOf(Pass pass, SnapshotRecord snapshot) =>
        pass.Model.Hosts.Keys.Select(h => pass.Sighting(h)?.About(snapshot.Id)).OfType<SnapshotReport>().OrderByDescending(r => r.Progress).FirstOrDefault();

    private static bool CanAct(Pass pass, HostId host) => pass.Model.Hosts.TryGetValue(host, out var record) && !record.Lost && pass.Reports(host);

    private static void Tell(Pass pass, HostId host, ISnapshotCommand command) => pass.Tell(host, new SnapshotOrder(pass.Model.Hosts[host].Boot, command));
}
