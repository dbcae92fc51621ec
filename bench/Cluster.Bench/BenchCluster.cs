using System.Diagnostics;
using System.Text;
using Trapline.Cli;
using Trapline.Cli.Client;
using Trapline.Cli.Launching;
using Trapline.Cli.State;
using Trapline.Cluster.Tests.Audit;
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

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("trapline-bench-");
    private LocalCluster? _cluster;
    private bool _isWatched;

    private BenchCluster() => Audit = new AuditTrail(_folder.FullName);

    /// <summary>When guests executed.</summary>
    public AuditTrail Audit { get; }

    /// <summary>Its API.</summary>
    public ApiClient Api => _cluster!.Api;

    /// <summary>Its processes.</summary>
    public IReadOnlyList<NodeState> Nodes => _cluster!.Nodes;

    /// <summary>Its data root.</summary>
    public string Folder => _folder.FullName;

    /// <summary>Starts one; without <paramref name="watch"/> nobody sees processes end, and none is started again.</summary>
    public static async Task<BenchCluster> StartAsync(int controllers, int hosts, CancellationToken cancellation, bool watch = true)
    {
        var cluster = new BenchCluster();
        try
        {
            await File.WriteAllTextAsync(cluster.SettingsFile, Settings, cancellation);
            await cluster.UpAsync(controllers, hosts, watch, cancellation);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts all processes, also again after <see cref="DownAsync"/>, on the same data root.</summary>
    public async Task UpAsync(int controllers, int hosts, bool watch, CancellationToken cancellation)
    {
        var options = new LaunchOptions(BasePort: null, SettingsFile, TimeProvider.System) { Watch = watch, HealthyAfter = TimeSpan.Zero };
        _isWatched = watch;
        _cluster = await LocalCluster.StartAsync(new DataFolder(Folder), controllers, hosts, options, _ => { }, cancellation);
    }

    /// <summary>Ends what still runs, and the launcher.</summary>
    public async Task DownAsync()
    {
        if (_cluster is { } cluster)
            await cluster.DisposeAsync();
        _cluster = null;
    }

    /// <summary>Defines VMs; returns their ids.</summary>
    public async Task<IReadOnlyList<string>> RunAsync(RunRequest request, CancellationToken cancellation) =>
        (await Api.PostAsync("/v1/vms", request, ApiJson.Default.RunRequest, cancellation)).Vms;

    /// <summary>The cluster as users see it.</summary>
    public Task<ClusterView> ViewAsync(CancellationToken cancellation) => Api.GetAsync("/v1/cluster", ApiJson.Default.ClusterView, cancellation);

    /// <summary>Waits until the cluster is as wanted.</summary>
    public async Task<ClusterView> UntilAsync(Func<ClusterView, bool> wanted, CancellationToken cancellation)
    {
        for (; ; )
        {
            try
            {
                var view = await ViewAsync(cancellation);
                if (wanted(view))
                    return view;
            }
            catch (CliException e) when (e.ExitCode == ExitCodes.Unavailable)
            {
                // Between two controllers.
            }

            await Task.Delay(Poll, TimeProvider.System, cancellation);
        }
    }

    /// <summary>Waits until the controller answers on each of the controller nodes: all of them are members again.</summary>
    public async Task UntilControllersServeAsync(CancellationToken cancellation)
    {
        foreach (var api in new ClusterState(0, [.. Nodes]).Apis)
        {
            using var client = new ApiClient([api], ApiToken.ReadOrCreate(Folder));
            while (!await client.IsReadyAsync(cancellation))
                await Task.Delay(Poll, TimeProvider.System, cancellation);
        }
    }

    /// <summary>Types a line at a guest's console.</summary>
    public Task TypeAsync(string vm, string line, CancellationToken cancellation) => Api.TypeAsync(vm, Encoding.ASCII.GetBytes(line + "\r"), cancellation);

    /// <summary>Waits until the present incarnation of a guest has printed something; returns all that it printed.</summary>
    public async Task<string> ShowsAsync(string vm, string awaited, CancellationToken cancellation)
    {
        for (; ; )
        {
            try
            {
                var read = await Api.GetAsync($"/v1/vms/{vm}/console", ApiJson.Default.ConsoleView, cancellation);
                var text = Encoding.ASCII.GetString(read.Bytes);
                if (read.Live && text.Contains(awaited, StringComparison.Ordinal))
                    return text;
            }
            catch (CliException e) when (e.ExitCode is ExitCodes.Conflict or ExitCodes.Unavailable)
            {
                // It has no host now.
            }

            await Task.Delay(Poll, TimeProvider.System, cancellation);
        }
    }

    /// <summary>Kills a process; returns when the signal was sent. When it is dead is noted for the audit.</summary>
    public async Task<long> KillAsync(string name, CancellationToken cancellation)
    {
        var node = Nodes.Single(n => n.Name == name);
        var at = AuditTrail.Now;
        Signals.Send(node.Pid, Signal.Kill);
        while (Signals.IsAlive(node.Pid))
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, cancellation);
        if (!_isWatched)
            Deaths.Record(new DataFolder(Folder), node, TimeProvider.System, new DueWrites(TimeProvider.System, cancellation));
        return at;
    }

    /// <summary>Starts a process that nobody watches again.</summary>
    public void StartAgain(string name) => _cluster!.StartAgain(name);

    /// <summary>Whether no VM executed twice at a time, by the hosts' audit logs; what was otherwise is printed.</summary>
    public bool ExecutedOnce()
    {
        var complaints = Auditor.Of(Folder).Complaints;
        foreach (var complaint in complaints)
            Console.Error.WriteLine($"   {complaint}");
        return complaints.Count == 0;
    }

    /// <summary>Processor time of all its processes so far.</summary>
    public TimeSpan ProcessorTime() => Nodes.Aggregate(TimeSpan.Zero, (sum, node) => sum + Look(node, p => p.TotalProcessorTime));

    /// <summary>Resident memory of all its hosts.</summary>
    public long HostMemory() => Nodes.Where(n => n.Kind == NodeKind.Host).Sum(n => Look(n, p => p.WorkingSet64));

    /// <summary>Looks at one process.</summary>
    public static T Look<T>(NodeState node, Func<Process, T> at)
    {
        using var process = Process.GetProcessById(node.Pid);
        return at(process);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await DownAsync();
        _folder.Delete(recursive: true);
    }

    private string SettingsFile => Path.Combine(Folder, "bench.conf");
}
