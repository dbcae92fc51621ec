using System.Globalization;
using System.Text;
using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence;
using Akka.Persistence.Journal;
using Xunit.Abstractions;

namespace Trapline.ActorRuntime.Tests.Persistence;

/// <summary>
/// What the SQL plug-ins promise, on real databases: nothing stored is lost by a crash, many actors share transactions, two
/// writers of one id do not mix, a broken row harms one actor only, and the tables are those of Akka.Persistence.Sql.
/// </summary>
public abstract class SqlPersistenceTests : Akka.TestKit.Xunit2.TestKit
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly SqlDatabase _database;

    protected SqlPersistenceTests(SqlDatabase database, ITestOutputHelper output)
        : base(database.Config(), output) => _database = database;

    protected SqlDatabase Database => _database;

    protected override void AfterAll()
    {
        base.AfterAll();
        _database.Dispose();
    }

    protected IActorRef Start(ActorSystem system, string id, Action<Scripted>? script = null) =>
        system.ActorOf(Scripted.Props(id, TestActor, script ?? (s => s.StoreTexts())));

    protected ActorSystem OtherSystem(string more = "") =>
        ActorSystem.Create("other", ConfigurationFactory.ParseString(_database.Config(more)).WithFallback(DefaultConfig));

    protected void End(ActorSystem system) => Assert.True(system.Terminate().Wait(Patience), "the system did not end");

    protected void ExpectAll(params string[] messages)
    {
        foreach (var message in messages)
            ExpectMsg(message);
    }

    private object Deserialize(object? bytes, object? serializerId, object? manifest) => ((ExtendedActorSystem)Sys).Serialization.Deserialize(
        Assert.IsType<byte[]>(bytes), Convert.ToInt32(serializerId, CultureInfo.InvariantCulture), Assert.IsType<string>(manifest));

    protected void Store(ActorSystem system, string id, int count)
    {
        var actor = Start(system, id);
        ExpectMsg("recovered");
        for (var i = 1; i <= count; i++)
            actor.Tell("e" + i);
        ExpectAll([.. Enumerable.Range(1, count).Select(i => "stored e" + i)]);
    }

    [SkippableFact]
    public void What_one_actor_system_has_stored_the_next_replays()
    {
        var first = OtherSystem();
        Store(first, "a", 1200);
        End(first);
        Start(Sys, "a").Tell("more");
        ExpectAll([.. Enumerable.Range(1, 1200).Select(i => "replayed e" + i), "recovered", "stored more"]);
    }

    [SkippableFact]
    public void Many_actors_store_at_the_same_time_and_each_keeps_its_own_order()
    {
        const int Actors = 50;
        const int Events = 40;
        var actors = Enumerable.Range(0, Actors).Select(a => Start(Sys, "a" + a, s => s.When<string>(t => s.PersistAsync(t, e =>
        {
            if (e == "e" + Events)
                s.Say("done");
        })))).ToList();
        for (var i = 1; i <= Events; i++)
            actors.ForEach(a => a.Tell("e" + i));
        for (var i = 0; i < Actors; i++)
            ExpectMsg("done", Patience);
        var rows = _database.Query("SELECT persistence_id, sequence_number, ordering FROM journal ORDER BY ordering");
        Assert.Equal(Actors * Events, rows.Count);
        foreach (var actor in rows.GroupBy(r => (string)r[0]!))
            Assert.Equal(Enumerable.Range(1, Events).Select(n => (long)n), actor.Select(r => Convert.ToInt64(r[1], CultureInfo.InvariantCulture)));
    }

    [SkippableFact]
    public void A_second_writer_of_the_same_id_is_refused_and_stores_nothing()
    {
        var other = OtherSystem();
        var mine = Start(Sys, "a");
        ExpectMsg("recovered");
        var theirs = Start(other, "a");
        ExpectMsg("recovered");
        Watch(theirs);
        mine.Tell("mine");
        ExpectMsg("stored mine");
        theirs.Tell("theirs");
        Assert.Equal(("theirs", 1L), ExpectMsg<PersistFailed>(Patience) is var f ? (f.Event, f.SequenceNr) : default);
        ExpectTerminated(theirs, Patience);
        mine.Tell("mine again");
        ExpectMsg("stored mine again");
        Assert.Equal(2L, Convert.ToInt64(_database.Query("SELECT COUNT(*) FROM journal").Single()[0], CultureInfo.InvariantCulture));
        End(other);
    }

    [SkippableFact]
    public void A_row_that_cannot_be_read_fails_that_actors_recovery_and_no_others()
    {
        var first = OtherSystem();
        Store(first, "good", 2);
        Store(first, "broken", 3);
        End(first);
        _database.Execute("UPDATE journal SET identifier = 424242 WHERE persistence_id = 'broken' AND sequence_number = 2");
        var broken = Start(Sys, "broken");
        Watch(broken);
        FishForMessage<RecoveryFailed>(_ => true, Patience);
        ExpectTerminated(broken, Patience);
        Start(Sys, "good");
        ExpectAll("replayed e1", "replayed e2", "recovered");
    }

    [SkippableFact]
    public void The_journal_table_has_the_columns_and_conventions_of_Akka_Persistence_Sql()
    {
        var before = TimeProvider.System.GetUtcNow().UtcTicks;
        Store(Sys, "a", 2);
        var after = TimeProvider.System.GetUtcNow().UtcTicks;
        var rows = _database.Query(
            "SELECT ordering, deleted, persistence_id, sequence_number, created, message, identifier, manifest, writer_uuid FROM journal ORDER BY ordering");
        Assert.Equal(2, rows.Count);
        for (var i = 0; i < 2; i++)
        {
            var row = rows[i];
            Assert.False(Convert.ToBoolean(row[1], CultureInfo.InvariantCulture));
            Assert.Equal("a", row[2]);
            Assert.Equal(i + 1L, row[3]);
            Assert.InRange((long)row[4]!, before, after);
            Assert.Equal("e" + (i + 1), Deserialize(row[5], row[6], row[7]));
            Assert.NotEmpty((string)row[8]!);
        }

        Assert.Equal(rows[0][8], rows[1][8]);
        Assert.True((long)rows[0][0]! < (long)rows[1][0]!);
    }

    [SkippableFact]
    public void Tags_stand_in_their_own_table_and_the_event_is_stored_without_them()
    {
        var actor = Start(Sys, "a", s =>
        {
            s.When<string>(t => s.Persist(new Tagged(t, new[] { "red", "green" }), _ => s.Say("stored " + t)));
            s.SayWhatIsReplayed();
        });
        ExpectMsg("recovered");
        actor.Tell("e1");
        ExpectMsg("stored e1");
        var rows = _database.Query(
            "SELECT t.tag, t.persistence_id, t.sequence_nr FROM tags t JOIN journal j ON j.ordering = t.ordering_id WHERE j.persistence_id = 'a' ORDER BY t.tag");
        Assert.Equal(["green", "red"], rows.Select(r => (string)r[0]!));
        Assert.All(rows, r => Assert.Equal(("a", 1L), ((string)r[1]!, Convert.ToInt64(r[2], CultureInfo.InvariantCulture))));
        Watch(actor);
        actor.Tell(PoisonPill.Instance);
        ExpectTerminated(actor, Patience);
        Start(Sys, "a");
        ExpectAll("replayed e1", "recovered");
    }

    [SkippableFact]
    public void The_snapshot_table_has_the_columns_and_conventions_of_Akka_Persistence_Sql()
    {
        var before = TimeProvider.System.GetUtcNow().UtcTicks;
        var actor = Start(Sys, "a", s =>
        {
            s.When<SaveSnapshotSuccess>(_ => s.Say("saved"));
            s.When<string>(t => s.Persist(t, _ => s.SaveSnapshot("state after " + t)));
        });
        actor.Tell("e1");
        ExpectMsg("saved", Patience);
        var after = TimeProvider.System.GetUtcNow().UtcTicks;
        var row = _database.Query("SELECT persistence_id, sequence_number, created, snapshot, manifest, serializer_id FROM snapshot").Single();
        Assert.Equal(("a", 1L), ((string)row[0]!, (long)row[1]!));
        Assert.InRange((long)row[2]!, before, after);
        Assert.Equal("state after e1", Deserialize(row[3], row[5], row[4]));
    }

    [SkippableFact]
    public void Rows_written_by_another_program_in_the_same_layout_are_replayed()
    {
        Store(Sys, "mine", 1);
        var json = Convert.ToHexString(Encoding.UTF8.GetBytes("\"from elsewhere\""));
        var blob = _database.Provider.StartsWith("SQLite", StringComparison.Ordinal) ? $"x'{json}'" : $"'\\x{json}'::bytea";
        var yes = _database.Provider.StartsWith("SQLite", StringComparison.Ordinal) ? ("1", "0") : ("true", "false");
        const string Columns = "deleted, persistence_id, sequence_number, created, message, identifier, manifest, writer_uuid";
        _database.Execute($"INSERT INTO journal ({Columns}) VALUES ({yes.Item1}, 'b', 1, 638000000000000000, {blob}, 1, '', 'w1')");
        _database.Execute($"INSERT INTO journal ({Columns}) VALUES ({yes.Item2}, 'b', 2, 638000000000000001, {blob}, 1, '', 'w1')");
        _database.Execute($"INSERT INTO journal ({Columns}) VALUES ({yes.Item2}, 'b', 3, 638000000000000002, {blob}, 1, '', 'w1')");
        Start(Sys, "b", s =>
        {
            s.Replay<string>(t => s.Say($"{t} {s.LastSequenceNr}"));
            s.Replay<RecoveryCompleted>(_ => s.Say("recovered"));
        });
        ExpectAll("from elsewhere 2", "from elsewhere 3", "recovered");
    }

    [SkippableFact]
    public void A_crash_between_command_and_handler_loses_nothing_that_was_acknowledged()
    {
        var supervised = Start(Sys, "a", s =>
        {
            s.When<string>(t => s.Persist(t, e =>
            {
                if (e == "e3")
                    throw new CrashException("after the event was stored");
                s.Say("stored " + e);
            }));
            s.SayWhatIsReplayed();
        });
        ExpectMsg("recovered");
        supervised.Tell("e1");
        supervised.Tell("e2");
        supervised.Tell("e3");
        supervised.Tell("e4");
        ExpectAll("stored e1", "stored e2", "replayed e1", "replayed e2", "replayed e3", "recovered", "stored e4");
    }
}

public sealed class SqlitePersistenceTests(ITestOutputHelper output) : SqlPersistenceTests(SqlDatabase.Sqlite(), output)
{
    [Fact]
    public void A_restarted_actor_replays_what_its_former_incarnation_had_on_the_way()
    {
        var actor = Start(Sys, "a", s =>
        {
            s.When<string>(t => s.PersistAsync(t, e => s.Say("stored " + e)));
            s.When<Crash>(c =>
            {
                s.Say("crashing");
                throw new CrashException(c.Why);
            });
            s.SayWhatIsReplayed();
        });
        ExpectMsg("recovered");
        actor.Tell("e1");
        ExpectMsg("stored e1");
        using (var connection = Database.Open())
        {
            using var transaction = connection.BeginTransaction();
            actor.Tell("e2");
            actor.Tell(new Crash("while e2 is on the way"));
            ExpectMsg("crashing");
        }

        ExpectAll("replayed e1", "replayed e2", "recovered");
        actor.Tell("e3");
        ExpectMsg("stored e3");
    }

    [Fact]
    public void A_locked_database_fails_the_write_and_not_the_process()
    {
        var other = OtherSystem("akka.persistence.journal.sql.circuit-breaker { max-failures = 10, call-timeout = 2s, reset-timeout = 1s }");
        var actor = Start(other, "a");
        Watch(actor);
        ExpectMsg("recovered");
        actor.Tell("e1");
        ExpectMsg("stored e1");
        using (var connection = Database.Open())
        {
            using var transaction = connection.BeginTransaction();
            actor.Tell("e2");
            Assert.Equal("e2", ExpectMsg<PersistFailed>(TimeSpan.FromSeconds(60)).Event);
            ExpectTerminated(actor, TimeSpan.FromSeconds(60));
        }

        End(other);
    }
}

public sealed class PostgresPersistenceTests(ITestOutputHelper output) : SqlPersistenceTests(SqlDatabase.Postgres(), output)
{
    [SkippableFact]
    public void Lost_connections_are_replaced_and_nothing_stored_before_is_lost()
    {
        Store(Sys, "a", 3);
        Database.Execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
        // The journal may notice a dead connection only by using it: one actor fails for each, the next gets a new one.
        for (var attempt = 0; !TryStore("b", attempt); attempt++)
            Assert.True(attempt < 20, "the journal never came back");
        Start(Sys, "a");
        ExpectAll("replayed e1", "replayed e2", "replayed e3", "recovered");
    }

    private bool TryStore(string id, int attempt)
    {
        var actor = Start(Sys, id + attempt);
        Watch(actor);
        actor.Tell("x");
        var stored = false;
        while (true)
        {
            switch (ExpectMsg<object>())
            {
                case "stored x":
                    stored = true;
                    actor.Tell(PoisonPill.Instance);
                    break;
                case Terminated:
                    return stored;
            }
        }
    }
}

public sealed class SqliteSnapshotTests : SnapshotTests
{
    private readonly SqlDatabase _database;

    public SqliteSnapshotTests(ITestOutputHelper output)
        : this(SqlDatabase.Sqlite(), output)
    {
    }

    private SqliteSnapshotTests(SqlDatabase database, ITestOutputHelper output)
        : base(database.Config(), output) => _database = database;

    protected override void AfterAll()
    {
        base.AfterAll();
        _database.Dispose();
    }
}

public sealed class PostgresSnapshotTests(ITestOutputHelper output) : SnapshotTests(SqlDatabase.Postgres().Config(), output);
