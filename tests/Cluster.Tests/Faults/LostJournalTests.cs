using System.Text.Json.Nodes;
using Trapline.Cluster.Tests.Processes;

namespace Trapline.Cluster.Tests.Faults;

/// <summary>A cluster whose journal is lost, with everything else in the data root as it was: nothing is adopted, nothing is deleted, all is said.</summary>
[Collection(OwnClusters.Name)]
public sealed class LostJournalTests
{
    [Fact]
    public async Task What_the_journal_does_not_know_is_kept_and_said_until_an_operator_deletes_it()
    {
        await using var cluster = await RealCluster.StartAsync(nodes: 2, controllers: 1);
        var trapline = cluster.Trapline;
        await trapline.RunAsync("run", "--image", "journal", "--type", "highcpu.small", "--name", "ledger", "--wait", "--timeout", "100");
        await trapline.UntilConsoleAsync("ledger", "ack 5");
        await trapline.RunAsync("snapshot", "create", "ledger", "--name", "point");
        var vm = (string)(await trapline.VmsAsync())["ledger"]["id"]!;
        var snapshot = (string)JsonNode.Parse(await trapline.RunAsync("snapshot", "ls", "--output", "json"))![0]!["id"]!;
        var move = Path.Combine(cluster.Data, "moves", $"{vm}.1.1.snapshot");
        await File.WriteAllTextAsync(move, "what a killed node left of a move");

        // In use, it cannot be deleted.
        var (code, _, errors) = await trapline.TryAsync("volume", "rm", $"{vm}/disk0", "--yes");
        Assert.Equal(7, code);
        Assert.Contains("are used by ledger", errors, StringComparison.Ordinal);
        Assert.Equal(2, (await trapline.TryAsync("volume", "rm", vm)).Code);
        Assert.Equal(6, (await trapline.TryAsync("volume", "rm", "vm-none", "--yes")).Code);

        await LoseJournalAsync(cluster);
        await EventAsync(cluster, "volumes-kept", vm);
        await EventAsync(cluster, "snapshot-kept", snapshot);
        await EventAsync(cluster, "leftovers-judged", "kept, as the journal does not know them");
        Assert.Empty(await trapline.VmsAsync());
        Assert.Equal($"{vm}/disk0 left over", await VolumesAsync(trapline));
        Assert.Equal("left over", (string?)JsonNode.Parse(await trapline.RunAsync("snapshot", "ls", "--output", "json"))![0]!["state"]);
        Assert.True(File.Exists(move));

        // New VMs have nothing to do with it.
        await trapline.RunAsync("run", "--image", "journal", "--type", "highcpu.small", "--name", "ledger", "--wait", "--timeout", "100");
        Assert.Contains("0 records", await trapline.UntilConsoleAsync("ledger", " records"), StringComparison.Ordinal);
        Assert.NotEqual(vm, (string)(await trapline.VmsAsync())["ledger"]["id"]!);

        await trapline.RunAsync("volume", "rm", $"{vm}/disk0", "--yes");
        await trapline.RunAsync("snapshot", "rm", snapshot);
        await EventAsync(cluster, "volumes-removed", vm);
        await EventAsync(cluster, "snapshot-removed", snapshot);
        await cluster.UntilAsync("all of it is gone from the disk", () => Task.FromResult(
            !Directory.Exists(Path.Combine(cluster.Data, "volumes", vm)) && !Directory.Exists(Path.Combine(cluster.Data, "consoles", vm))
            && !Directory.Exists(Path.Combine(cluster.Data, "snapshots", snapshot)) && !File.Exists(move)));
        await cluster.AuditAsync();
    }

    /// <summary>All ends, the journal is deleted, all begins.</summary>
    private static async Task LoseJournalAsync(RealCluster cluster)
    {
        var nodes = cluster.Nodes;
        Posix.Send(cluster.Launcher, Posix.Kill);
        foreach (var node in nodes)
            Posix.Send(node.Pid, Posix.Kill);
        await cluster.LauncherEndedAsync();
        Directory.Delete(Path.Combine(cluster.Data, "journal"), recursive: true);
        await cluster.UpAsync();
    }

    private static Task EventAsync(RealCluster cluster, string kind, string text) => cluster.UntilAsync($"event {kind} with '{text}'", async () =>
        (await cluster.Api.TryGetEventsAsync())?.Any(e => e.Kind == kind && e.Text.Contains(text, StringComparison.Ordinal)) == true);

    private static async Task<string> VolumesAsync(TraplineCommand trapline) =>
        string.Join(", ", JsonNode.Parse(await trapline.RunAsync("volume", "ls", "--output", "json"))!.AsArray().Select(v => $"{v!["id"]} {v["state"]}"));
}
