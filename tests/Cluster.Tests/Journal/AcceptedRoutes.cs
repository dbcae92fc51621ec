using System.Net;
using System.Text;
using Trapline.Cluster.Tests.Processes;
using Trapline.Shared.Api;
using Trapline.TestSupport;

namespace Trapline.Cluster.Tests.Journal;

/// <summary>A change by each route of the API, in rounds: those of one round do not depend on each other.</summary>
internal sealed class AcceptedRoutes
{
    /// <summary>Nothing that lasts longer than the request.</summary>
    public static readonly string[] NoChanges = ["POST /v1/vms/{vm}/gdb"];

    private const string Halted = "halted";
    private const string Ledger = "ledger";
    private const string Web = "web";
    private const string Leftover = "vm-4242";
    private const string Leaving = "node3";

    private readonly RealCluster _cluster;
    private VmView _web = null!;
    private string _boot = "";
    private long _incarnation;

    private AcceptedRoutes(RealCluster cluster) => _cluster = cluster;

    private string LeftoverFolder => Path.Combine(_cluster.Data, "volumes", Leftover);

    /// <summary>Starts the VMs that they are about.</summary>
    public static async Task<AcceptedChange[][]> StartAsync(RealCluster cluster)
    {
        foreach (var (name, image) in new[] { (Halted, "minios"), (Ledger, "journal"), (Web, "minios") })
        {
            var (status, body) = await cluster.Api.SendAsync(HttpMethod.Post, "/v1/vms", $$"""{ "image": "{{image}}", "type": "highcpu.small", "name": "{{name}}" }""");
            Assert.True(status == HttpStatusCode.Accepted, body);
        }

        await cluster.UntilWholeAsync();
        var routes = new AcceptedRoutes(cluster);
        return [routes.First(), routes.Second(), routes.Third(), routes.Death(), routes.Removal(), routes.Cut(), routes.Heal()];
    }

    private AcceptedChange[] First() =>
    [
        Of("POST", "/v1/vms", "/v1/vms", v => Runs(v, "new"), """{ "image": "minios", "type": "highcpu.small", "name": "new" }"""),
        Of("POST", "/v1/vms/{vm}/stop", $"/v1/vms/{Halted}/stop", v => v.FindVm(Halted)!.State == VmStates.Stopped),
        Of("POST", "/v1/vms/{vm}/reboot", $"/v1/vms/{Ledger}/reboot", v => Runs(v, Ledger) && v.FindVm(Ledger)!.Incarnation > _incarnation)
            with
        { PrepareAsync = async () => _incarnation = (await _cluster.UntilRunsAsync(Ledger)).Incarnation },
        new("POST /v1/vms/{vm}/migrate", MigrateAsync, async () => await _cluster.Api.TryDescribeAsync() is { } view && Runs(view, Web) && view.FindVm(Web)!.Node != _web.Node)
        {
            PrepareAsync = async () => _web = await _cluster.UntilRunsAsync(Web),
        },
        Of("POST", "/v1/nodes/{node}/cordon", $"/v1/nodes/{Leaving}/cordon", v => v.FindNode(Leaving)!.Availability == "cordoned"),
        new("POST /v1/images/{image}", AddImageAsync, () => ImageIsAsync(there: true)),
    ];

    private AcceptedChange[] Second() =>
    [
        Of("POST", "/v1/vms/{vm}/start", $"/v1/vms/{Halted}/start", v => Runs(v, Halted)),
        Of("POST", "/v1/nodes/{node}/uncordon", $"/v1/nodes/{Leaving}/uncordon", v => v.FindNode(Leaving)!.Availability == "schedulable"),
        new("POST /v1/vms/{vm}/snapshots", () => _cluster.Api.SendAsync(HttpMethod.Post, $"/v1/vms/{Ledger}/snapshots", """{ "name": "point" }"""), () => SnapshotIsAsync(SnapshotStates.Ready)),
        new("DELETE /v1/images/{image}", () => _cluster.Api.SendAsync(HttpMethod.Delete, "/v1/images/mine"), () => ImageIsAsync(there: false)),
        Of("POST", "/v1/vms/{vm}/abort-move", $"/v1/vms/{Web}/abort-move", v => v.FindVm(Web) is { State: VmStates.Running, MovingTo: null } web
                && ((web.Node == _web.Node && web.Incarnation == _web.Incarnation) || v.FindNode(_web.Node!)?.Boot != _boot))
            with
        { PrepareAsync = BeginMoveAsync, Killed = () => _cluster.Signal(_web.Node!, Posix.Continue) },
    ];

    private AcceptedChange[] Third() =>
    [
        Of("DELETE", "/v1/vms/{vm}", $"/v1/vms/{Halted}", v => v.Vms.All(vm => vm.Name != Halted || vm.Desired == "terminated")),
        new("DELETE /v1/snapshots/{snapshot}", () => _cluster.Api.SendAsync(HttpMethod.Delete, "/v1/snapshots/point"), () => SnapshotIsAsync(null)),
        new("DELETE /v1/volumes/{vm}", () => _cluster.Api.SendAsync(HttpMethod.Delete, $"/v1/volumes/{Leftover}"), () => Task.FromResult(!Directory.Exists(LeftoverFolder))) { PrepareAsync = LeaveVolumeAsync },
        Of("POST", "/v1/nodes/{node}/drain", $"/v1/nodes/{Leaving}/drain", v => v.FindNode(Leaving) is { Availability: "draining", Vms: 0 }),
    ];

    /// <summary>The node's process is stopped, not ended: nobody but this test says that it died, and it does not come back by itself.</summary>
    private AcceptedChange[] Death() =>
    [
        new("POST /v1/nodes/{node}/died",
            () => _cluster.Api.SendAsync(HttpMethod.Post, $"/v1/nodes/{Leaving}/died", """{ "witness": "this test" }"""),
            async () => await _cluster.Api.TryGetEventsAsync() is { } events && events.Any(e => e.Kind == "host-lost" && e.Text.Contains($"{Leaving} ", StringComparison.Ordinal) && e.Text.EndsWith("seen by this test", StringComparison.Ordinal)))
        {
            PrepareAsync = () =>
            {
                _cluster.Signal(Leaving, Posix.Stop);
                return Task.CompletedTask;
            },
        },
    ];

    private AcceptedChange[] Removal() =>
    [
        Of("DELETE", "/v1/nodes/{node}", $"/v1/nodes/{Leaving}", v => v.FindNode(Leaving) is null),
        new("POST /v1/vms/{vm}/console", () => _cluster.Api.SendAsync(HttpMethod.Post, $"/v1/vms/{Web}/console", "uptime\r"), ShellHasAnsweredAsync) { PrepareAsync = () => _cluster.UntilRunsAsync(Web) },
        Of("POST", "/v1/vms/{vm}/fail-actor", "/v1/vms/new/fail-actor", v => Runs(v, "new")) with { PrepareAsync = () => _cluster.UntilRunsAsync("new") },
    ];

    private AcceptedChange[] Cut() =>
    [
        new("PUT /v1/faults/partition", () => _cluster.Api.SendAsync(HttpMethod.Put, "/v1/faults/partition", $$"""{ "groups": [["{{Leaving}}"]] }"""), () => PartitionIsAsync(there: true))
        {
            PrepareAsync = async () =>
            {
                _cluster.Signal(Leaving, Posix.Continue);
                await _cluster.UntilWholeAsync();
            },
        },
    ];

    private AcceptedChange[] Heal() =>
        [new("DELETE /v1/faults/partition", () => _cluster.Api.SendAsync(HttpMethod.Delete, "/v1/faults/partition"), () => PartitionIsAsync(there: false))];

    private AcceptedChange Of(string method, string route, string path, Func<ClusterView, bool> holds, string? body = null) => new(
        $"{method} {route}",
        () => _cluster.Api.SendAsync(new HttpMethod(method), path, body),
        async () => await _cluster.Api.TryDescribeAsync() is { } view && holds(view));

    private static bool Runs(ClusterView view, string vm) => view.FindVm(vm)?.State == VmStates.Running;

    /// <summary>To a node that stays: a move to one that is cordoned meanwhile is given up.</summary>
    private Task<(HttpStatusCode?, string)> MigrateAsync()
    {
        var target = _cluster.Nodes.First(n => !n.IsController && n.Name != Leaving && n.Name != _web.Node).Name;
        return _cluster.Api.SendAsync(HttpMethod.Post, $"/v1/vms/{Web}/migrate", $$"""{ "to": "{{target}}" }""");
    }

    /// <summary>
    /// A move that does not get far: the node that it leaves is stopped for as long as the answers take. Where they take longer than its lease, it is lost.
    /// </summary>
    private Task BeginMoveAsync() => _cluster.UntilAsync("a move is begun", async () =>
    {
        _web = await _cluster.UntilRunsAsync(Web);
        if ((await _cluster.Api.TryDescribeAsync())?.FindNode(_web.Node!)?.Boot is not { } boot)
            return false;
        _boot = boot;
        _cluster.Signal(_web.Node!, Posix.Stop);
        if ((await _cluster.Api.SendAsync(HttpMethod.Post, $"/v1/vms/{Web}/migrate")).Status == HttpStatusCode.Accepted)
            return true;
        _cluster.Signal(_web.Node!, Posix.Continue);
        return false;
    });

    /// <summary>The disk of a VM that nobody knows: a copy of another's.</summary>
    private async Task LeaveVolumeAsync()
    {
        var folder = Path.Combine(_cluster.Data, "volumes", (await _cluster.UntilRunsAsync(Ledger)).Id);
        Directory.CreateDirectory(LeftoverFolder);
        foreach (var file in Directory.EnumerateFiles(folder))
            File.Copy(file, Path.Combine(LeftoverFolder, Path.GetFileName(file)));
    }

    private async Task<(HttpStatusCode?, string)> AddImageAsync()
    {
        var kernel = await File.ReadAllBytesAsync(Repository.PathOf("guests", "images", "minios.elf"));
        using var form = new MultipartFormDataContent { { new ByteArrayContent(kernel), "kernel", "file" } };
        return await _cluster.Api.SendAsync(HttpMethod.Post, "/v1/images/mine", form);
    }

    private async Task<bool> ImageIsAsync(bool there)
    {
        var (status, body) = await _cluster.Api.SendAsync(HttpMethod.Get, "/v1/images");
        return status == HttpStatusCode.OK && body.Contains("\"mine\"", StringComparison.Ordinal) == there;
    }

    private async Task<bool> SnapshotIsAsync(string? state) =>
        await _cluster.Api.TryGetSnapshotsAsync() is { } snapshots && snapshots.FirstOrDefault(s => s.Name == "point")?.State == state;

    private async Task<bool> PartitionIsAsync(bool there) =>
        await _cluster.Api.TryGetAsync("/v1/faults/partition", ApiJson.Default.PartitionView) is { } view && view.Partition is not null == there;

    private async Task<bool> ShellHasAnsweredAsync() =>
        await _cluster.Api.TryGetAsync($"/v1/vms/{Web}/console?from=0", ApiJson.Default.ConsoleView) is { } console && Encoding.ASCII.GetString(console.Bytes).Contains("uptime: ", StringComparison.Ordinal);
}
