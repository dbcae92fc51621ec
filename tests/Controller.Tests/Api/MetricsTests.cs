using Trapline.Controller.Api;
using Trapline.Shared.Api;
using Trapline.TestSupport;

namespace Trapline.Controller.Tests.Api;

/// <summary>Numbers for Prometheus, read back as strictly as its format is described.</summary>
public sealed class MetricsTests
{
    private static readonly DateTimeOffset At = new(2026, 2, 3, 4, 5, 6, TimeSpan.Zero);

    [Fact]
    public void Every_figure_of_the_cluster_is_there_under_its_name_and_labels()
    {
        var metrics = Exposition.Parse(HealthRoutes.MetricsOf(new ClusterView(
            17,
            At,
            [
                new NodeView("node1", "b1", "alive", "schedulable", 2, 800, 200, 4096, 256, null) { DiskMiB = 10_240, DiskFreeMiB = 300, IsLowOnDisk = true },
                new NodeView("node2", "b2", "lost", "schedulable", 0, 400, 0, 2048, 0, null),
            ],
            [Vm("a", VmStates.Running, 1), Vm("b", VmStates.Running, 0), Vm("c", VmStates.CrashLoop, 8)])));
        Assert.All(metrics.Types, metric => Assert.Equal("gauge", metric.Value));
        Assert.Equal(17, metrics["trapline_generation"]);
        Assert.Equal(9, metrics["trapline_vm_crashes"]);
        Assert.Equal((2, 1), (metrics["trapline_vms", ("state", "running")], metrics["trapline_vms", ("state", "crash-loop")]));
        Assert.Equal((1, 1), (metrics["trapline_nodes", ("state", "alive")], metrics["trapline_nodes", ("state", "lost")]));
        (string Name, double First, double? Second)[] perNode =
        [
            ("vms", 2, 0), ("memory_mib", 4096, 2048), ("memory_used_mib", 256, 0), ("cpu_weight", 800, 400), ("cpu_weight_used", 200, 0),
            ("disk_mib", 10_240, null), ("disk_free_mib", 300, null), ("disk_low", 1, 0),
        ];
        foreach (var (name, first, second) in perNode)
        {
            Assert.Equal((name, first), (name, metrics[$"trapline_node_{name}", ("node", "node1")]));
            Assert.Equal(second is null ? 1 : 2, metrics.Samples.Count(s => s.Name == $"trapline_node_{name}"));
            if (second is { } other)
                Assert.Equal((name, other), (name, metrics[$"trapline_node_{name}", ("node", "node2")]));
        }

        Assert.Equal(metrics.Types.Keys.Order(), metrics.Samples.Select(s => s.Name).Distinct().Order());
    }

    [Fact]
    public void An_empty_cluster_and_strange_names_are_well_formed_too()
    {
        Assert.Equal(2, Exposition.Parse(HealthRoutes.MetricsOf(new ClusterView(0, At, [], []))).Samples.Count);
        const string Strange = "a\"b\\c\nd\\n {x=\"y\"} é";
        var metrics = Exposition.Parse(HealthRoutes.MetricsOf(new ClusterView(1, At, [new NodeView(Strange, "b1", Strange, "schedulable", 1, 1, 1, 1, 1, null)], [])));
        Assert.Equal(1, metrics["trapline_node_vms", ("node", Strange)]);
        Assert.Equal(1, metrics["trapline_nodes", ("state", Strange)]);
    }

    private static VmView Vm(string name, string state, int crashes) => new()
    {
        Id = $"vm-{name}",
        Name = name,
        Image = "minios",
        Type = "standard.small",
        State = state,
        Desired = "running",
        Incarnation = 1,
        Restart = "always",
        Affinity = "none",
        Crashes = crashes,
    };
}
