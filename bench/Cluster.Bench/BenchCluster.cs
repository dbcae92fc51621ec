using System.Diagnostics;
using Trapline.Cli.Client;
using Trapline.Cli.Launching;
using Trapline.Cli.State;
using Trapline.Shared.Api;

namespace Trapline.Cluster.Bench;

/// <summary>A cluster of real processes in a temporary folder, started by the launcher of the command line and ended with its folder.</summary>
internal sealed class BenchCluster : IAsyncDisposable
{
    /// <summary>Small guests are promised far more than there is: what they take when idle is what is measured.</summary>
    private const string Settings = """
        trapline.host { cpu-overcommit = 500, memory-overcommit = 20 }
        trapline.controller.balance = off
        trapline.logging.level = warning
        """;

    private readonly DirectoryInfo _folder;
    private readonly LocalCluster _cluster;

    private BenchCluster(DirectoryInfo folder, LocalCluster cluster) => (_folder, _cluster) = (folder, cluster);

    /// <summary>Its API.</summary>
    public ApiClient Api => _cluster.Api;

    /// <summary>Its processes.</summary>
    public IReadOnlyList<NodeState> Nodes => _cluster.Nodes;

    /// <summary>Its data root.</summary>
    public string Folder => _folder.FullName;

    /// <summary>Starts one.</summary>
    public static async Task<BenchCluster> StartAsync(int controllers, int hosts, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("trapline-bench-");
        try
        {
            var settings = Path.Combine(folder.FullName, "bench.conf");
            await File.WriteAllTextAsync(settings, Settings, cancellation);
            var options = new LaunchOptions(BasePort: null, settings, TimeProvider.System);
            return new BenchCluster(folder, await LocalCluster.StartAsync(new DataFolder(folder.FullName), controllers, hosts, options, _ => { }, cancellation));
        }
        catch
        {
            folder.Delete(recursive: true);
            throw;
        }
    }

    /// <summary>Defines VMs; returns their ids.</summary>
    public async Task<IReadOnlyList<string>> RunAsync(RunRequest request, CancellationToken cancellation) =>
        (await Api.PostAsync("/v1/vms", request, ApiJson.Default.RunRequest, cancellation)).Vms;

    /// <summary>Processor time of all its processes so far.</summary>
    public TimeSpan ProcessorTime() => Nodes.Aggregate(TimeSpan.Zero, (sum, node) => sum + Look(node, p => p.TotalProcessorTime));

    /// <summary>Resident memory of all its hosts.</summary>
    public long HostMemory() => Nodes.Where(n => n.Kind == NodeKind.Host).Sum(n => Look(n, p => p.WorkingSet64));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>Looks at one process.</summary>
    public static T Look<T>(NodeState node, Func<Process, T> at)
    {
        using var process = Process.GetProcessById(node.Pid);
        return at(process);
    }
}
