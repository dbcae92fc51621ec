using System.Collections.Immutable;
using Trapline.Cli.Top;
using Trapline.Shared.Api;

namespace Trapline.Cli.Tests.Top;

/// <summary>Rates are differences of two readings, and only where the two are of the same life.</summary>
public sealed class TopFiguresTests
{
    private static readonly DateTimeOffset At = new(2026, 2, 3, 4, 5, 6, TimeSpan.Zero);

    [Fact]
    public void What_was_used_between_two_readings_is_shown_per_second()
    {
        var before = Reading(atSeconds: 10, nodeCpu: 4, [new("vm-1", 1, 1, 100, 5_000_000), new("vm-2", 1, 0, 0, 0)]);
        var now = Reading(atSeconds: 12, nodeCpu: 5, [new("vm-1", 1, 2, 300, 9_000_000), new("vm-2", 2, 9, 9, 9)]);
        var sample = TopFigures.Between(before, now, TopOrder.Cpu);
        Assert.Equal(50, sample.Nodes[0].CpuPercent);
        Assert.Equal(new TopVm("b", "running", "node1", "standard.small", 128, 50, 100, 2), sample.Vms[0]);
        // A later incarnation counts from zero: there is nothing to compare it with yet.
        Assert.Null(sample.Vms[1].CpuPercent);
        Assert.Equal(["a", "b"], TopFigures.Between(before, now, TopOrder.Name).Vms.Select(v => v.Name));
    }

    [Fact]
    public void Without_a_reading_before_or_after_a_node_was_started_anew_there_are_no_rates()
    {
        var now = Reading(atSeconds: 1, nodeCpu: 1, [new("vm-1", 1, 1, 1, 1)]);
        Assert.All(TopFigures.Between(null, now, TopOrder.Cpu).Vms, v => Assert.Null(v.CpuPercent));
        var older = Reading(atSeconds: 100, nodeCpu: 50, [new("vm-1", 1, 1, 1, 1)]);
        Assert.Null(TopFigures.Between(older, now, TopOrder.Cpu).Nodes[0].CpuPercent);
    }

    [Fact]
    public void Disk_figures_are_those_of_the_node_and_low_ones_are_marked()
    {
        var reading = Reading(atSeconds: 1, nodeCpu: 1, []);
        var node = reading.Cluster.Nodes[0];
        ImmutableArray<NodeView> nodes = [node with { Name = "node10", DiskFreeMiB = 300, IsLowOnDisk = true }, node with { Name = "node9", DiskFreeMiB = 9000 }, node with { Name = "silent" }];
        var sample = TopFigures.Between(null, reading with { Cluster = reading.Cluster with { Nodes = nodes } }, TopOrder.Cpu);
        Assert.Equal([("node9", 9000L, false), ("node10", 300L, true), ("silent", null, false)], sample.Nodes.Select(n => (n.Name, n.DiskFreeMiB, n.IsLowOnDisk)));
        var text = new StringWriter();
        var console = Spectre.Console.AnsiConsole.Create(new Spectre.Console.AnsiConsoleSettings { Out = new Spectre.Console.AnsiConsoleOutput(text) });
        console.Profile.Width = 200;
        console.Write(TopScreen.Of(sample));
        var rows = text.ToString().Split('\n').Where(line => line.Contains("node", StringComparison.Ordinal)).ToList();
        Assert.Contains(" 9000 ", rows[0], StringComparison.Ordinal);
        Assert.Contains("300, low", rows[1], StringComparison.Ordinal);
    }

    private static TopReading Reading(double atSeconds, double nodeCpu, VmUsageView[] vms) => new(
        new ClusterView(1, At, [new NodeView("node1", "b1", "alive", "schedulable", 2, 800, 100, 4096, 256, null)], [Vm("vm-2", "a", 2), Vm("vm-1", "b", 1)]),
        new UsageView([new NodeUsageView("node1", atSeconds, nodeCpu, 80, [.. vms])]));

    private static VmView Vm(string id, string name, long incarnation) => new()
    {
        Id = id,
        Name = name,
        Image = "minios",
        Type = "standard.small",
        State = VmStates.Running,
        Desired = "running",
        Node = "node1",
        Incarnation = incarnation,
        Restart = "always",
        Affinity = "none",
    };
}
