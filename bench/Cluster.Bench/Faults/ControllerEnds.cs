using Trapline.Cli;
using Trapline.Cli.Client;
using Trapline.Cli.State;
using Trapline.Shared.Api;
using Trapline.Shared.Audit;

namespace Trapline.Cluster.Bench.Faults;

/// <summary>The process that has the controller is killed: from then until a VM that is asked for without cease executes.</summary>
internal static class ControllerEnds
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(100);

    /// <summary>A node that has just come back counts as a member for all others by then.</summary>
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(2);

    public static async Task MeasureOneOfThreeAsync(int count, Report report, CancellationToken cancellation)
    {
        await using var cluster = await BenchCluster.StartAsync(3, 3, cancellation);
        var paused = await MeasureAsync(cluster, "controller killed, one of three", TimeSpan.FromSeconds(10), count, report, cancellation);
        report.Holds("guests never paused", !paused);
    }

    public static async Task MeasureOnlyOneAsync(int count, Report report, CancellationToken cancellation)
    {
        await using var cluster = await BenchCluster.StartAsync(1, 3, cancellation);
        await MeasureAsync(cluster, "the only controller killed, started again by the launcher", TimeSpan.FromSeconds(5), count, report, cancellation);
    }

    /// <summary>Whether guests were paused.</summary>
    private static async Task<bool> MeasureAsync(BenchCluster cluster, string what, TimeSpan bar, int count, Report report, CancellationToken cancellation)
    {
        // The singleton is on the node that is a member for the longest time.
        var oldest = new Queue<string>(cluster.Nodes.Where(n => n.Kind == NodeKind.Controller).Select(n => n.Name));
        await cluster.RunAsync(new RunRequest("minios", "highcpu.small", "guest", 6), cancellation);
        var since = AuditTrail.Now;
        var times = new List<TimeSpan>();
        for (var i = 0; i < count; i++)
        {
            await cluster.UntilAsync(view => view.Vms.All(vm => vm.State == VmStates.Running) && view.Nodes.All(n => n.State == "alive"), cancellation);
            await cluster.UntilControllersServeAsync(cancellation);
            await Task.Delay(Settle, TimeProvider.System, cancellation);
            var victim = oldest.Dequeue();
            oldest.Enqueue(victim);
            var killedAt = await cluster.KillAsync(victim, cancellation);
            var vm = await AskUntilAcceptedAsync(cluster, $"probe-{i}", cancellation);
            var runs = await cluster.Audit.UntilAsync($"{vm} runs", killedAt, l => l.Kind == AuditKind.Runs && l.Vm?.Value == vm, cancellation);
            times.Add(AuditTrail.Between(killedAt, runs.At));
            Console.Error.WriteLine($"   {victim}: {times[^1].TotalMilliseconds:0} ms");
        }

        report.Times($"{what}, until a new VM executes", times, bar);
        report.Holds("no VM executed twice at a time", cluster.ExecutedOnce());
        return cluster.Audit.Lines.Any(l => l.At >= since && l.Kind is AuditKind.Lapse or AuditKind.Stops);
    }

    /// <summary>Asks every 100 ms, without waiting for the answers: a question to a controller that is gone is answered by nobody.</summary>
    private static async Task<string> AskUntilAcceptedAsync(BenchCluster cluster, string name, CancellationToken cancellation)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var accepted = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var apis = new ClusterState(0, [.. cluster.Nodes]).Apis;
        var token = ApiToken.ReadOrCreate(cluster.Folder);
        var asking = new List<Task>();
        while (!accepted.Task.IsCompleted)
        {
            asking.Add(AskAsync());
            await Task.WhenAny(accepted.Task, Task.Delay(Every, TimeProvider.System, cancellation));
            cancellation.ThrowIfCancellationRequested();
        }

        await over.CancelAsync();
        await Task.WhenAll(asking);
        return await accepted.Task;

        async Task AskAsync()
        {
            using var client = new ApiClient(apis, token);
            try
            {
                var answer = await client.PostAsync("/v1/vms", new RunRequest("minios", "highcpu.small", name), ApiJson.Default.RunRequest, over.Token);
                accepted.TrySetResult(answer.Vms[0]);
            }
            catch (Exception e) when (e is CliException or OperationCanceledException)
            {
                // Nobody there yet, or another question was accepted: there is a VM of that name then.
            }
        }
    }
}
