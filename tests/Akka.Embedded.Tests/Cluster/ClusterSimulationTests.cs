using System.Globalization;
using Akka.Embedded.Tests.Cluster.Simulation;
using Xunit.Abstractions;

namespace Akka.Embedded.Tests.Cluster;

/// <summary>
/// Whole clusters in virtual time, with loss, duplication, delay, cuts, crashes, leaving and restarts drawn from a seed.
/// A long run: <c>CLUSTER_SIMULATION_SEEDS=100000 dotnet test tests/Akka.Embedded.Tests --filter ClusterSimulation</c>;
/// one seed again: <c>CLUSTER_SIMULATION_FIRST=4711 CLUSTER_SIMULATION_SEEDS=1 …</c>.
/// </summary>
public sealed class ClusterSimulationTests(ITestOutputHelper output)
{
    private const int SeedsInCi = 200;
    private static readonly TimeSpan TimeToSettle = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan TimeToWatch = TimeSpan.FromSeconds(30);

    [Fact]
    public void All_views_converge_and_no_two_leaders_act()
    {
        var first = FromEnvironment("CLUSTER_SIMULATION_FIRST", 1);
        var count = FromEnvironment("CLUSTER_SIMULATION_SEEDS", SeedsInCi);
        output.WriteLine($"seeds {first} to {first + count - 1}");
        for (var seed = first; seed < first + count; seed++)
            Run(seed);
    }

    [Fact]
    public void A_seed_repeats_exactly()
    {
        for (var seed = 1; seed <= 5; seed++)
        {
            var plan = SimulationPlan.FromSeed(seed);
            var traces = new[] { new ClusterSimulation(plan), new ClusterSimulation(plan) }.Select(simulation =>
            {
                simulation.RunUntil(plan.CalmFrom);
                return simulation.Trace;
            }).ToArray();
            Assert.Equal(traces[0], traces[1]);
        }
    }

    private static int FromEnvironment(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : otherwise;

    private void Run(int seed)
    {
        var plan = SimulationPlan.FromSeed(seed);
        var simulation = new ClusterSimulation(plan);
        var failure = Check(plan, simulation);
        if (failure is null)
            return;
        output.WriteLine(plan.ToString());
        output.WriteLine(simulation.Describe());
        output.WriteLine(simulation.Trace);
        Assert.Fail($"seed {seed}: {failure}");
    }

    private static string? Check(SimulationPlan plan, ClusterSimulation simulation)
    {
        simulation.RunUntil(plan.CalmFrom);
        if (!simulation.RunUntil(() => simulation.HasConverged(everybody: false), TimeToSettle))
            return "the nodes that survived do not agree";
        simulation.RestartAll();
        if (!simulation.RunUntil(() => simulation.HasConverged(everybody: true), TimeToSettle))
            return "not all nodes came together again";
        var converged = simulation.Now;
        simulation.RunUntil(converged + TimeToWatch);
        if (!simulation.HasConverged(everybody: true))
            return "the cluster did not stay together";
        if (simulation.Oracle.LeadersSince(converged).Count > 1)
            return $"these acted as leaders after convergence: {string.Join(", ", simulation.Oracle.LeadersSince(converged))}";
        if (simulation.Alive.Count(n => n.RunsSingleton) != 1)
            return $"{simulation.Alive.Count(n => n.RunsSingleton)} singletons run";
        return simulation.Oracle.Violations.Count > 0 ? simulation.Oracle.Violations[0] : null;
    }
}
