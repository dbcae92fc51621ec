using System.Net;
using Trapline.Cluster.Tests.Processes;
using Trapline.Shared.Api;
using Xunit.Abstractions;

namespace Trapline.Cluster.Tests.Faults;

/// <summary>
/// The host or the controller is killed while a snapshot is taken: it is whole and listed afterwards, or gone, and nothing half is left. A long run:
/// <c>TRAPLINE_SNAPSHOT_KILLS=100 TRAPLINE_SNAPSHOT_KILLS_SEED=1 dotnet test tests/Cluster.Tests -c Release --filter SnapshotKillTests</c>.
/// </summary>
[Collection(OneController.Name)]
public sealed class SnapshotKillTests(ThreeNodesOneController fixture, ITestOutputHelper output)
{
    private RealCluster Cluster { get; } = fixture.Cluster;

    [Fact]
    public async Task A_snapshot_whose_maker_or_controller_is_killed_is_whole_or_gone()
    {
        var rounds = int.Parse(Environment.GetEnvironmentVariable("TRAPLINE_SNAPSHOT_KILLS") ?? "6");
        var seed = int.Parse(Environment.GetEnvironmentVariable("TRAPLINE_SNAPSHOT_KILLS_SEED") ?? $"{Environment.ProcessId}");
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var started = false;
        for (var round = 0; round < rounds; round++)
        {
            await Cluster.UntilWholeAsync();
            var before = await Cluster.UntilRunsAsync(ThreeNodes.Ledger);
            var victim = round % 3 == 2 ? Cluster.Node("controller1") : Cluster.Node(before.Node!);
            var asking = Cluster.Api.SendAsync(HttpMethod.Post, $"/v1/vms/{ThreeNodes.Ledger}/snapshots", $$"""{ "name": "killed-{{round}}" }""");
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(120)), TimeProvider.System);
            Posix.Send(victim.Pid, Posix.Kill);
            var (status, _) = await asking;
            await Cluster.UntilAsync($"{victim.Name} is started again", () => Task.FromResult(Cluster.Node(victim.Name).Starts > victim.Starts));
            await Cluster.UntilWholeAsync();
            var listed = await SettledAsync();
            output.WriteLine($"{round}: {victim.Name} killed, answer {status?.ToString() ?? "none"}, {(listed.Count == 0 ? "gone" : "whole")}");
            if (listed.Count == 0)
                continue;
            if (!started)
                await RunsFromAsync(Assert.Single(listed));
            started = true;
            await Cluster.Trapline.RunAsync("snapshot", "rm", listed[0].Id);
            Assert.Empty(await SettledAsync());
        }

        await fixture.CheckAsync();
    }

    /// <summary>Waits until no snapshot is being taken or removed and the folder holds those that are listed and nothing else.</summary>
    private async Task<IReadOnlyList<SnapshotView>> SettledAsync()
    {
        IReadOnlyList<SnapshotView> listed = [];
        string[] files = [];
        await Cluster.UntilAsync(
            "what is listed is whole, and nothing else is there",
            async () =>
            {
                if (await Cluster.Api.TryGetSnapshotsAsync() is not { } now)
                    return false;
                listed = now;
                files = [.. Directory.EnumerateFileSystemEntries(Path.Combine(Cluster.Data, "snapshots")).Select(f => Path.GetFileName(f)!)];
                return listed.All(s => s.State == SnapshotStates.Ready) && files.Order(StringComparer.Ordinal).SequenceEqual(listed.Select(s => s.Id).Order(StringComparer.Ordinal));
            },
            () => $"listed {string.Join(", ", listed)}\nfiles {string.Join(", ", files)}");
        return listed;
    }

    private async Task RunsFromAsync(SnapshotView snapshot)
    {
        await Cluster.Trapline.RunAsync("run", "--from-snapshot", snapshot.Id, "--name", "heir", "--wait", "--timeout", "100");
        await Cluster.TerminateAsync("heir");
    }
}
