using System.Threading.Channels;
using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence;
using Akka.Persistence.Sql;
using Akka.Persistence.Sql.Journal;

namespace Akka.Embedded.Tests.Persistence;

/// <summary>What goes wrong in a database is reported with the row or the setting that is to blame.</summary>
public sealed class SqlFailureTests
{
    [Theory]
    [InlineData("identifier = 424242", "serializer 424242, manifest ''")]
    [InlineData("message = x'00ff00ff'", "serializer 1, manifest ''")]
    [InlineData("message = 'text'", "its message is no bytes")]
    [InlineData("identifier = NULL, manifest = 'No.Such.Type'", "serializer none, manifest 'No.Such.Type'")]
    public async Task A_corrupt_journal_row_is_named_and_other_ids_stay_readable(string damage, string expected)
    {
        using var file = new SqliteFile();
        var first = file.System();
        foreach (var id in new[] { "good", "bad" })
        {
            var (actor, told) = Diary.Start(first, id);
            await told.ExpectAsync("recovered");
            actor.Tell("e1");
            actor.Tell("e2");
            await told.ExpectAsync("stored e1", "stored e2");
        }

        await first.Terminate();
        file.Execute($"UPDATE journal SET {damage} WHERE persistence_id = 'bad' AND sequence_number = 2");
        var second = file.System();
        var (_, bad) = Diary.Start(second, "bad");
        await bad.ExpectAsync("replayed e1");
        var failure = Assert.IsAssignableFrom<UnreadableRowException>(await bad.NextAsync());
        Assert.Contains("Table journal, row ordering = 4 (persistence id 'bad', sequence number 2, ", failure.Message);
        Assert.Contains(expected, failure.Message);
        var (_, good) = Diary.Start(second, "good");
        await good.ExpectAsync("replayed e1", "replayed e2", "recovered");
        await second.Terminate();
    }

    [Fact]
    public async Task A_corrupt_snapshot_is_named()
    {
        using var file = new SqliteFile();
        var first = file.System();
        var (actor, told) = Diary.Start(first, "a");
        await told.ExpectAsync("recovered");
        actor.Tell("e1");
        await told.ExpectAsync("stored e1");
        actor.Tell((Func<object>)(() => "state"));
        await told.ExpectAsync("saved");
        await first.Terminate();
        file.Execute("UPDATE snapshot SET serializer_id = 424242");
        var second = file.System();
        var (_, broken) = Diary.Start(second, "a");
        var failure = Assert.IsAssignableFrom<UnreadableRowException>(await broken.NextAsync());
        Assert.Contains("Table snapshot (persistence id 'a', sequence number 1, serializer 424242", failure.Message);
        await second.Terminate();
    }

    [Fact]
    public async Task A_second_writer_is_named_as_the_cause()
    {
        using var file = new SqliteFile();
        var (one, two) = (file.System(), file.System());
        var (first, firstTold) = Diary.Start(one, "a");
        var (second, secondTold) = Diary.Start(two, "a");
        await firstTold.ExpectAsync("recovered");
        await secondTold.ExpectAsync("recovered");
        first.Tell("e1");
        await firstTold.ExpectAsync("stored e1");
        second.Tell("e1 too");
        var failure = Assert.IsType<DuplicateSequenceNrException>(await secondTold.NextAsync());
        Assert.Equal("Table journal already has sequence number 1 of persistence id 'a': another writer is active.", failure.Message);
        await one.Terminate();
        await two.Terminate();
    }

    [Fact]
    public async Task An_unreachable_database_fails_the_recovery_and_is_tried_again_by_the_next()
    {
        var folder = Directory.CreateTempSubdirectory("late-").FullName;
        Directory.Delete(folder);
        var system = ActorSystem.Create("late", ConfigurationFactory.ParseString($$"""
            akka.loglevel = OFF
            akka.stdout-loglevel = OFF
            akka.persistence.journal.plugin = "akka.persistence.journal.sql"
            akka.persistence.journal.sql { connection-string = "Data Source={{Path.Combine(folder, "late.db")}}", provider-name = SQLite }
            """));
        var (_, early) = Diary.Start(system, "a");
        Assert.IsAssignableFrom<System.Data.Common.DbException>(await early.NextAsync());
        Directory.CreateDirectory(folder);
        var (_, late) = Diary.Start(system, "b");
        await late.ExpectAsync("recovered");
        await system.Terminate();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_restart_with_two_requests_on_the_way_leaves_no_gap()
    {
        using var file = new SqliteFile();
        var system = file.System();
        var told = Channel.CreateUnbounded<object>();
        var actor = system.ActorOf(Props.Create(() => new Hasty(told.Writer)));
        await told.ExpectAsync("recovered");
        using (var blocker = file.Open())
        using (blocker.BeginTransaction())
        {
            // The first is with the journal, the second waits for it and is handed over by the restart.
            actor.Tell("e1");
            actor.Tell("e2");
            actor.Tell(new InvalidOperationException("crash"));
            await told.ExpectAsync("crashing");
        }

        await told.ExpectAsync("replayed e1", "replayed e2", "recovered");
        await system.Terminate();
        Assert.Equal(["1", "2"], file.Query("SELECT sequence_number FROM journal ORDER BY ordering"));
    }

    private sealed class Hasty : ReceivePersistentActor
    {
        public Hasty(ChannelWriter<object> told)
        {
            Command<string>(text => PersistAsync(text, stored => told.TryWrite("stored " + stored)));
            Command<Exception>(e =>
            {
                told.TryWrite("crashing");
                throw e;
            });
            Recover<string>(text => told.TryWrite("replayed " + text));
            Recover<RecoveryCompleted>(_ => told.TryWrite("recovered"));
        }

        public override string PersistenceId => "hasty";
    }

    [Theory]
    [InlineData("provider-name = Oracle, connection-string = x", "provider-name: expected a provider name that starts with SQLite or PostgreSQL, found \"Oracle\"")]
    [InlineData("provider-name = SQLite", "The SQL plug-in needs connection-string; it is missing or empty.")]
    [InlineData("connection-string = x", "The SQL plug-in needs provider-name; it is missing or empty.")]
    [InlineData("provider-name = SQLite, connection-string = \"Data Source=x\", table-mapping = mysql", "table-mapping: expected default")]
    public void A_wrong_setting_is_named(string settings, string expected)
    {
        var config = SqlSettings.WithDefaults(ConfigurationFactory.ParseString(settings), "journal");
        Assert.Contains(expected, Assert.Throws<ConfigurationException>(() => SqlSettings.Read(config)).Message);
    }

    [Fact]
    public void Sizes_must_be_positive()
    {
        var config = ConfigurationFactory.ParseString("batch-size = 0");
        Assert.Contains("batch-size: expected a whole number of at least 1", Assert.Throws<ConfigurationException>(() => SqlSettings.Positive(config, "batch-size")).Message);
    }

    [Fact]
    public void The_plug_ins_are_found_under_the_names_of_Akka_Persistence_Sql() =>
        Assert.Equal(typeof(SqlWriteJournal), Akka.Actor.Internal.TypeNames.Find("Akka.Persistence.Sql.Journal.SqlWriteJournal, Akka.Persistence.Sql"));
}
