using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Trapline.Cluster.Tests.Audit;
using Trapline.Shared.Api;

namespace Trapline.Cluster.Tests.Processes;

/// <summary>One process of a cluster, as the launcher's state file has it.</summary>
internal sealed record NodeProcessInfo(string Name, bool IsController, int Pid, int Port, string? Api, int Starts);

/// <summary>
/// A cluster of real processes on a data root of its own, run by <c>trapline up</c> in a process of the test's. It is watched through the API and
/// harmed with signals and with the command line.
/// </summary>
internal sealed class RealCluster : IAsyncDisposable
{
    private readonly string[] _up;
    private readonly StringBuilder _said = new();
    private readonly bool _ownsData;
    private Process? _launcher;

    private RealCluster(string data, bool ownsData, string[] up)
    {
        (Data, _ownsData, _up) = (data, ownsData, up);
        Trapline = new TraplineCommand(Data);
    }

    /// <summary>The data root.</summary>
    public string Data { get; }

    /// <summary>The command line.</summary>
    public TraplineCommand Trapline { get; }

    /// <summary>The API.</summary>
    public ClusterApi Api { get; private set; } = null!;

    /// <summary>The launcher's process.</summary>
    public int Launcher => _launcher!.Id;

    /// <summary>The processes as they are now.</summary>
    public IReadOnlyList<NodeProcessInfo> Nodes => [.. JsonNode.Parse(File.ReadAllText(Path.Combine(Data, "cluster.json")))!["nodes"]!.AsArray().Select(n => new NodeProcessInfo(
        (string)n!["name"]!, (string)n["kind"]! == "Controller", (int)n["pid"]!, (int)n["port"]!, (string?)n["api"], (int)n["starts"]!))];

    /// <summary>Starts a cluster.</summary>
    public static Task<RealCluster> StartAsync(int nodes, int controllers) => StartAsync(null, ["--nodes", $"{nodes}", "--controllers", $"{controllers}"]);

    /// <summary>Starts a cluster on a data root, or on one of its own.</summary>
    public static async Task<RealCluster> StartAsync(string? data, params string[] up)
    {
        var cluster = new RealCluster(data ?? Directory.CreateTempSubdirectory("trapline-").FullName, data is null, up);
        await cluster.UpAsync();
        return cluster;
    }

    /// <summary>The process of a node.</summary>
    public NodeProcessInfo Node(string name) => Nodes.Single(n => n.Name == name);

    /// <summary>Runs the launcher until the cluster is ready.</summary>
    public async Task UpAsync()
    {
        _launcher = Process.Start(new ProcessStartInfo("dotnet", [TraplineCommand.Program, "up", .. _up, "--data", Data])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        })!;
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        DataReceivedEventHandler heard = (_, e) =>
        {
            lock (_said)
                _said.AppendLine(e.Data);
            if (e.Data?.StartsWith("The cluster is ready", StringComparison.Ordinal) == true)
                ready.TrySetResult();
        };
        _launcher.OutputDataReceived += heard;
        _launcher.ErrorDataReceived += heard;
        _launcher.BeginOutputReadLine();
        _launcher.BeginErrorReadLine();
        var ended = _launcher.WaitForExitAsync();
        Assert.True(await Task.WhenAny(ready.Task, ended).WaitAsync(TraplineCommand.Patience) == ready.Task, $"the cluster was not ready:\n{Said}");
        Api?.Dispose();
        Api = new ClusterApi([.. Nodes.Where(n => n.Api is not null).Select(n => new Uri(n.Api!))], (await File.ReadAllTextAsync(Path.Combine(Data, "api-token"))).Trim());
    }

    /// <summary>Waits for the launcher's end after it was killed, so that its lock on the data root is free.</summary>
    public Task LauncherEndedAsync() => _launcher!.WaitForExitAsync().WaitAsync(TraplineCommand.Patience);

    /// <summary>What the process of a node has printed.</summary>
    public string LogOf(string node) => string.Join('\n', LinesOf(Path.Combine(Data, "logs", $"{node}.log")));

    /// <summary>The lines of a file that somebody may be writing.</summary>
    public static IEnumerable<string> LinesOf(string path)
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return [.. reader.ReadToEnd().Split('\n')];
    }

    /// <summary>Sends a signal to the process of a node.</summary>
    public void Signal(string node, int signal) => Posix.Send(Node(node).Pid, signal);

    /// <summary>Kills a node's process, unless it has just ended by itself.</summary>
    public void Kill(string node) => Posix.TrySend(Node(node).Pid, Posix.Kill);

    /// <summary>Kills a node's process and waits until the launcher has started the next one.</summary>
    public async Task KillAsync(string node)
    {
        var before = Node(node);
        Posix.Send(before.Pid, Posix.Kill);
        await UntilAsync($"{node} is started again", () => Task.FromResult(Node(node).Starts > before.Starts));
    }

    /// <summary>Waits until the cluster is as wanted; while nobody answers it is not.</summary>
    public async Task<ClusterView> UntilAsync(string what, Func<ClusterView, bool> wanted)
    {
        ClusterView? last = null;
        await UntilAsync(what, async () => (last = await Api.TryDescribeAsync() ?? last) is not null && wanted(last), () => Show(last));
        return last!;
    }

    /// <summary>Waits until something is so.</summary>
    public Task UntilAsync(string what, Func<Task<bool>> wanted, Func<string>? state = null) => Waiting.UntilAsync(what, wanted, () => $"{state?.Invoke()}\n{Said}");

    /// <summary>Waits until the launcher has said something.</summary>
    public Task UntilSaysAsync(string text) => UntilAsync($"the launcher says '{text}'", () => Task.FromResult(Said.Contains(text, StringComparison.Ordinal)));

    /// <summary>Waits for an event of a kind with a text in it; returns its text.</summary>
    public async Task<string> UntilEventAsync(string kind, string text)
    {
        string? found = null;
        await UntilAsync($"event {kind} with '{text}'", async () =>
            (found = (await Api.TryGetEventsAsync())?.LastOrDefault(e => e.Kind == kind && e.Text.Contains(text, StringComparison.Ordinal))?.Text) is not null);
        return found!;
    }

    /// <summary>Waits until a controller says which snapshots there are.</summary>
    public async Task<IReadOnlyList<SnapshotView>> SnapshotsAsync()
    {
        IReadOnlyList<SnapshotView>? snapshots = null;
        await UntilAsync("a controller lists the snapshots", async () => (snapshots = await Api.TryGetSnapshotsAsync()) is not null);
        return snapshots!;
    }

    /// <summary>Waits until a controller says which events it remembers.</summary>
    public async Task<IReadOnlyList<EventView>> EventsAsync()
    {
        IReadOnlyList<EventView>? events = null;
        await UntilAsync("a controller lists the events", async () => (events = await Api.TryGetEventsAsync()) is not null);
        return events!;
    }

    /// <summary>Waits until a VM runs in a later incarnation than the given one.</summary>
    public async Task<VmView> UntilRunsAsync(string vm, long after = 0, string? on = null, string? notOn = null)
    {
        var view = await UntilAsync($"{vm} runs after incarnation {after}", v => Runs(v.FindVm(vm)) && v.FindVm(vm)!.Incarnation > after
            && (on is null || v.FindVm(vm)!.Node == on) && (notOn is null || v.FindVm(vm)!.Node != notOn));
        return view.FindVm(vm)!;
    }

    /// <summary>
    /// Has a VM moved, as soon as a node takes it: none does that has no lease at the moment, because the machine stood still, or is thought to be low on
    /// disk space.
    /// </summary>
    public Task MigrateAsync(string vm)
    {
        var refusal = "";
        return UntilAsync(
            $"a node takes {vm}",
            async () =>
            {
                (var code, _, refusal) = await Trapline.TryAsync("migrate", vm);
                return code == 0 || refusal.Contains("it is moving to", StringComparison.Ordinal); // the answer was late the last time
            },
            () => refusal);
    }

    /// <summary>Terminates a VM and waits until nothing of it is left.</summary>
    public async Task TerminateAsync(string vm)
    {
        await Trapline.RunAsync("terminate", vm);
        await UntilAsync($"{vm} is gone", v => v.Vms.All(other => other.Name != vm));
    }

    /// <summary>Waits until nothing is wrong: all nodes are alive, all VMs run.</summary>
    public Task<ClusterView> UntilWholeAsync() => UntilAsync("all nodes are alive and all VMs run", v =>
        v.Nodes.All(n => n.State == "alive") && v.Nodes.Length == Nodes.Count(n => !n.IsController)
        && v.Vms.All(vm => vm.Desired != "running" || Runs(vm)));

    /// <summary>What must be so after each test: everything due runs, and no VM ever executed twice at a time.</summary>
    public async Task<Auditor> AuditAsync()
    {
        await UntilWholeAsync();
        var auditor = Auditor.Of(Data);
        Assert.True(auditor.Complaints.Count == 0, $"{string.Join('\n', auditor.Complaints)}\ndata root {Data}");
        return auditor;
    }

    /// <summary>Ends the cluster.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_launcher is { HasExited: false } launcher)
        {
            Posix.Send(launcher.Id, Posix.Continue);
            Posix.Send(launcher.Id, Posix.Terminate);
            await launcher.WaitForExitAsync().WaitAsync(TraplineCommand.Patience);
        }

        await Trapline.TryAsync("down");
        Api?.Dispose();
        _launcher?.Dispose();
        if (_ownsData && Environment.GetEnvironmentVariable("TRAPLINE_KEEP_DATA") != "1")
            Directory.Delete(Data, recursive: true);
    }

    private static bool Runs(VmView? vm) => vm?.State == VmStates.Running;

    private static string Show(ClusterView? view) =>
        view is null ? "nobody answers" : $"{string.Join('\n', view.Nodes)}\n{string.Join('\n', view.Vms)}";

    private string Said
    {
        get
        {
            lock (_said)
                return _said.ToString();
        }
    }
}
