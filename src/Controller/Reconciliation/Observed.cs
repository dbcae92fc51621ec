using System.Collections.Immutable;
using Trapline.Controller.Model;
using Trapline.Controller.Model.Events;
using Trapline.Controller.Placement;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;

namespace Trapline.Controller.Reconciliation;

/// <summary>What the controller sees now and forgets at a fail-over: the hosts' latest reports, and which boots are known to be dead.</summary>
/// <param name="Hosts">The latest report of each host, and when it came.</param>
/// <param name="Deaths">The latest boot of each host that will never execute again, until the model says so.</param>
public sealed record Observed(
    ImmutableSortedDictionary<HostId, HostSighting> Hosts,
    ImmutableDictionary<HostId, Death> Deaths)
{
    /// <summary>Nothing seen yet.</summary>
    public static Observed Nothing { get; } = new(ImmutableSortedDictionary<HostId, HostSighting>.Empty, ImmutableDictionary<HostId, Death>.Empty);

    /// <summary>With a report, unless it is older than the one known.</summary>
    /// <param name="report">The report.</param>
    /// <param name="receivedAt">When it came, on the controller's monotonic clock.</param>
    public Observed With(HostReport report, TimeSpan receivedAt)
    {
        if (IsOld(report))
            return this;
        var known = Hosts.GetValueOrDefault(report.Host);
        TimeSpan? idleSince = report.Executing ? null : known?.IdleSince ?? receivedAt;
        return this with { Hosts = Hosts.SetItem(report.Host, HostSighting.After(known, report, receivedAt) with { IdleSince = idleSince }) };
    }

    /// <summary>Whether this report, or a later one, is known: it came late, or by more than one way.</summary>
    public bool IsOld(HostReport report) => Hosts.TryGetValue(report.Host, out var known) && IsOlder(report, known.Report);

    /// <summary>Whether a report says anything that those before it did not: only then the plan can be another because of it.</summary>
    public bool IsNews(HostReport report) =>
        !Hosts.TryGetValue(report.Host, out var known)
        || known.Report.Boot != report.Boot
        || (!IsOld(report)
            && (known.Report.Draining != report.Draining
                || known.Report.Executing != report.Executing
                || known.Report.Capacity != report.Capacity
                || known.WouldChange(report)
                || !known.Report.Leftovers.SequenceEqual(report.Leftovers)
                || (known.Report.LeftoverPart?.Look, known.Report.LeftoverPart?.Number) != (report.LeftoverPart?.Look, report.LeftoverPart?.Number)
                || !(known.Report.LeftoverPart?.Moves ?? []).SequenceEqual(report.LeftoverPart?.Moves ?? [])
                || !(known.Report.Snapshots ?? []).SequenceEqual(report.Snapshots ?? [])));

    /// <summary>Whether a host can execute VMs: its reports come in, and do not say for long that it may not.</summary>
    public bool TakesVms(HostId host, TimeSpan now, TimeSpan timeout) =>
        Hosts.TryGetValue(host, out var sighting) && now - sighting.ReceivedAt <= timeout && (sighting.IdleSince is not { } since || now - since <= timeout);

    /// <summary>What a host's reports say about giving it VMs.</summary>
    public HostReadiness ReadinessOf(HostId host, TimeSpan now, TimeSpan timeout) =>
        !TakesVms(host, now, timeout) ? HostReadiness.Silent
        : Hosts[host].Report.Draining ? HostReadiness.Ending
        : HostReadiness.Ready;

    /// <summary>With evidence that a boot is dead; the first evidence is kept, and the latest boot.</summary>
    public Observed WithDeath(HostId host, BootId boot, string evidence) =>
        Deaths.TryGetValue(host, out var known) && known.Boot.CompareTo(boot) >= 0 ? this : this with { Deaths = Deaths.SetItem(host, new Death(boot, evidence)) };

    /// <summary>What is left to see when an event is kept: what the model knows for good, and hosts that left, are forgotten here.</summary>
    public Observed After(IClusterEvent kept) => kept switch
    {
        HostRemoved e => new Observed(Hosts.Remove(e.Host), Deaths.Remove(e.Host)),
        HostLost e when Deaths.TryGetValue(e.Host, out var death) && death.Boot == e.Boot => this with { Deaths = Deaths.Remove(e.Host) },
        _ => this,
    };

    private static bool IsOlder(HostReport report, HostReport known)
    {
        var byBoot = report.Boot.CompareTo(known.Boot);
        return byBoot < 0 || (byBoot == 0 && report.Sequence <= known.Sequence);
    }
}

/// <summary>A boot of a host has ended.</summary>
/// <param name="Boot">Which.</param>
/// <param name="Evidence">How that is known: verdicts of a majority of keepers, or a witness.</param>
public sealed record Death(BootId Boot, string Evidence);
