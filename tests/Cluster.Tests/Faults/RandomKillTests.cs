using Trapline.Cluster.Tests.Processes;
using Xunit.Abstractions;

namespace Trapline.Cluster.Tests.Faults;

/// <summary>
/// Processes are killed at random moments while a journal writes: every record that it acknowledged is there afterwards. A long run:
/// <c>TRAPLINE_KILLS=200 TRAPLINE_KILLS_SEED=1 dotnet test tests/Cluster.Tests -c Release --filter RandomKillTests</c>.
/// </summary>
[Collection(OneController.Name)]
public sealed class RandomKillTests(ThreeNodesOneController fixture, ITestOutputHelper output)
{
    private RealCluster Cluster { get; } = fixture.Cluster;

    [Fact]
    public async Task Every_acknowledged_record_is_there_after_kills_at_random_moments()
    {
        var kills = int.Parse(Environment.GetEnvironmentVariable("TRAPLINE_KILLS") ?? "4");
        var seed = int.Parse(Environment.GetEnvironmentVariable("TRAPLINE_KILLS_SEED") ?? $"{Environment.ProcessId}");
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var i = 0; i < kills; i++)
        {
            var before = await Cluster.UntilRunsAsync(ThreeNodes.Ledger);
            await fixture.Journal.CheckAsync();
            await fixture.Journal.UntilMoreAsync(random.Next(1, 12));
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(100)), TimeProvider.System);
            var victims = Victims(random, before.Node!);
            output.WriteLine($"{i}: {string.Join(" and ", victims)} after record {fixture.Journal.Acknowledged}");
            foreach (var victim in victims)
                Cluster.Kill(victim);
            await Cluster.UntilRunsAsync(ThreeNodes.Ledger, before.Incarnation);
        }

        await fixture.CheckAsync();
    }

    /// <summary>The journal's node, alone or with others.</summary>
    private List<string> Victims(Random random, string node) =>
        [node, .. Cluster.Nodes.Select(n => n.Name).Where(name => name != node && random.Next(5) == 0)];
}
