using Trapline.Cluster.Tests.Processes;
using Trapline.Controller.Reconciliation;

namespace Trapline.Cluster.Tests.Faults;

/// <summary>Guests and VM actors that fail on nodes that are well.</summary>
[Collection(OneController.Name)]
public sealed class GuestFaultTests(ThreeNodesOneController fixture)
{
    private RealCluster Cluster { get; } = fixture.Cluster;

    private Shell Shell { get; } = new(fixture.Cluster, ThreeNodes.Web);

    [Fact]
    public async Task A_guest_that_panics_runs_again_where_it_was()
    {
        var before = await Cluster.UntilRunsAsync(ThreeNodes.Web);
        await Cluster.Trapline.RunAsync("fault", "guest-panic", ThreeNodes.Web);
        var after = await Cluster.UntilRunsAsync(ThreeNodes.Web, before.Incarnation);
        Assert.Equal(before.Node, after.Node);
        Assert.Equal("GuestPanic", after.LastEndReason);
        await fixture.CheckAsync();
    }

    [Fact]
    public async Task A_guest_that_resets_itself_runs_again_where_it_was()
    {
        var before = await Cluster.UntilRunsAsync(ThreeNodes.Web);
        await Shell.UptimeAsync();
        await Cluster.Api.TypeAsync(ThreeNodes.Web, "reboot\r");
        var after = await Cluster.UntilRunsAsync(ThreeNodes.Web, before.Incarnation);
        Assert.Equal(before.Node, after.Node);
        Assert.Equal("GuestReset", after.LastEndReason);

        // It counts as a crash only when it comes too soon after the start, which it may here.
        var tooSoon = after.LastEndAt - before.Since < new ReconcilerSettings().SoonAfterStart;
        Assert.Equal(before.Crashes + (tooSoon ? 1 : 0), after.Crashes);
        await fixture.CheckAsync();
    }

    [Fact]
    public async Task A_machine_runs_on_when_its_actor_fails()
    {
        var before = await Cluster.UntilRunsAsync(ThreeNodes.Web);
        var uptime = await Shell.UptimeAsync();
        var log = Cluster.LogOf(before.Node!);
        await Cluster.Trapline.RunAsync("fault", "vm-actor-fail", ThreeNodes.Web);
        await Cluster.UntilAsync("the actor is back", () => Task.FromResult(Cluster.LogOf(before.Node!)[log.Length..].Contains("the machine was not touched", StringComparison.Ordinal)));

        var later = await Shell.UptimeAsync();
        Assert.True(later > uptime, $"up for {uptime} s before and {later} s after");
        Assert.Equal(before.Incarnation, (await Cluster.UntilRunsAsync(ThreeNodes.Web)).Incarnation);
        await fixture.CheckAsync();
    }
}
