using System.Text.Json.Nodes;
using Trapline.Cluster.Tests.Faults;

namespace Trapline.Cluster.Tests.Processes;

/// <summary>A cluster of real processes, started, harmed and ended through the command line alone.</summary>
[Collection(OwnClusters.Name)]
public sealed class LauncherTests : OwnDataRoot
{
    [Fact]
    public async Task Whatever_is_killed_comes_back_and_what_should_run_runs_once_with_its_disk()
    {
        await Trapline.RunAsync("up", "--detach", "--nodes", "2");
        var (code, _, errors) = await Trapline.TryAsync("up", "--nodes", "1");
        Assert.Equal(2, code);
        Assert.Contains("in use by a cluster", errors, StringComparison.Ordinal);

        await Trapline.RunAsync("run", "--image", "journal", "--type", "highcpu.small", "--name", "ledger", "--wait", "--timeout", "100");
        await Trapline.RunAsync("run", "--image", "minios", "--type", "highcpu.small", "--name", "web", "--wait", "--timeout", "100");

        // A guest panics: it is back on its node.
        await Trapline.UntilConsoleAsync("web", "minios: ready");
        await Trapline.RunAsync("fault", "guest-panic", "web");
        await Trapline.UntilVmsAsync("web is back", vms => Runs(vms["web"], 2));
        Assert.Contains("guest panic", await Trapline.RunAsync("describe", "web"), StringComparison.Ordinal);

        // A node is killed: what it had acknowledged is there on another one.
        var acknowledged = LastNumber(await Trapline.UntilConsoleAsync("ledger", "ack 3"), "ack ");
        var first = (string)(await Trapline.VmsAsync())["ledger"]["node"]!;
        await Trapline.RunAsync("fault", "node-kill", first);
        await Trapline.UntilVmsAsync("ledger runs again", vms => Runs(vms["ledger"], 2));
        Assert.True(LastNumber(await Trapline.UntilConsoleAsync("ledger", "journal: last record"), "verified ") >= acknowledged);
        Assert.Contains("is lost: seen by the launcher", await Trapline.RunAsync("events"), StringComparison.Ordinal);

        // The only controller is killed: guests go on, and its successor knows them.
        var before = await Trapline.UntilVmsAsync("all run", vms => vms.Values.All(v => (string)v["state"]! == "running"));
        await Trapline.RunAsync("fault", "node-kill", "controller1");
        var after = await Trapline.UntilVmsAsync("the next controller sees all run", vms => vms.Count == 2 && vms.Values.All(v => (string)v["state"]! == "running"));
        Assert.All(before.Keys, name => Assert.Equal((long)before[name]["incarnation"]!, (long)after[name]["incarnation"]!));

        // The whole cluster ends and begins again.
        await Trapline.RunAsync("down");
        Assert.Equal(8, (await Trapline.TryAsync("ls")).Code);
        await Trapline.RunAsync("up", "--detach", "--nodes", "2");
        await Trapline.UntilVmsAsync("the same VMs run again", vms => Runs(vms["ledger"], (long)after["ledger"]["incarnation"]! + 1) && Runs(vms["web"], (long)after["web"]["incarnation"]! + 1));
        await Trapline.UntilConsoleAsync("ledger", "journal: last record");
        await Trapline.RunAsync("down");
    }

    private static bool Runs(JsonNode vm, long incarnation) => (string)vm["state"]! == "running" && (long)vm["incarnation"]! >= incarnation;

    private static long LastNumber(string text, string word) =>
        text.Split('\n').Where(line => line.StartsWith(word, StringComparison.Ordinal)).Select(line => long.Parse(line[word.Length..].Split(' ', '\r')[0])).LastOrDefault();
}
