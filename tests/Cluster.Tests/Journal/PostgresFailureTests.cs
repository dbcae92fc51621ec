using Trapline.Cluster.Tests.Faults;
using Trapline.Cluster.Tests.Processes;

namespace Trapline.Cluster.Tests.Journal;

/// <summary>A database server that cuts connections, and one that crashes and starts anew, in the middle of commands.</summary>
[Collection(OwnClusters.Name)]
public sealed class PostgresFailureTests
{
    [SkippableFact]
    public async Task Connections_that_are_cut_and_a_server_that_restarts_lose_nothing_that_was_accepted()
    {
        await using var postgres = await PostgresCluster.StartAsync();
        var cluster = postgres.Cluster;
        var before = await cluster.UntilRunsAsync(PostgresCluster.Web);
        var changes = new CordonChanges(cluster);
        await changes.DoAsync();

        var refusals = new List<string>();
        for (var i = 0; i < 3; i++)
            refusals.Add(await WhileAsync(changes, () => postgres.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")));
        Assert.Contains(refusals, r => r.Contains("the journal cannot be written", StringComparison.Ordinal));

        // The death of one of its processes has the server end all others, recover, and start anew.
        var pid = await postgres.ExecuteAsync("SELECT pg_backend_pid()");
        await changes.CheckAsync();
        await WhileAsync(changes, async () => Posix.Send((int)(await postgres.ExecuteAsync("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() LIMIT 1") ?? pid)!, Posix.Kill));
        await changes.CheckAsync();
        Assert.Equal(before.Incarnation, (await cluster.UntilRunsAsync(PostgresCluster.Web)).Incarnation);
        await cluster.Trapline.RunAsync("reboot", PostgresCluster.Web);
        await cluster.UntilRunsAsync(PostgresCluster.Web, before.Incarnation);
        await cluster.AuditAsync();
    }

    /// <summary>Asks for changes while something is done to the server, until one is refused; returns why.</summary>
    private static async Task<string> WhileAsync(CordonChanges changes, Func<Task> harm)
    {
        await changes.CheckAsync();
        var harming = harm();
        var refusal = await changes.UntilRefusedAsync();
        await harming;
        return refusal;
    }
}
