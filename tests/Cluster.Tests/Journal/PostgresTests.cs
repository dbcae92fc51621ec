using Trapline.Cluster.Tests.Faults;
using Trapline.Cluster.Tests.Processes;

namespace Trapline.Cluster.Tests.Journal;

/// <summary>The controller's journal in PostgreSQL, by configuration alone: what a cluster over several machines uses.</summary>
[Collection(OwnClusters.Name)]
public sealed class PostgresTests
{
    [SkippableFact]
    public async Task A_cluster_that_keeps_its_journal_in_postgresql_knows_its_vms_after_everything_was_killed()
    {
        await using var postgres = await PostgresCluster.StartAsync();
        var cluster = postgres.Cluster;
        var before = await cluster.UntilRunsAsync(PostgresCluster.Web);
        var nodes = cluster.Nodes;
        Posix.Send(cluster.Launcher, Posix.Kill);
        foreach (var node in nodes)
            Posix.Send(node.Pid, Posix.Kill);
        await cluster.LauncherEndedAsync();
        await cluster.UpAsync();

        Assert.Equal(before.Id, (await cluster.UntilRunsAsync(PostgresCluster.Web, before.Incarnation)).Id);
        await cluster.AuditAsync();
        Assert.True((long)(await postgres.ExecuteAsync("SELECT count(*) FROM journal"))! > 0);
        Assert.False(File.Exists(Path.Combine(cluster.Data, "journal", "controller.db")), "there is no other journal");
    }
}
