using Akka.Embedded.Tests.Cluster.Simulation;

namespace Akka.Embedded.Tests.Cluster;

/// <summary>How long a cluster takes to form, in virtual time and with the default intervals.</summary>
public sealed class FormationTests
{
    private static readonly TimeSpan LastStart = TimeSpan.FromSeconds(3);

    [Fact]
    public void Three_nodes_are_up_within_two_seconds_of_the_last_start()
    {
        for (var seed = 1; seed <= 50; seed++)
        {
            var simulation = new ClusterSimulation(new SimulationPlan(seed, Nodes: 3, Monitors: 9, [], TimeSpan.FromMinutes(1)));
            simulation.RunUntil(LastStart);
            Assert.True(
                simulation.RunUntil(() => simulation.HasConverged(everybody: true), TimeSpan.FromSeconds(2)),
                $"seed {seed}:\n{simulation.Trace}");
        }
    }
}
