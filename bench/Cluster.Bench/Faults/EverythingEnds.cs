using System.Globalization;
using Trapline.Shared.Api;
using Trapline.Shared.Audit;

namespace Trapline.Cluster.Bench.Faults;

/// <summary>All processes are killed at once: from the next <c>up</c> until the last of the same VMs executes, with what it had on its disk.</summary>
internal static class EverythingEnds
{
    private const int Hosts = 3;

    public static async Task MeasureAsync(int count, Report report, CancellationToken cancellation)
    {
        await using var cluster = await BenchCluster.StartAsync(1, Hosts, cancellation, watch: false);
        await cluster.RunAsync(new RunRequest("minios", "highcpu.small", "guest", 5), cancellation);
        await cluster.RunAsync(new RunRequest("journal", "highcpu.small", "ledger"), cancellation);
        var times = new List<TimeSpan>();
        var isWhole = true;
        for (var i = 0; i < count; i++)
        {
            var before = await cluster.UntilAsync(view => view.Vms.All(vm => vm.State == VmStates.Running), cancellation);
            var acknowledged = LastNumber(await cluster.ShowsAsync("ledger", "ack ", cancellation), "ack ");
            await Task.WhenAll(cluster.Nodes.Select(node => cluster.KillAsync(node.Name, cancellation)));
            await cluster.DownAsync();
            var since = AuditTrail.Now;
            await cluster.UpAsync(1, Hosts, watch: false, cancellation);
            var last = since;
            foreach (var vm in before.Vms)
                last = Math.Max(last, (await cluster.Audit.UntilAsync($"{vm.Name} runs", since, l => l.Kind == AuditKind.Runs && l.Vm?.Value == vm.Id, cancellation)).At);
            times.Add(AuditTrail.Between(since, last));
            var verified = LastNumber(await cluster.ShowsAsync("ledger", "journal: last record", cancellation), "verified ");
            isWhole &= verified >= acknowledged;
            Console.Error.WriteLine($"   {times[^1].TotalMilliseconds:0} ms; {acknowledged} acknowledged, {verified} found");
        }

        report.Times("everything killed at once, from `up` until all execute again", times, TimeSpan.FromSeconds(10));
        report.Holds("every acknowledged record was on the disk", isWhole);
        report.Holds("no VM executed twice at a time", cluster.ExecutedOnce());
    }

    /// <summary>The number behind the last occurrence of a word.</summary>
    private static long LastNumber(string text, string word) => text.Split('\n')
        .Where(line => line.StartsWith(word, StringComparison.Ordinal))
        .Select(line => long.Parse(line[word.Length..].Split(' ', '\r')[0], CultureInfo.InvariantCulture))
        .LastOrDefault();
}
