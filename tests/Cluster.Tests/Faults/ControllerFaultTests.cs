using Trapline.Cluster.Tests.Processes;
using Trapline.Shared.Api;
using Trapline.Shared.Audit;

namespace Trapline.Cluster.Tests.Faults;

/// <summary>Faults of controllers and of the network among and around them: three controllers, three nodes; each ends with the audit.</summary>
[Collection(ThreeControllers.Name)]
public sealed class ControllerFaultTests(ThreeNodesThreeControllers fixture)
{
    private RealCluster Cluster { get; } = fixture.Cluster;

    [Fact]
    public async Task Guests_never_pause_when_the_controller_that_decides_is_killed()
    {
        await WithoutLapseAsync(async () =>
        {
            var before = await Cluster.UntilWholeAsync();
            await Cluster.KillAsync(await DecidingAsync());
            await ItDecidesAsync(before);
        });
        await fixture.CheckAsync();
    }

    /// <summary>Who types a command just then sees its answer, not that there is no controller.</summary>
    [Fact]
    public async Task Commands_wait_for_the_next_controller_when_the_one_that_decides_is_killed()
    {
        var before = await Cluster.UntilWholeAsync();
        var deciding = await DecidingAsync();
        var starts = Cluster.Node(deciding).Starts;
        Cluster.Kill(deciding);
        var commands = await Task.WhenAll(
            Cluster.Trapline.TryAsync("ls", "--output", "json"),
            Cluster.Trapline.TryAsync("events"),
            Cluster.Trapline.TryAsync("node", "cordon", "node1"));
        Assert.All(commands, command => Assert.True(command.Code == 0, $"{command}"));
        Assert.Contains(before.FindVm(ThreeNodes.Web)!.Id, commands[0].Output, StringComparison.Ordinal);
        await Cluster.UntilAsync("node1 is cordoned", v => v.Nodes.Single(n => n.Name == "node1").Availability == "cordoned");
        await Cluster.Trapline.RunAsync("node", "uncordon", "node1");
        await Cluster.UntilAsync($"{deciding} is started again", () => Task.FromResult(Cluster.Node(deciding).Starts > starts));
        await ItDecidesAsync(before);
        await fixture.CheckAsync();
    }

    [Fact]
    public async Task A_node_that_loses_one_of_three_controllers_goes_on()
    {
        await WithoutLapseAsync(async () =>
        {
            var before = await Cluster.UntilWholeAsync();
            var node = before.FindVm(ThreeNodes.Ledger)!.Node!;
            await Cluster.Trapline.RunAsync("fault", "partition", $"{node} | {await DecidingAsync()}");

            // Longer than a lease; its journal writes all the time.
            await fixture.Journal.UntilMoreAsync(100);
            await Cluster.Trapline.RunAsync("fault", "heal");
            await Cluster.UntilWholeAsync();
        });
        await fixture.CheckAsync();
    }

    [Fact]
    public async Task A_controller_that_is_cut_off_from_the_other_two_gives_up_and_they_decide()
    {
        await WithoutLapseAsync(async () =>
        {
            var before = await Cluster.UntilWholeAsync();
            var alone = await DecidingAsync();
            var others = string.Join(',', Cluster.Nodes.Where(n => n.IsController && n.Name != alone).Select(n => n.Name));
            var starts = Cluster.Node(alone).Starts;
            await Cluster.Trapline.RunAsync("fault", "partition", $"{alone} | {others}");
            await Cluster.UntilAsync($"{alone} has given up", () => Task.FromResult(Cluster.Node(alone).Starts > starts));
            await ItDecidesAsync(before);

            // It finds back when it can.
            await Cluster.Trapline.RunAsync("fault", "heal");
            await Cluster.UntilAsync($"{alone} serves", async () => await Cluster.Api.TryGetAsync(new Uri(new Uri(Cluster.Node(alone).Api!), "/v1/cluster").ToString(), ApiJson.Default.ClusterView) is not null);
        });
        await fixture.CheckAsync();
    }

    /// <summary>Does what no guest may pause for.</summary>
    private Task WithoutLapseAsync(Func<Task> fault) => StallWatch.OnSteadyMachineAsync(async () =>
    {
        var lapses = Lapses();
        await fault();
        Assert.Equal(lapses, Lapses());
    });

    /// <summary>The controllers decide: a guest that panics is started again.</summary>
    private async Task ItDecidesAsync(ClusterView before)
    {
        await Cluster.UntilAsync("a controller takes the request", async () => (await Cluster.Trapline.TryAsync("fault", "guest-panic", ThreeNodes.Web)).Code == 0);
        await Cluster.UntilRunsAsync(ThreeNodes.Web, before.FindVm(ThreeNodes.Web)!.Incarnation);
    }

    /// <summary>The controller node that has the controller: the one whose log says last that it recovered.</summary>
    private async Task<string> DecidingAsync()
    {
        var name = "";
        await Cluster.UntilAsync("a controller has recovered", () => Task.FromResult((name = Cluster.Nodes.Where(n => n.IsController)
            .Select(n => (n.Name, Line: Cluster.LogOf(n.Name).Split('\n').LastOrDefault(l => l.Contains("Recovered ", StringComparison.Ordinal))))
            .Where(n => n.Line is not null)
            .MaxBy(n => n.Line![..23], StringComparer.Ordinal).Name) is not null));
        return name;
    }

    /// <summary>How often guests of any host were paused for want of a lease after they had one.</summary>
    private int Lapses() => Directory.GetFiles(Path.Combine(Cluster.Data, "hosts"), "audit.jsonl", SearchOption.AllDirectories)
        .Sum(path => RealCluster.LinesOf(path).Select(AuditLine.Parse).Count(line => line?.Kind == AuditKind.Lapse));
}
