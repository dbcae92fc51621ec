using System.Collections.Immutable;
using System.ComponentModel;
using Trapline.Cli.Client;
using Trapline.Cli.State;
using Trapline.Shared.Api;
using Trapline.Shared.Faults;
using Trapline.Shared.Processes;

namespace Trapline.Cli.Launching;

/// <summary>
/// A cluster on this machine: starts its processes, watches over them, and ends them in order. Whichever process ends by itself is started again
/// at once; when it was a host, the controller is told first that it died, so that nobody has to wait for its lease to run out.
/// <code>
///   Start ──► images, settings ──► processes ──► ready ──► (Tend: one loop for each process)
///   Stop  ──► hosts: SIGTERM, bound, SIGKILL ──► controllers: the same ──► state file gone, lock free
/// </code>
/// </summary>
internal sealed class LocalCluster : IAsyncDisposable
{
    private readonly DataFolder _data;
    private readonly IDisposable _lock;
    private readonly TimeProvider _time;
    private readonly ClusterPlan _plan;
    private readonly Dictionary<string, (CancellationTokenSource Stop, Task Task)> _tending = new(StringComparer.Ordinal);
    private ImmutableArray<ManagedNode> _nodes;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Action<string> _say;
    private readonly bool _watch;
    private readonly DueWrites _writes;
    private readonly LaunchOptions _options;
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _control = Task.CompletedTask;
    private int _stopped;

    private LocalCluster(DataFolder data, IDisposable held, ClusterPlan plan, Action<string> say, LaunchOptions options)
    {
        (_data, _lock, _say, _time, _watch) = (data, held, say, options.Time, options.Watch);
        (_plan, _options) = (plan, options);
        _writes = new DueWrites(_time, _stopping.Token);
        _nodes = [.. plan.Nodes.Select(node => new ManagedNode(node, plan, data))];
        Api = new ApiClient(new ClusterState(0, plan.Nodes).Apis, ApiToken.ReadOrCreate(data.Path));
    }

    /// <summary>Talks to it.</summary>
    public ApiClient Api { get; }

    /// <summary>Fails with a defect of the launcher; never completes otherwise.</summary>
    public Task WhenFailed => _failed.Task;

    /// <summary>Its processes as they are now.</summary>
    public ImmutableArray<NodeState> Nodes => [.. _nodes.Select(n => n.State)];

    /// <summary>Starts a cluster and waits until all its nodes serve. Whatever was started is ended again if that fails.</summary>
    /// <param name="data">The data root.</param>
    /// <param name="controllers">How many controller nodes.</param>
    /// <param name="hosts">How many host nodes.</param>
    /// <param name="options">Ports and settings.</param>
    /// <param name="say">Hears what is done, one line each.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<LocalCluster> StartAsync(DataFolder data, int controllers, int hosts, LaunchOptions options, Action<string> say, CancellationToken cancellation)
    {
        var held = data.TryLock() ?? throw new CliException(ExitCodes.Usage, InUse(data));
        LocalCluster? cluster = null;
        try
        {
            await Leftovers.EndAsync(data, say, options.Time, cancellation).ConfigureAwait(false);
            var settings = LaunchSettings.Check(options);
            var plan = ClusterPlan.For(controllers, Topology.HostsFor(data, hosts), Ports.Choose(ClusterPlan.PortsFor(controllers, hosts), options.BasePort)) with { Settings = settings };
            BuiltInImages.Install(data.Images);
            new FaultFolder(data.Path).Clear();
            WholeEnd.Clear(data.Path);
            await LaunchSettings.WriteAsync(options, data, cancellation).ConfigureAwait(false);
            cluster = new LocalCluster(data, held, plan, say, options);
            await cluster.StartNodesAsync(cancellation).ConfigureAwait(false);
            return cluster;
        }
        catch
        {
            if (cluster is not null)
                await cluster.DisposeAsync().ConfigureAwait(false);
            else
                held.Dispose();
            throw;
        }
    }

    /// <summary>Starts a node that has ended, when nobody watches over it.</summary>
    public void StartAgain(string name)
    {
        _nodes.Single(n => n.State.Name == name).Start();
        WriteState();
    }

    /// <summary>Ends all processes in order.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0)
            return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _control.ConfigureAwait(false);
        await Task.WhenAll(_tending.Values.Select(t => t.Task)).ConfigureAwait(false);
        WholeEnd.Mark(_data.Path);
        foreach (var kind in new[] { NodeKind.Host, NodeKind.Controller })
        {
            var nodes = _nodes.Where(n => n.State.Kind == kind).ToList();
            nodes.ForEach(n => n.Terminate());
            await Task.WhenAll(nodes.Select(n => n.EndAsync(Limits.End, _time))).ConfigureAwait(false);
            nodes.ForEach(n => Deaths.Record(_data, n.State, _time, _writes));
        }

        File.Delete(_data.State);
        foreach (var node in _nodes)
            node.Dispose();
        Api.Dispose();
        _stopping.Dispose();
        _lock.Dispose();
    }

    private static string InUse(DataFolder data) =>
        $"{data.Path} is in use by a cluster{(ClusterState.Read(data.State) is { } state ? $" that process {state.Supervisor} runs" : "")}: 'trapline down' ends it, --data names another place";

    private async Task StartNodesAsync(CancellationToken cancellation)
    {
        foreach (var node in _nodes)
            node.Start();
        WriteState();
        await UntilAllServeAsync(_nodes, cancellation).ConfigureAwait(false);
        if (!_watch)
            return;
        foreach (var node in _nodes)
            Tend(node);
        WriteTopology();
        _control = new ControlServer(ControlPipe.PathOf(_data), ServeAsync, _say, _time).ServeAsync(_stopping.Token);
    }

    /// <summary>Waits until processes that were just started are ready, and every host may execute guests.</summary>
    private async Task UntilAllServeAsync(IReadOnlyCollection<ManagedNode> started, CancellationToken cancellation)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        bound.CancelAfter(Limits.Start);
        try
        {
            await Task.WhenAll(started.Select(node => ReadyAsync(node, bound.Token))).ConfigureAwait(false);
            _say("waiting for the controller");
            while (!await AllServeAsync(bound.Token).ConfigureAwait(false))
                await Task.Delay(Limits.Poll, _time, bound.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new CliException(ExitCodes.TimedOut, $"not all nodes were ready within {Limits.Start.TotalSeconds:0} s; {_data.Logs} tells more");
        }
    }

    private Task<ControlAnswer> ServeAsync(ControlRequest request, CancellationToken cancellation) =>
        request.Add is { } count ? AddHostsAsync(count, cancellation) : RemoveHostAsync(request.Remove ?? "", cancellation);

    /// <summary>Starts further hosts. Requests come one after the other.</summary>
    private async Task<ControlAnswer> AddHostsAsync(int count, CancellationToken cancellation)
    {
        var taken = _nodes.Select(n => n.State.Name).ToHashSet(StringComparer.Ordinal);
        if (count < 1 || _nodes.Count(n => n.State.Kind == NodeKind.Host) + count > ClusterPlan.MostNodes)
            throw new CliException(ExitCodes.Usage, $"a local cluster has at most {ClusterPlan.MostNodes} host nodes: {count} more are not possible");
        var ports = Ports.Choose(count, basePort: null);
        ImmutableArray<ManagedNode> added = [.. Topology.FreeNames(taken, count).Zip(ports, (name, port) => new ManagedNode(new NodeState(name, NodeKind.Host, 0, port, null, 0), _plan, _data))];
        foreach (var node in added)
            node.Start();
        _nodes = _nodes.AddRange(added);
        WriteState();
        try
        {
            await UntilAllServeAsync(added, cancellation).ConfigureAwait(false);
        }
        catch
        {
            foreach (var node in added)
                await EndForGoodAsync(node).ConfigureAwait(false);
            throw;
        }

        foreach (var node in added)
            Tend(node);
        WriteTopology();
        return new ControlAnswer([.. added.Select(n => n.State.Name)]);
    }

    /// <summary>Ends a host for good; the controller hears that it died.</summary>
    private async Task<ControlAnswer> RemoveHostAsync(string name, CancellationToken cancellation)
    {
        if (_nodes.FirstOrDefault(n => n.State.Kind == NodeKind.Host && n.State.Name == name) is not { } node)
            return new ControlAnswer([]);
        if (_tending.Remove(name, out var tending))
        {
            await tending.Stop.CancelAsync().ConfigureAwait(false);
            await tending.Task.ConfigureAwait(false);
            tending.Stop.Dispose();
        }

        await EndForGoodAsync(node).ConfigureAwait(false);
        WriteTopology();
        cancellation.ThrowIfCancellationRequested();
        return new ControlAnswer([name]);
    }

    private async Task EndForGoodAsync(ManagedNode node)
    {
        node.Terminate();
        await node.EndAsync(Limits.End, _time).ConfigureAwait(false);
        Deaths.Record(_data, node.State, _time, _writes);
        _nodes = _nodes.Remove(node);
        _writes.Do(() => new FaultFolder(_data.Path).Forget(node.State.Name));
        WriteState();
        await TellItDiedAsync(node).ConfigureAwait(false);
        node.Dispose();
    }

    private void Tend(ManagedNode node)
    {
        var stop = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        _tending[node.State.Name] = (stop, TendOrFailAsync(node, stop.Token));
    }

    private void WriteTopology() =>
        _writes.Do(() => new Topology(_nodes.Count(n => n.State.Kind == NodeKind.Controller), [.. _nodes.Where(n => n.State.Kind == NodeKind.Host).Select(n => n.State.Name)]).Write(_data));

    private async Task ReadyAsync(ManagedNode node, CancellationToken cancellation)
    {
        var ended = node.WaitAsync(cancellation);
        if (await Task.WhenAny(node.Ready, ended).ConfigureAwait(false) == node.Ready)
        {
            _say($"{node.State.Name} is ready");
            return;
        }

        var code = await ended.ConfigureAwait(false);
        throw code == ExitCodes.Usage
            ? new CliException(ExitCodes.Usage, LastLineOf(node))
            : new CliException(ExitCodes.HypervisorFault, $"{node.State.Name} ended with code {code}: {node.LastLine}");
    }

    private string LastLineOf(ManagedNode node) => LaunchSettings.OfFile(node.LastLine, _options, _data);

    private async Task<bool> AllServeAsync(CancellationToken cancellation)
    {
        try
        {
            var view = await Api.GetAsync("/v1/cluster", ApiJson.Default.ClusterView, cancellation).ConfigureAwait(false);
            return _nodes.Where(n => n.State.Kind == NodeKind.Host).All(n => view.FindNode(n.State.Name)?.State == NodeStates.Alive && view.FindNode(n.State.Name)?.Boot == Deaths.BootOf(_data, n.State.Name));
        }
        catch (CliException e) when (e.ExitCode == ExitCodes.Unavailable)
        {
            return false;
        }
    }

    /// <summary>A defect here would leave a node without anybody who starts it again: it is not kept quiet, see <see cref="WhenFailed"/>.</summary>
    private async Task TendOrFailAsync(ManagedNode node, CancellationToken stop)
    {
        try
        {
            await TendAsync(node, stop).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            _failed.TrySetException(e);
        }
    }

    /// <summary>One process, until the cluster ends or the node is removed. Whatever the machine refuses on the way, it is started again.</summary>
    private async Task TendAsync(ManagedNode node, CancellationToken stop)
    {
        var pause = TimeSpan.Zero;
        while (!stop.IsCancellationRequested)
        {
            var startedAt = _time.GetTimestamp();
            try
            {
                var code = await node.WaitAsync(stop).ConfigureAwait(false);
                _say($"{node.State.Name} ended with code {code}{(code == ExitCodes.Usage ? $" ({LastLineOf(node)})" : "")}; it is started again");
                node.Note($"ended with code {code}");
                Deaths.Record(_data, node.State, _time, _writes);
                if (node.State.Kind == NodeKind.Host)
                    await TellItDiedAsync(node).ConfigureAwait(false);
                pause = _time.GetElapsedTime(startedAt) > _options.HealthyAfter ? TimeSpan.Zero : pause == TimeSpan.Zero ? Limits.FirstPause : Min(2 * pause, Limits.LongestPause);
                if (pause > Limits.FirstPause)
                    await Task.Delay(pause, _time, stop).ConfigureAwait(false);
                stop.ThrowIfCancellationRequested();
                node.Start();
                WriteState();
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // The cluster ends, or this node is removed.
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or Win32Exception)
            {
                _say($"{node.State.Name} cannot be started again now ({e.Message}); it is tried again");
                await Task.Delay(Limits.FirstPause, _time, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Names the life that ended, so that a late message cannot harm the next one.</summary>
    private async Task TellItDiedAsync(ManagedNode node)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        bound.CancelAfter(Limits.Evidence);
        try
        {
            var died = new DiedRequest(Deaths.BootOf(_data, node.State.Name), "the launcher");
            await Api.PostAsync($"/v1/nodes/{node.State.Name}/died", died, ApiJson.Default.DiedRequest, bound.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is CliException || (e is OperationCanceledException && !_stopping.IsCancellationRequested))
        {
            node.Note($"the controller could not be told ({e.Message}); its own watch will notice");
        }
    }

    private void WriteState() => _writes.Do(() => new ClusterState(Environment.ProcessId, Nodes, _watch ? ControlPipe.PathOf(_data) : null).Write(_data.State));

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static class Limits
    {
        /// <summary>From the first process to a cluster that serves.</summary>
        public static readonly TimeSpan Start = TimeSpan.FromSeconds(90);

        /// <summary>Between two looks at a cluster that starts.</summary>
        public static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

        /// <summary>A process that is told to end has so long.</summary>
        public static readonly TimeSpan End = TimeSpan.FromSeconds(8);

        /// <summary>Telling the controller of a death may take so long before the host is started again without it.</summary>
        public static readonly TimeSpan Evidence = TimeSpan.FromSeconds(2);

        /// <summary>Stands for the first quick end: no pause yet.</summary>
        public static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);

        /// <summary>Pauses double up to this.</summary>
        public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(8);
    }
}
