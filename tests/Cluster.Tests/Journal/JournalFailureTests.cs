using Microsoft.Data.Sqlite;
using Trapline.Cluster.Tests.Faults;
using Trapline.Cluster.Tests.Processes;

namespace Trapline.Cluster.Tests.Journal;

/// <summary>
/// The controller's journal fails while the cluster runs: commands are refused with the cause, nothing accepted is lost, guests write on, and decisions
/// resume as soon as the journal works, without a hand.
/// </summary>
[Collection(OneController.Name)]
public sealed class JournalFailureTests(ThreeNodesOneController fixture)
{
    private RealCluster Cluster { get; } = fixture.Cluster;

    [Fact]
    public async Task A_journal_that_refuses_writes_is_named_and_loses_nothing()
    {
        var (before, web) = (await Cluster.UntilRunsAsync(ThreeNodes.Ledger), await Cluster.UntilRunsAsync(ThreeNodes.Web));
        await new Shell(Cluster, ThreeNodes.Web).UntilReadyAsync(web.Incarnation);
        var changes = new CordonChanges(Cluster);
        await changes.DoAsync();
        await using (var journal = await OpenAsync())
        {
            // As a broken disk looks to whoever writes; it needs no privileges.
            await ExecuteAsync(journal, "CREATE TRIGGER broken BEFORE INSERT ON journal BEGIN SELECT RAISE(ABORT, 'the disk is broken'); END");
            try
            {
                var refusal = await changes.UntilRefusedAsync();
                Assert.Contains("Nothing is decided now: the journal cannot be written (SQLite Error 19: 'the disk is broken'", refusal, StringComparison.Ordinal);

                // What happens meanwhile is decided later.
                await new Shell(Cluster, ThreeNodes.Web).PanicAsync();
                await fixture.Journal.UntilMoreAsync(20);
            }
            finally
            {
                await ExecuteAsync(journal, "DROP TRIGGER broken");
            }
        }

        await changes.CheckAsync();
        await Cluster.UntilRunsAsync(ThreeNodes.Web, web.Incarnation);
        Assert.Equal(before.Incarnation, (await Cluster.UntilRunsAsync(ThreeNodes.Ledger)).Incarnation);
        await fixture.CheckAsync();
    }

    [Fact]
    public async Task A_journal_that_another_process_locks_for_long_is_named_and_loses_nothing()
    {
        await Cluster.UntilWholeAsync();
        var changes = new CordonChanges(Cluster);
        await changes.DoAsync();
        await using (var journal = await OpenAsync())
        {
            await ExecuteAsync(journal, "BEGIN IMMEDIATE");
            Assert.Contains("the journal cannot be written (SQLite Error 5: 'database is locked'", await changes.UntilRefusedAsync(), StringComparison.Ordinal);
            await ExecuteAsync(journal, "ROLLBACK");
        }

        await changes.CheckAsync();
        await fixture.CheckAsync();
    }

    [SkippableFact]
    public async Task A_journal_that_may_only_be_read_is_named_with_what_to_do_and_goes_on_by_itself_when_it_may_be_written()
    {
        await Cluster.UntilWholeAsync();
        var web = await Cluster.UntilRunsAsync(ThreeNodes.Web);
        var changes = new CordonChanges(Cluster);
        await changes.DoAsync();
        using (ReadOnlyFolder.Make(Path.Combine(Cluster.Data, "journal")))
        {
            await Cluster.KillAsync("controller1");
            var refusal = "";
            await Cluster.UntilAsync(
                "the journal is named", async () => (refusal = await changes.AskAsync() ?? "").Contains("Nothing is decided now: the journal cannot be", StringComparison.Ordinal), () => refusal);
            Assert.Contains("SQLite Error", refusal, StringComparison.Ordinal);
            Assert.Contains("the controller must be able to write to the journal's file and its folder (journal/ in the data root", refusal, StringComparison.Ordinal);
        }

        await changes.CheckAsync();
        Assert.Equal(web.Incarnation, (await Cluster.UntilRunsAsync(ThreeNodes.Web)).Incarnation);
        await fixture.CheckAsync();
    }

    private async Task<SqliteConnection> OpenAsync()
    {
        var connection = new SqliteConnection($"Data Source={Path.Combine(Cluster.Data, "journal", "controller.db")};Pooling=False");
        await connection.OpenAsync();
        return connection;
    }

    private static async Task ExecuteAsync(SqliteConnection connection, string text)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = text;
        await command.ExecuteNonQueryAsync();
    }
}
