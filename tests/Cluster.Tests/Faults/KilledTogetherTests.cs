using Trapline.Cluster.Tests.Processes;
using Xunit.Abstractions;

namespace Trapline.Cluster.Tests.Faults;

/// <summary>
/// A node and the only controller, which should hear of its death, are killed at once, while they start too: the launcher starts both again each time. A
/// long run: <c>TRAPLINE_KILLS=200 dotnet test tests/Cluster.Tests -c Release --filter KilledTogetherTests</c>.
/// </summary>
[Collection(OneController.Name)]
public sealed class KilledTogetherTests(ThreeNodesOneController fixture, ITestOutputHelper output)
{
    private RealCluster Cluster { get; } = fixture.Cluster;

    [Fact]
    public async Task A_node_and_the_controller_that_are_killed_at_once_are_both_started_again()
    {
        var rounds = int.Parse(Environment.GetEnvironmentVariable("TRAPLINE_KILLS") ?? "3");
        var random = new Random(Environment.ProcessId);
        for (var i = 0; i < rounds; i++)
        {
            string[] victims = [$"node{1 + (i % 3)}", "controller1"];
            var before = victims.Select(Cluster.Node).ToList();
            output.WriteLine($"{i}: {string.Join(" and ", before)}");
            foreach (var victim in before)
                Posix.TrySend(victim.Pid, Posix.Kill);
            await Cluster.UntilAsync($"both of {string.Join(", ", victims)} are started again", () => Task.FromResult(before.TrueForAll(b => Cluster.Node(b.Name).Starts > b.Starts)));
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(1000)), TimeProvider.System);
        }

        await fixture.CheckAsync();
    }
}
