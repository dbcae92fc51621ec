using System.Collections.Immutable;
using Trapline.Shared.Api;
using Trapline.Shared.Audit;
using Trapline.Shared.Faults;

namespace Trapline.Cluster.Bench.Faults;

/// <summary>A host ends, or is cut off: from the fault until the last of its guests executes elsewhere.</summary>
internal static class HostEnds
{
    private const int Hosts = 3;

    private static readonly TimeSpan SeenBar = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan UnseenBar = TimeSpan.FromSeconds(5);

    public static Task MeasureSeenAsync(int count, Report report, CancellationToken cancellation) =>
        MeasureAsync("host killed, the launcher saw it", SeenBar, watch: true, count, report, cancellation);

    public static Task MeasureUnseenAsync(int count, Report report, CancellationToken cancellation) =>
        MeasureAsync("host killed, nobody saw it", UnseenBar, watch: false, count, report, cancellation);

    public static async Task MeasureCutAsync(int count, Report report, CancellationToken cancellation)
    {
        await MeasureCutAsync("host cut off by the network", (victim, others) => [[victim], others], oneWay: false, count, report, cancellation);
        await MeasureCutAsync("host that hears nothing any more", (victim, others) => [others, [victim]], oneWay: true, count, report, cancellation);
        await MeasureCutAsync("host that nobody hears any more", (victim, others) => [[victim], others], oneWay: true, count, report, cancellation);
    }

    private static async Task MeasureCutAsync(
        string what, Func<string, ImmutableArray<string>, ImmutableArray<ImmutableArray<string>>> cut, bool oneWay, int count, Report report, CancellationToken cancellation)
    {
        await using var cluster = await StartAsync(watch: true, cancellation);
        var faults = new FaultFolder(cluster.Folder);
        var times = new List<TimeSpan>();
        for (var i = 0; i < count; i++)
        {
            var victim = $"node{1 + (i % Hosts)}";
            var before = await RestedAsync(cluster, victim, cancellation);
            var others = cluster.Nodes.Select(n => n.Name).Where(name => name != victim).ToImmutableArray();
            var since = AuditTrail.Now;
            faults.Write(new Partition($"bench-{i}", cut(victim, others), oneWay, TimeProvider.System.GetUtcNow()));
            times.Add(await ElsewhereAsync(cluster, before, victim, since, cancellation));
            faults.Heal();
            await BackAsync(cluster, before, victim, cancellation);
        }

        report.Times(what, times, UnseenBar);
        report.Holds("its guests were paused before they executed elsewhere", cluster.ExecutedOnce());
    }

    private static async Task MeasureAsync(string what, TimeSpan bar, bool watch, int count, Report report, CancellationToken cancellation)
    {
        await using var cluster = await StartAsync(watch, cancellation);
        var times = new List<TimeSpan>();
        for (var i = 0; i < count; i++)
        {
            var victim = $"node{1 + (i % Hosts)}";
            var before = await RestedAsync(cluster, victim, cancellation);
            var killedAt = await cluster.KillAsync(victim, cancellation);
            times.Add(await ElsewhereAsync(cluster, before, victim, killedAt, cancellation));
            if (!watch)
                cluster.StartAgain(victim);
            await BackAsync(cluster, before, victim, cancellation);
        }

        report.Times(what, times, bar);
        report.Holds("no VM executed twice at a time", cluster.ExecutedOnce());
    }

    private static async Task<BenchCluster> StartAsync(bool watch, CancellationToken cancellation)
    {
        var cluster = await BenchCluster.StartAsync(1, Hosts, cancellation, watch);
        try
        {
            await cluster.RunAsync(new RunRequest("minios", "highcpu.small", "guest", 6), cancellation);
            await cluster.RunAsync(new RunRequest("journal", "highcpu.small", "ledger"), cancellation);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>All is well, and the victim has VMs.</summary>
    private static Task<ClusterView> RestedAsync(BenchCluster cluster, string victim, CancellationToken cancellation) => cluster.UntilAsync(
        view => view.Vms.All(vm => vm.State == VmStates.Running) && view.Vms.Any(vm => vm.Node == victim) && view.Nodes.All(n => n.State == "alive"), cancellation);

    private static async Task<TimeSpan> ElsewhereAsync(BenchCluster cluster, ClusterView before, string victim, long since, CancellationToken cancellation)
    {
        var last = since;
        foreach (var vm in before.Vms.Where(vm => vm.Node == victim))
        {
            var runs = await cluster.Audit.UntilAsync(
                $"{vm.Name} runs elsewhere", since, l => l.Kind == AuditKind.Runs && l.Vm?.Value == vm.Id && l.Incarnation?.Value > vm.Incarnation && l.Host.Value != victim, cancellation);
            last = Math.Max(last, runs.At);
        }

        var took = AuditTrail.Between(since, last);
        Console.Error.WriteLine($"   {victim}: {took.TotalMilliseconds:0} ms");
        return took;
    }

    private static Task BackAsync(BenchCluster cluster, ClusterView before, string victim, CancellationToken cancellation) =>
        cluster.UntilAsync(view => view.FindNode(victim) is { State: "alive" } node && node.Boot != before.FindNode(victim)!.Boot, cancellation);
}
