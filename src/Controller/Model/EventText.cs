using System.Globalization;
using Trapline.Controller.Model.Events;
using Trapline.Shared.Ids;

namespace Trapline.Controller.Model;

/// <summary>Each event as one line for people: what <c>trapline events</c> prints, without the time.</summary>
public static class EventText
{
    /// <summary>Most names of one kind in a line.</summary>
    private const int Names = 20;

    /// <summary>The line.</summary>
    /// <param name="happened">The event.</param>
    /// <param name="nameOf">What users call a VM; null for its id.</param>
    public static string Describe(IClusterEvent happened, Func<VmId, string>? nameOf = null) => happened switch
    {
        VmDefined e => $"{e.Vm} defined: {e.Spec.Image} {e.Spec.InstanceType}, restart {Words.Of(e.Spec.Restart)}",
        DesiredStateChanged e => $"{e.Vm} should be {Words.Of(e.Desired)}",
        RebootRequested e => $"{e.Vm} {e.Incarnation} is to be rebooted",
        VmPlaced e => $"{e.Vm} {e.Incarnation} goes to {e.Host}: {e.Reason}",
        VmPending e => $"{e.Vm} waits: {e.Reason}",
        VmsPending e => $"{e.Vms.Length} VMs wait: {e.Reason} ({Listing(e.Vms.Select(vm => nameOf?.Invoke(vm) ?? vm.Value).ToList())})",
        VmStarted e => $"{e.Vm} {e.Incarnation} runs",
        VmEnded e => $"{e.Vm} {e.Incarnation} ended: {Words.Of(e.End)}{Detail(e.Detail)}{(e.TooSoon ? ", too soon after its start" : "")}{Next(e)}",
        VmIsStable e => $"{e.Vm} is stable",
        VmRemoved e => $"{e.Vm} is gone",
        MoveStarted e => $"{e.Vm} moves from {e.From} to {e.To}: {e.Reason}",
        MoveAborted e => $"{e.Vm} stays where it is: {e.Reason}{Rest(e)}",
        HostBooted e => $"host {e.Host} booted as {e.Boot}: {e.Capacity.CpuWeight} CPU weight, {e.Capacity.MemoryMiB} MiB",
        HostCapacityChanged e => $"host {e.Host} offers {e.Capacity.CpuWeight} CPU weight, {e.Capacity.MemoryMiB} MiB",
        HostLost e => $"host {e.Host} {e.Boot} is lost: {e.Evidence}",
        HostDiskLow e => $"host {e.Host} is low on disk space: {e.FreeMiB} MiB are left, and it should have {e.BarMiB} MiB; new VMs and moves go elsewhere, what runs goes on",
        HostDiskEnough e => $"host {e.Host} has disk space again: {e.FreeMiB} MiB",
        HostScheduling e => $"host {e.Host} is {Words.Of(e.Availability)}: {e.Reason}",
        SnapshotRequested e => $"snapshot {e.Snapshot} '{e.Name}' of {e.Vm} {e.Incarnation} is to be taken on {e.Host}",
        SnapshotTaken e => e.Bytes < 10 << 20 ? $"snapshot {e.Snapshot} is taken: {e.Bytes >> 10} KiB" : $"snapshot {e.Snapshot} is taken: {e.Bytes >> 20} MiB",
        SnapshotFailed e => $"snapshot {e.Snapshot} could not be taken: {e.Reason}",
        SnapshotUnwanted e => $"snapshot {e.Snapshot} is to be removed",
        SnapshotRemoved e => $"snapshot {e.Snapshot} is gone",
        SnapshotKept e => $"host {e.Host} has snapshot {e.Snapshot} of {e.Of}, which the journal does not know: it is kept; 'trapline snapshot rm {e.Snapshot}' deletes it",
        VolumesKept e => $"host {e.Host} has {e.Vm}, which the journal does not know: it may not execute, but its volumes are kept; 'trapline volume rm {e.Vm}' deletes them",
        VolumesUnwanted e => $"what is left of {e.Vm} is to be deleted",
        VolumesRemoved e => $"what is left of {e.Vm} is deleted by {e.Host}",
        LeftoversJudged e => LeftoverText.Of(e),
        HostRemoved e => $"host {e.Host} left",
        ClockSet e => string.Create(CultureInfo.InvariantCulture, $"the controller's clock was set {(e.By > TimeSpan.Zero ? "forward" : "back")} by {e.By.Duration().TotalSeconds:0.###} s: what waits does so as long as it should"),
        _ => happened.GetType().Name,
    };

    private static string Detail(string? detail) => detail is null ? "" : $" ({detail})";

    /// <summary>The first of many.</summary>
    internal static string Listing<T>(IReadOnlyCollection<T> all) =>
        string.Join(", ", all.Take(Names)) + (all.Count > Names ? $" and {all.Count - Names} more" : "");

    private static string Rest(MoveAborted e) =>
        e.RetryAt is { } retryAt ? string.Create(CultureInfo.InvariantCulture, $"; not moved again by itself for {(retryAt - e.At).TotalSeconds:0.###} s") : "";

    private static string Next(VmEnded e)
    {
        if (e.CrashLoop)
            return "; crash loop, not started again";
        if (e.RetryAt is not { } retryAt)
            return "; not started again";
        return retryAt <= e.At ? "; starts again" : string.Create(CultureInfo.InvariantCulture, $"; starts again in {(retryAt - e.At).TotalSeconds:0.###} s");
    }
}
