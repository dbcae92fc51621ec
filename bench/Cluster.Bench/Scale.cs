using System.Collections.Concurrent;
using System.Text;
using Trapline.Cli;
using Trapline.Cli.State;
using Trapline.Shared.Api;

namespace Trapline.Cluster.Bench;

/// <summary>Many small guests on three nodes: how long until each answers at its console, what the cluster costs when idle, memory of a VM.</summary>
internal static class Scale
{
    private const int Vms = 1_000;
    private const int Typists = 32;

    private static readonly TimeSpan Most = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    public static async Task MeasureAsync(BenchOptions options, Report report, CancellationToken cancellation)
    {
        var time = TimeProvider.System;
        await using var cluster = await BenchCluster.StartAsync(1, 3, cancellation);
        var memory = cluster.HostMemory();
        var processorTime = cluster.ProcessorTime();
        var began = time.GetTimestamp();
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        bound.CancelAfter(Most);
        var ids = await cluster.RunAsync(new RunRequest("minios", "standard.small", "small", Vms), bound.Token);
        report.Note("request for 1,000 VMs accepted", time.GetElapsedTime(began).TotalSeconds, "s");
        var work = new ConcurrentQueue<string>(ids);
        await Task.WhenAll(Enumerable.Range(0, Typists).Select(_ => AnswersAsync(cluster, work, bound.Token)));
        report.Below("1,000 minios VMs on three nodes, until all answered at their consoles", time.GetElapsedTime(began).TotalSeconds, 20, "s");
        foreach (var kind in new[] { NodeKind.Controller, NodeKind.Host })
            report.Note($"processor time of a {kind} until then", cluster.Nodes.Where(n => n.Kind == kind).Average(n => BenchCluster.Look(n, p => p.TotalProcessorTime).TotalSeconds), "s");
        report.Note("processor time of all nodes for it", (cluster.ProcessorTime() - processorTime).TotalSeconds, "s");

        await Task.Delay(Settle, time, cancellation);
        report.Note("memory of a VM, guest pages included", (cluster.HostMemory() - memory) / 1024.0 / Vms, "KiB");
        var idleSince = time.GetTimestamp();
        processorTime = cluster.ProcessorTime();
        var perNode = cluster.Nodes.ToDictionary(n => n.Name, n => BenchCluster.Look(n, p => p.TotalProcessorTime));
        await Task.Delay(IdleTime, time, cancellation);
        var elapsed = time.GetElapsedTime(idleSince);
        report.Below("all processes with 1,000 idle VMs, of one core", 100 * ((cluster.ProcessorTime() - processorTime) / elapsed), 10, "%");
        foreach (var node in cluster.Nodes)
            report.Note($"of it {node.Name}", 100 * ((BenchCluster.Look(node, p => p.TotalProcessorTime) - perNode[node.Name]) / elapsed), "%");
    }

    private static async Task AnswersAsync(BenchCluster cluster, ConcurrentQueue<string> work, CancellationToken cancellation)
    {
        while (work.TryDequeue(out var vm))
        {
            await ShowsAsync(cluster, vm, "minios> ", cancellation);
            await cluster.Api.TypeAsync(vm, Encoding.ASCII.GetBytes($"echo {vm} is here\r"), cancellation);
            await ShowsAsync(cluster, vm, $"\n{vm} is here", cancellation);
        }
    }

    private static async Task ShowsAsync(BenchCluster cluster, string vm, string awaited, CancellationToken cancellation)
    {
        for (; ; )
        {
            try
            {
                var read = await cluster.Api.GetAsync($"/v1/vms/{vm}/console", ApiJson.Default.ConsoleView, cancellation);
                if (Encoding.ASCII.GetString(read.Bytes).Contains(awaited, StringComparison.Ordinal))
                    return;
            }
            catch (CliException e) when (e.ExitCode is ExitCodes.Conflict or ExitCodes.Unavailable)
            {
                // It has no host yet.
            }

            await Task.Delay(Poll, TimeProvider.System, cancellation);
        }
    }
}
