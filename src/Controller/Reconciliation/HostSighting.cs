using System.Collections.Immutable;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;

namespace Trapline.Controller.Reconciliation;

/// <summary>
/// What one life of a host has said so far: its latest report, put together with those before it where it carries only what changed. A part whose
/// base is missing here (this controller has just taken over, or a report was lost) changes no VM; the answer to it names the version that is
/// known, and the host begins there again.
/// </summary>
/// <param name="Report">The latest report as it came.</param>
/// <param name="ReceivedAt">When it came, on the controller's monotonic clock.</param>
/// <param name="Vms">All its VMs, as far as they are known.</param>
/// <param name="Version">All changes up to this version are in <paramref name="Vms"/>.</param>
/// <param name="IsComplete">Nothing is missing: a VM that is not in <paramref name="Vms"/> is not on the host.</param>
public sealed record HostSighting(
    HostReport Report,
    TimeSpan ReceivedAt,
    ImmutableSortedDictionary<VmId, VmReport> Vms,
    long Version,
    bool IsComplete)
{
    /// <summary>Since when the host has said, in this life or earlier ones, that it may not execute guests; null if it may.</summary>
    public TimeSpan? IdleSince { get; init; }

    /// <summary>What is known after a report.</summary>
    /// <param name="before">What was known before; another life of the host counts for nothing.</param>
    /// <param name="report">The report.</param>
    /// <param name="receivedAt">When it came.</param>
    public static HostSighting After(HostSighting? before, HostReport report, TimeSpan receivedAt)
    {
        var known = before?.Report.Boot == report.Boot ? before : null;
        if (report.Part is not { Base: > 0 } part)
            return new HostSighting(report, receivedAt, report.Vms.ToImmutableSortedDictionary(v => v.Vm, v => v), report.Part?.Version ?? 0, report.Part is not { More: true });
        if (known is null || known.Version < part.Base)
            return new HostSighting(report, receivedAt, known?.Vms ?? ImmutableSortedDictionary<VmId, VmReport>.Empty, known?.Version ?? 0, IsComplete: false);
        var vms = known.Vms;
        if (!report.Vms.IsEmpty || !part.Gone.IsEmpty)
            vms = vms.RemoveRange(part.Gone).SetItems(report.Vms.Select(v => KeyValuePair.Create(v.Vm, v)));
        return new HostSighting(report, receivedAt, vms, part.Version, !part.More);
    }

    /// <summary>What the host says about a VM, if it has it.</summary>
    public VmReport? About(VmId vm) => Vms.GetValueOrDefault(vm);

    /// <summary>What the host says of a snapshot, if anything.</summary>
    public SnapshotReport? About(SnapshotId snapshot) => Report.Snapshots?.FirstOrDefault(s => s.Snapshot == snapshot);

    /// <summary>The version that is known of a life of the host: none of another life than the one that reported last.</summary>
    public long VersionOf(BootId boot) => Report.Boot == boot ? Version : 0;

    /// <summary>Whether a later report of the same life says something new about VMs.</summary>
    internal bool WouldChange(HostReport report)
    {
        if (report.Vms.Any(v => About(v.Vm) != v))
            return true;
        return report.Part is { Base: > 0 } part
            ? part.Gone.Any(Vms.ContainsKey) || (!IsComplete && !part.More)
            : report.Vms.Length != Vms.Count || (!IsComplete && report.Part is not { More: true });
    }
}
