using System.Globalization;
using Trapline.Shared.Api;
using Trapline.Shared.Audit;

namespace Trapline.Cluster.Bench.Faults;

/// <summary>A VM's actor throws: from the request that makes it throw until its host's log says that the next one has taken the machine over.</summary>
internal static class ActorFails
{
    private const int Hosts = 3;

    private static readonly TimeSpan Bar = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(5);
    private const string Back = "the actor failed and is back";
    private const string TimeForm = "yyyy-MM-dd HH:mm:ss.fff";

    public static async Task MeasureAsync(int count, Report report, CancellationToken cancellation)
    {
        await using var cluster = await BenchCluster.StartAsync(1, Hosts, cancellation);
        var vms = await cluster.RunAsync(new RunRequest("minios", "highcpu.small", "guest", count + Hosts), cancellation);
        var times = new List<TimeSpan>();
        foreach (var vm in vms)
        {
            await cluster.ShowsAsync(vm, "minios> ", cancellation);
            var since = TimeProvider.System.GetUtcNow();
            await cluster.Api.PostAsync($"/v1/vms/{vm}/fail-actor", cancellation);
            var line = await LineAsync(cluster, vm, cancellation);
            var at = DateTime.ParseExact(line[..TimeForm.Length], TimeForm, CultureInfo.InvariantCulture);
            times.Add(at - since.LocalDateTime);
        }

        // The first on each host finds code that has never run.
        times.RemoveRange(0, Hosts);
        report.Times("VM actor throws, from the request for it until the actor is back", times, Bar);
        report.Holds("every machine kept running meanwhile", !cluster.Audit.Lines.Any(l => l.Kind is AuditKind.Stops or AuditKind.Lapse));
    }

    private static async Task<string> LineAsync(BenchCluster cluster, string vm, CancellationToken cancellation)
    {
        for (; ; )
        {
            foreach (var node in cluster.Nodes)
            {
                var log = Path.Combine(cluster.Folder, "logs", $"{node.Name}.log");
                await foreach (var line in File.ReadLinesAsync(log, cancellation))
                {
                    if (line.Contains($"{vm} ", StringComparison.Ordinal) && line.Contains(Back, StringComparison.Ordinal))
                        return line;
                }
            }

            await Task.Delay(Poll, TimeProvider.System, cancellation);
        }
    }
}
