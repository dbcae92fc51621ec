using System.Globalization;
using Trapline.Cluster.Tests.Processes;
using Trapline.Shared.Api;

namespace Trapline.Cluster.Tests.Faults;

/// <summary>Guests and VM actors that fail on nodes that are well.</summary>
[Collection(OneController.Name)]
public sealed class GuestFaultTests(ThreeNodesOneController fixture)
{
    private RealCluster Cluster { get; } = fixture.Cluster;

    [Fact]
    public async Task A_guest_that_panics_runs_again_where_it_was()
    {
        var before = await Cluster.UntilRunsAsync(ThreeNodes.Web);
        await Cluster.Trapline.RunAsync("fault", "guest-panic", ThreeNodes.Web);
        var after = await Cluster.UntilRunsAsync(ThreeNodes.Web, before.Incarnation);
        Assert.Equal(before.Node, after.Node);
        Assert.Contains("GuestPanic", after.LastEnd, StringComparison.Ordinal);
        await fixture.CheckAsync();
    }

    [Fact]
    public async Task A_guest_that_resets_itself_runs_again_where_it_was()
    {
        var before = await Cluster.UntilRunsAsync(ThreeNodes.Web);
        await ShellIsReadyAsync(before.Incarnation);
        await Cluster.Api.TypeAsync(ThreeNodes.Web, "reboot\r");
        var after = await Cluster.UntilRunsAsync(ThreeNodes.Web, before.Incarnation);
        Assert.Equal(before.Node, after.Node);
        Assert.Contains("GuestReset", after.LastEnd, StringComparison.Ordinal);
        Assert.Equal(before.Crashes, after.Crashes);
        await fixture.CheckAsync();
    }

    [Fact]
    public async Task A_machine_runs_on_when_its_actor_fails()
    {
        var before = await Cluster.UntilRunsAsync(ThreeNodes.Web);
        await ShellIsReadyAsync(before.Incarnation);
        var uptime = await UptimeAsync();
        var log = LogOf(before.Node!);
        await Cluster.Trapline.RunAsync("fault", "vm-actor-fail", ThreeNodes.Web);
        await Cluster.UntilAsync("the actor is back", () => Task.FromResult(LogOf(before.Node!)[log.Length..].Contains("the machine was not touched", StringComparison.Ordinal)));

        var later = await UptimeAsync();
        Assert.True(later > uptime, $"up for {uptime} s before and {later} s after");
        Assert.Equal(before.Incarnation, (await Cluster.UntilRunsAsync(ThreeNodes.Web)).Incarnation);
        await fixture.CheckAsync();
    }

    private async Task ShellIsReadyAsync(long incarnation) =>
        await Cluster.UntilAsync("the shell is ready", async () => await ConsoleAsync() is { } console && console.Incarnation == incarnation && TextOf(console).Contains("minios: ready", StringComparison.Ordinal));

    /// <summary>How long the guest says that it has been up.</summary>
    private async Task<double> UptimeAsync()
    {
        var from = (await ConsoleAsync())!.Next;
        await Cluster.Api.TypeAsync(ThreeNodes.Web, "uptime\r");
        double? uptime = null;
        await Cluster.UntilAsync("the guest says how long it has been up", async () =>
        {
            var line = await ConsoleAsync(from) is { } console ? TextOf(console).Split('\n').FirstOrDefault(l => l.StartsWith("uptime: ", StringComparison.Ordinal) && l.Contains(" s", StringComparison.Ordinal)) : null;
            uptime = line is null ? null : double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
            return uptime is not null;
        });
        return uptime!.Value;
    }

    private Task<ConsoleView?> ConsoleAsync(long from = 0) => Cluster.Api.TryGetAsync($"/v1/vms/{ThreeNodes.Web}/console?from={from}", ApiJson.Default.ConsoleView);

    private static string TextOf(ConsoleView console) => System.Text.Encoding.ASCII.GetString(console.Bytes);

    private string LogOf(string node)
    {
        using var reader = new StreamReader(new FileStream(Path.Combine(Cluster.Data, "logs", $"{node}.log"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }
}
