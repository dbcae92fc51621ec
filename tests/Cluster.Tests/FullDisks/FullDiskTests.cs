using Trapline.Cluster.Tests.Faults;
using Trapline.Cluster.Tests.Journal;
using Trapline.Cluster.Tests.Processes;
using Trapline.Shared.Api;

namespace Trapline.Cluster.Tests.FullDisks;

/// <summary>
/// Each kind of file on a disk that has no room left: nothing that was acknowledged is lost, what does not need the disk goes on, somebody says what is
/// wrong, and with room all goes on by itself. What needs no mount: <c>JournalFailureTests</c>, and the tests of overlays and of the audit log.
/// </summary>
[Collection(OwnClusters.Name)]
public sealed class FullDiskTests(SmallDisks fixture) : IClassFixture<SmallDisks>
{
    private RealCluster Cluster => fixture.Cluster;

    [SkippableFact]
    public async Task A_guest_whose_volume_has_no_room_sees_an_error_and_loses_nothing()
    {
        fixture.Need();
        var (ledger, web) = (await Cluster.UntilRunsAsync(ThreeNodes.Ledger), await Cluster.UntilRunsAsync(ThreeNodes.Web));
        using (fixture.Full("volumes"))
            Assert.Contains("guest panic", await Cluster.UntilEventAsync("vm-ended", "its disk failed: No space left on device"), StringComparison.Ordinal);

        await Cluster.UntilRunsAsync(ThreeNodes.Ledger, ledger.Incarnation);
        Assert.Equal(web.Incarnation, (await Cluster.UntilRunsAsync(ThreeNodes.Web)).Incarnation);
        await fixture.CheckAsync();
    }

    [SkippableFact]
    public async Task Nodes_that_are_low_on_disk_space_get_no_new_vm_until_there_is_room_and_what_runs_goes_on()
    {
        fixture.Need();
        await Cluster.UntilWholeAsync();
        var ledger = await Cluster.UntilRunsAsync(ThreeNodes.Ledger);
        using (fixture.Low("volumes"))
        {
            await Cluster.UntilAsync("both nodes are low", view => view.Nodes.All(n => n.IsLowOnDisk));
            await Cluster.UntilEventAsync("host-disk-low", "MiB are left, and it should have 4 MiB");
            await Cluster.Trapline.RunAsync("run", "--image", "minios", "--type", "highcpu.small", "--name", "late");
            await Cluster.UntilAsync("it waits, with the reason", view => view.FindVm("late") is { State: VmStates.Pending, Reason: "2 hosts: low on disk space" });
            await UntilPrintsAsync("disk: the host is low on disk space", "why", "late");
            await UntilPrintsAsync(", low", "node", "ls");
            await fixture.Journal.UntilMoreAsync(5);
        }

        await Cluster.UntilRunsAsync("late");
        await Cluster.UntilEventAsync("host-disk-enough", "has disk space again");
        Assert.Equal(ledger.Incarnation, (await Cluster.UntilRunsAsync(ThreeNodes.Ledger)).Incarnation);
        await Cluster.Trapline.RunAsync("terminate", "late");
        await fixture.CheckAsync();
    }

    [SkippableFact]
    public async Task A_controller_whose_journal_has_no_room_refuses_with_the_cause_and_keeps_what_it_accepted()
    {
        fixture.Need();
        await Cluster.UntilWholeAsync();
        var ledger = await Cluster.UntilRunsAsync(ThreeNodes.Ledger);
        var changes = new CordonChanges(Cluster);
        await changes.DoAsync();
        using (fixture.Full("journal"))
        {
            // The journal's file may still have room within.
            var refused = await changes.UntilRefusedAsync();
            Assert.Contains("the journal cannot be written (SQLite Error 13: 'database or disk is full'", refused, StringComparison.Ordinal);
            Assert.Contains("look before you ask again", refused, StringComparison.Ordinal);
            await fixture.Journal.UntilMoreAsync(10);
        }

        await changes.CheckAsync();
        Assert.Equal(ledger.Incarnation, (await Cluster.UntilRunsAsync(ThreeNodes.Ledger)).Incarnation);
        await fixture.CheckAsync();
    }

    [SkippableFact]
    public async Task A_move_that_cannot_be_saved_is_given_up_and_the_vm_runs_on()
    {
        fixture.Need();
        await Cluster.UntilWholeAsync();
        var before = await Cluster.UntilRunsAsync(ThreeNodes.Web);
        var shell = new Shell(Cluster, ThreeNodes.Web);
        await shell.UntilReadyAsync(before.Incarnation);
        var uptime = await shell.UptimeAsync();
        using (fixture.Full("moves"))
        {
            await Cluster.MigrateAsync(ThreeNodes.Web);
            Assert.Contains("No space left on device", await Cluster.UntilEventAsync("move-aborted", "it could not be saved"), StringComparison.Ordinal);
            Assert.True(await shell.UptimeAsync() > uptime, "it goes on where it was");
            Assert.Equal(before.Incarnation, (await Cluster.UntilRunsAsync(ThreeNodes.Web)).Incarnation);
            Assert.Equal([".filler"], FilesIn("moves"));
        }

        await Cluster.MigrateAsync(ThreeNodes.Web);
        await Cluster.UntilRunsAsync(ThreeNodes.Web, before.Incarnation, notOn: before.Node);
        Assert.True(await shell.UptimeAsync() > uptime, "it goes on elsewhere");
        await Cluster.UntilAsync("nothing is left of the move", () => Task.FromResult(FilesIn("moves").Length == 0));
        await fixture.CheckAsync();
    }

    [SkippableFact]
    public async Task A_snapshot_that_has_no_room_fails_whole_and_the_vm_runs_on()
    {
        fixture.Need();
        var before = await Cluster.UntilRunsAsync(ThreeNodes.Ledger);
        using (fixture.Full("snapshots"))
        {
            var (code, _, errors) = await Cluster.Trapline.TryAsync("snapshot", "create", ThreeNodes.Ledger, "--name", "none");
            Assert.Equal(7, code);
            Assert.Contains("No space left on device", errors, StringComparison.Ordinal);
            Assert.Equal([".filler"], FilesIn("snapshots"));
        }

        await Cluster.Trapline.RunAsync("snapshot", "create", ThreeNodes.Ledger, "--name", "whole");
        await Cluster.Trapline.RunAsync("snapshot", "rm", "whole");
        await Cluster.UntilAsync("nothing is left of it", () => Task.FromResult(FilesIn("snapshots").Length == 0));
        Assert.Equal(before.Incarnation, (await Cluster.UntilRunsAsync(ThreeNodes.Ledger)).Incarnation);
        await fixture.CheckAsync();
    }

    [SkippableFact]
    public async Task Consoles_and_logs_without_room_hold_up_nobody()
    {
        fixture.Need();
        var before = await Cluster.UntilRunsAsync(ThreeNodes.Web);
        var shell = new Shell(Cluster, ThreeNodes.Web);
        await shell.UntilReadyAsync(before.Incarnation);
        using (fixture.Full("consoles", "logs"))
        {
            // The last page of a log still has room: each of these is a line in the controller's.
            var changes = new CordonChanges(Cluster);
            while (changes.Accepted < 60)
                await changes.DoAsync();
            await Cluster.Trapline.RunAsync("fault", "vm-actor-fail", ThreeNodes.Web);
            await shell.UptimeAsync();
            await Cluster.Trapline.RunAsync("fault", "guest-panic", ThreeNodes.Web);
            before = await Cluster.UntilRunsAsync(ThreeNodes.Web, before.Incarnation);
            await shell.UntilReadyAsync(before.Incarnation);
        }

        await new CordonChanges(Cluster).CheckAsync();
        await Cluster.UntilAsync("the log says what is missing", () => Task.FromResult(Cluster.LogOf("controller1").Contains("lines are missing here", StringComparison.Ordinal)));
        await fixture.CheckAsync();
    }

    [SkippableFact]
    public async Task The_audit_of_what_happened_while_there_was_no_room_for_it_follows()
    {
        fixture.Need();
        await Cluster.UntilWholeAsync();
        var (ledger, web) = (await Cluster.UntilRunsAsync(ThreeNodes.Ledger), await Cluster.UntilRunsAsync(ThreeNodes.Web));
        if (web.Node == ledger.Node)
        {
            // What waits in the memory of the node that is killed dies with it.
            await Cluster.MigrateAsync(ThreeNodes.Web);
            web = await Cluster.UntilRunsAsync(ThreeNodes.Web, web.Incarnation, notOn: ledger.Node);
        }

        using (fixture.Full("hosts"))
        {
            await Cluster.Trapline.RunAsync("reboot", ThreeNodes.Web);
            await Cluster.UntilRunsAsync(ThreeNodes.Web, web.Incarnation);

            // A node that is killed cannot come back without room for its own folder; what it ran goes on elsewhere.
            await Cluster.Trapline.RunAsync("fault", "node-kill", ledger.Node!);
            await Cluster.UntilRunsAsync(ThreeNodes.Ledger, ledger.Incarnation, notOn: ledger.Node);
        }

        await Cluster.UntilWholeAsync();
        await Cluster.UntilAsync("the audit is complete", () => Task.FromResult(
            Audit.Auditor.Of(Cluster.Data).Executions.Any(e => e.Vm.Value == web.Id && e.Incarnation.Value == web.Incarnation + 1)));
        await fixture.CheckAsync();
    }

    [SkippableFact]
    public async Task With_no_room_anywhere_the_launcher_lives_and_with_room_all_goes_on()
    {
        fixture.Need();
        await Cluster.UntilWholeAsync();
        using (fixture.Full())
        {
            Cluster.Kill("controller1");
            await Cluster.UntilSaysAsync("controller1 ended");
            Cluster.Kill("node2");
            await Cluster.UntilSaysAsync("node2 ended");
        }

        await fixture.CheckAsync();
    }

    /// <summary>A node whose report is late, because the machine stood still, is not spoken of until the next one.</summary>
    private Task UntilPrintsAsync(string text, params string[] command) => Cluster.UntilAsync(
        $"'{string.Join(' ', command)}' prints '{text}'", async () => (await Cluster.Trapline.TryAsync(command)).Output.Contains(text, StringComparison.Ordinal));

    private string[] FilesIn(string folder) => [.. Directory.EnumerateFileSystemEntries(Path.Combine(Cluster.Data, folder)).Select(f => Path.GetFileName(f)!)];
}
