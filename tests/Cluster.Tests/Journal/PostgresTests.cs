using Npgsql;
using Trapline.ActorRuntime.Tests.Persistence;
using Trapline.Cluster.Tests.Faults;
using Trapline.Cluster.Tests.Processes;
using Trapline.TestSupport;

namespace Trapline.Cluster.Tests.Journal;

/// <summary>The controller's journal in PostgreSQL, by configuration alone: what a cluster over several machines uses.</summary>
[Collection(OwnClusters.Name)]
public sealed class PostgresTests
{
    [SkippableFact]
    public async Task A_cluster_that_keeps_its_journal_in_postgresql_knows_its_vms_after_everything_was_killed()
    {
        var database = PostgresServer.Instance.CreateDatabase();
        var folder = Directory.CreateTempSubdirectory("trapline-");
        try
        {
            var config = Path.Combine(folder.FullName, "postgres.conf");
            await File.WriteAllTextAsync(config, $$"""
                akka.persistence.journal.sql { connection-string = "{{database}}", provider-name = "PostgreSQL.15" }
                akka.persistence.snapshot-store.sql { connection-string = "{{database}}", provider-name = "PostgreSQL.15" }
                """);
            await using var cluster = await RealCluster.StartAsync(Path.Combine(folder.FullName, "data"), "--nodes", "1", "--config", config);
            await cluster.Trapline.RunAsync("run", "--image", "minios", "--type", "highcpu.small", "--name", "web");
            var before = await cluster.UntilRunsAsync("web");

            var nodes = cluster.Nodes;
            Posix.Send(cluster.Launcher, Posix.Kill);
            foreach (var node in nodes)
                Posix.Send(node.Pid, Posix.Kill);
            await cluster.LauncherEndedAsync();
            await cluster.UpAsync();

            Assert.Equal(before.Id, (await cluster.UntilRunsAsync("web", before.Incarnation)).Id);
            await cluster.AuditAsync();
            Assert.True(await EventsAsync(database) > 0);
            Assert.False(File.Exists(Path.Combine(cluster.Data, "journal", "controller.db")), "there is no other journal");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<long> EventsAsync(string database)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT count(*) FROM journal", connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
