using Trapline.Shared.Api;
using Trapline.Shared.Audit;

namespace Trapline.Cluster.Bench.Faults;

/// <summary>A guest ends by itself: from the end that its host noted until the next incarnation executes.</summary>
internal static class GuestEnds
{
    private static readonly TimeSpan Bar = TimeSpan.FromMilliseconds(100);

    /// <summary>What the restart policy waits before the second restart of a VM that crashes.</summary>
    private static readonly TimeSpan SecondBackoff = TimeSpan.FromSeconds(1);

    public static async Task MeasureAsync(int count, Report report, CancellationToken cancellation)
    {
        await using var cluster = await BenchCluster.StartAsync(1, 3, cancellation);
        var vms = await cluster.RunAsync(new RunRequest("minios", "highcpu.small", "guest", count), cancellation);
        List<TimeSpan> panics = [], seconds = [], resets = [];
        foreach (var vm in vms)
        {
            panics.Add(await EndAsync(cluster, vm, "crash panic", 1, cancellation));
            seconds.Add(await EndAsync(cluster, vm, "crash panic", 2, cancellation) - SecondBackoff);
        }

        // On VMs of their own: a guest that resets itself right after its start counts as one that crashed.
        foreach (var vm in await cluster.RunAsync(new RunRequest("minios", "highcpu.small", "reset", count), cancellation))
            resets.Add(await EndAsync(cluster, vm, "reboot", 1, cancellation));

        report.Times("guest panic until it executes again", panics, Bar);
        report.Times("second guest panic, beyond the back-off of 1 s", seconds, Bar);
        report.Times("guest power reset until it executes again", resets, Bar);
        report.Holds("no VM executed twice at a time", cluster.ExecutedOnce());
    }

    private static async Task<TimeSpan> EndAsync(BenchCluster cluster, string vm, string command, long incarnation, CancellationToken cancellation)
    {
        await cluster.UntilAsync(view => view.FindVm(vm) is { State: VmStates.Running } now && now.Incarnation == incarnation, cancellation);
        await cluster.ShowsAsync(vm, "minios> ", cancellation);
        var since = AuditTrail.Now;
        await cluster.TypeAsync(vm, command, cancellation);
        var ended = await cluster.Audit.UntilAsync($"{vm} ends", since, l => l.Kind == AuditKind.Stops && l.Vm?.Value == vm, cancellation);
        var runs = await cluster.Audit.UntilAsync($"{vm} runs again", ended.At, l => l.Kind == AuditKind.Runs && l.Vm?.Value == vm, cancellation);
        return AuditTrail.Between(ended.At, runs.At);
    }
}
