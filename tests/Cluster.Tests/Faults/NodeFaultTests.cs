using Trapline.Cluster.Tests.Audit;
using Trapline.Cluster.Tests.Processes;

namespace Trapline.Cluster.Tests.Faults;

/// <summary>Faults of nodes and of the only controller, on three nodes with a journal and a shell; each ends with the audit.</summary>
[Collection(OneController.Name)]
public sealed class NodeFaultTests(ThreeNodesOneController fixture)
{
    private RealCluster Cluster { get; } = fixture.Cluster;

    [Fact]
    public async Task What_a_killed_node_ran_runs_elsewhere()
    {
        await StallWatch.OnSteadyMachineAsync(async () =>
        {
            await Cluster.UntilWholeAsync();
            var before = await Cluster.UntilRunsAsync(ThreeNodes.Ledger);
            await Cluster.Trapline.RunAsync("fault", "node-kill", before.Node!);
            await Cluster.UntilRunsAsync(ThreeNodes.Ledger, before.Incarnation, notOn: before.Node);
            Assert.Contains("is lost: seen by the launcher", await Cluster.Trapline.RunAsync("events"), StringComparison.Ordinal);
        });
        await fixture.CheckAsync();
    }

    [Fact]
    public async Task What_a_node_ran_whose_death_nobody_saw_runs_elsewhere_when_its_lease_is_over()
    {
        var before = await Cluster.UntilRunsAsync(ThreeNodes.Ledger);
        Posix.Send(Cluster.Launcher, Posix.Stop);
        try
        {
            Cluster.Signal(before.Node!, Posix.Kill);
            await Cluster.UntilRunsAsync(ThreeNodes.Ledger, before.Incarnation, notOn: before.Node);
        }
        finally
        {
            Posix.Send(Cluster.Launcher, Posix.Continue);
        }

        Assert.Contains($"{before.Node} ", await Cluster.UntilEventAsync("host-lost", "lease keepers call it lost"), StringComparison.Ordinal);
        await fixture.CheckAsync();
    }

    [Theory]
    [InlineData("{0} | controller1", false)]
    [InlineData("{0} | controller1", true)]
    [InlineData("controller1 | {0}", true)]
    public async Task A_node_that_is_cut_off_has_paused_its_guests_before_they_run_elsewhere(string partition, bool oneWay)
    {
        var before = await Cluster.UntilRunsAsync(ThreeNodes.Ledger);
        string[] options = oneWay ? ["--one-way"] : [];
        await Cluster.Trapline.RunAsync(["fault", "partition", string.Format(null, partition, before.Node), .. options]);
        Assert.Contains("Partition in force", await Cluster.Trapline.RunAsync("status"), StringComparison.Ordinal);
        await Cluster.UntilRunsAsync(ThreeNodes.Ledger, before.Incarnation, notOn: before.Node);
        await Cluster.Trapline.RunAsync("fault", "heal");
        Assert.DoesNotContain("Partition in force", await Cluster.Trapline.RunAsync("status"), StringComparison.Ordinal);

        var audit = await Cluster.AuditAsync();
        var copies = audit.Executions.Where(e => e.Vm.Value == before.Id).ToList();
        var paused = copies.Where(e => e.Incarnation.Value == before.Incarnation).Max(e => e.To);
        var began = copies.Where(e => e.Incarnation.Value == before.Incarnation + 1).Min(e => e.From);
        Assert.True(paused < began, $"the old copy executed until {paused}, the next one from {began}");
        await fixture.CheckAsync();
    }

    /// <summary>
    /// The host lease, with the other two guards broken: the guest has no volume that could refuse it, and no order and no report passes between its
    /// node and any other, so that incarnations cannot be compared.
    /// </summary>
    [Fact]
    public async Task A_lease_alone_ends_a_copy_that_no_order_reaches_and_that_has_no_disk()
    {
        var before = await Cluster.UntilRunsAsync(ThreeNodes.Web);
        await Cluster.Trapline.RunAsync("fault", "partition", before.Node!);
        await Cluster.UntilRunsAsync(ThreeNodes.Web, before.Incarnation, notOn: before.Node);
        var copies = Auditor.Of(Cluster.Data);
        Assert.Empty(copies.Complaints);
        Assert.Contains(copies.Executions, e => e.Vm.Value == before.Id && e.Incarnation.Value == before.Incarnation + 1);
        await Cluster.Trapline.RunAsync("fault", "heal");
        await fixture.CheckAsync();
    }

    [Fact]
    public async Task A_node_that_was_suspended_for_longer_than_its_lease_executes_nothing_when_it_wakes()
    {
        var before = await Cluster.UntilRunsAsync(ThreeNodes.Ledger);
        await Cluster.Trapline.RunAsync("fault", "node-pause", before.Node!);
        await Cluster.UntilRunsAsync(ThreeNodes.Ledger, before.Incarnation, notOn: before.Node);
        await fixture.Journal.UntilMoreAsync(3);
        await Cluster.Trapline.RunAsync("fault", "node-resume", before.Node!);
        await fixture.CheckAsync();
    }

    [Fact]
    public async Task A_node_that_is_told_to_end_has_its_guests_moved_with_what_they_have_in_memory()
    {
        var before = await Cluster.UntilRunsAsync(ThreeNodes.Web);
        var shell = new Shell(Cluster, ThreeNodes.Web);
        var uptime = await shell.UptimeAsync();
        Cluster.Signal(before.Node!, Posix.Terminate);
        await Cluster.UntilRunsAsync(ThreeNodes.Web, before.Incarnation, notOn: before.Node);
        Assert.True(await shell.UptimeAsync() > uptime, "it goes on, and was not started anew");
        Assert.Contains($"{before.Node} drains", await Cluster.UntilEventAsync("move-started", "drains"), StringComparison.Ordinal);
        await fixture.CheckAsync();
    }

    [Fact]
    public async Task Guests_run_on_while_the_only_controller_is_killed_and_started_again()
    {
        var before = await Cluster.UntilWholeAsync();
        await Cluster.KillAsync("controller1");
        var after = await Cluster.UntilWholeAsync();
        Assert.Equal(before.Vms.Select(v => (v.Name, v.Incarnation)), after.Vms.Select(v => (v.Name, v.Incarnation)));

        // It decides again.
        await Cluster.Trapline.RunAsync("fault", "guest-panic", ThreeNodes.Web);
        await Cluster.UntilRunsAsync(ThreeNodes.Web, before.FindVm(ThreeNodes.Web)!.Incarnation);
        await fixture.CheckAsync();
    }

    [Fact]
    public async Task When_everything_was_killed_at_once_the_same_vms_run_again_with_the_same_disks()
    {
        var before = await Cluster.UntilWholeAsync();
        var nodes = Cluster.Nodes;
        Posix.Send(Cluster.Launcher, Posix.Kill);
        foreach (var node in nodes)
            Posix.Send(node.Pid, Posix.Kill);
        await Cluster.LauncherEndedAsync();
        await Cluster.UpAsync();
        foreach (var vm in before.Vms)
            Assert.Equal(vm.Id, (await Cluster.UntilRunsAsync(vm.Name, vm.Incarnation)).Id);
        await fixture.CheckAsync();
    }

    [Fact]
    public async Task A_second_cluster_on_the_same_data_root_or_port_is_refused()
    {
        var (code, _, errors) = await Cluster.Trapline.TryAsync("up");
        Assert.Equal(2, code);
        Assert.Contains($"{Cluster.Data} is in use by a cluster that process {Cluster.Launcher} runs", errors, StringComparison.Ordinal);

        var other = new TraplineCommand(Path.Combine(Cluster.Data, "other"));
        var port = Cluster.Node("controller1").Port;
        (code, _, errors) = await other.TryAsync("up", "--base-port", $"{port}");
        Assert.Equal(2, code);
        Assert.Contains($"port {port} is in use", errors, StringComparison.Ordinal);
        await fixture.CheckAsync();
    }
}
