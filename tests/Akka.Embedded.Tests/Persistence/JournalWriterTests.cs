using System.Data.Common;
using Akka.Configuration;
using Akka.Persistence.Sql;
using Akka.Persistence.Sql.Db;
using Akka.Persistence.Sql.Journal;
using Microsoft.Data.Sqlite;

namespace Akka.Embedded.Tests.Persistence;

/// <summary>Requests of many actors share transactions, and a refused one harms no other.</summary>
public sealed class JournalWriterTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly SqliteFile _file = new();
    private readonly SqliteDialect _dialect;
    private readonly JournalTables _tables;
    private readonly SchemaGuard _schema;
    private readonly List<JournalWriter> _writers = [];

    public JournalWriterTests()
    {
        _dialect = new SqliteDialect(_file.ConnectionString);
        var config = SqlSettings.WithDefaults(ConfigurationFactory.ParseString("a = 1"), "journal");
        _tables = new JournalTables(SqlSettings.Mapping(config));
        _schema = new SchemaGuard(_dialect, () => _dialect.CreateJournal(_tables), create: true);
        _schema.Ensure();
    }

    public void Dispose()
    {
        foreach (var writer in _writers)
        {
            writer.Dispose();
            Assert.True(writer.Join(Patience));
        }

        _file.Dispose();
    }

    private JournalWriter Writer(int buffer = 1000, SqlDialect? dialect = null)
    {
        var writer = new JournalWriter(dialect ?? _dialect, _tables, _schema, new JournalLimits(buffer, 1000, 1000, 1));
        _writers.Add(writer);
        return writer;
    }

    private static JournalRow Row(string id, long nr, params string[] tags) => new(id, nr, 1, [1], 1, "", "w", tags);

    private void Count(int expected) => Assert.Equal([expected.ToString(System.Globalization.CultureInfo.InvariantCulture)], _file.Query("SELECT COUNT(*) FROM journal"));

    [Fact]
    public async Task One_refused_request_of_a_batch_fails_alone()
    {
        var writer = Writer();
        await writer.WriteAsync([Row("b", 1)]).WaitAsync(Patience);
        List<Task> writes;
        using (var blocker = _file.Open())
        using (blocker.BeginTransaction())
        {
            // The first waits for the lock; the others queue up behind it and go together.
            writes = [writer.WriteAsync([Row("a", 1)]), writer.WriteAsync([Row("c", 1), Row("c", 2)]), writer.WriteAsync([Row("b", 2), Row("b", 1)]), writer.WriteAsync([Row("d", 1)])];
        }

        await writes[0].WaitAsync(Patience);
        await writes[1].WaitAsync(Patience);
        var refused = await Assert.ThrowsAsync<DuplicateSequenceNrException>(() => writes[2].WaitAsync(Patience));
        Assert.Contains("one of the sequence numbers 2 to 1 of persistence id 'b'", refused.Message);
        await writes[3].WaitAsync(Patience);
        Count(5);
        Assert.Equal(["1"], _file.Query("SELECT COUNT(*) FROM journal WHERE persistence_id = 'b'"));
    }

    [Fact]
    public async Task More_requests_than_the_buffer_holds_are_refused_and_the_others_written()
    {
        var writer = Writer(buffer: 3);
        List<Task> writes;
        using (var blocker = _file.Open())
        using (blocker.BeginTransaction())
            writes = [.. Enumerable.Range(1, 10).Select(i => writer.WriteAsync([Row("a" + i, 1)]))];
        var refused = 0;
        foreach (var write in writes)
        {
            try
            {
                await write.WaitAsync(Patience);
            }
            catch (InvalidOperationException e)
            {
                Assert.Contains("3 are waiting (buffer-size)", e.Message);
                refused++;
            }
        }

        // Three in the buffer, and up to three that the writer had taken out of it.
        Assert.InRange(refused, 4, 7);
        Count(10 - refused);
    }

    [Fact]
    public async Task Tags_refer_to_the_row_of_their_event()
    {
        var writer = Writer();
        await writer.WriteAsync([Row("a", 1, "x"), Row("a", 2), Row("a", 3, "y", "z")]).WaitAsync(Patience);
        Assert.Equal(
            ["a 1 x", "a 3 y", "a 3 z"],
            _file.Query("SELECT j.persistence_id, j.sequence_number, t.tag FROM tags t JOIN journal j ON j.ordering = t.ordering_id ORDER BY 2, 3"));
    }

    [Fact]
    public async Task What_is_queued_when_the_writer_ends_is_still_written()
    {
        var writer = Writer();
        var writes = Enumerable.Range(1, 100).Select(i => writer.WriteAsync([Row("a", i)])).ToList();
        writer.Dispose();
        await Task.WhenAll(writes).WaitAsync(Patience);
        await Assert.ThrowsAsync<InvalidOperationException>(() => writer.WriteAsync([Row("b", 1)]));
        Assert.True(writer.Join(Patience));
        Count(100);
    }

    [Fact]
    public async Task A_deletion_keeps_its_place_among_the_writes()
    {
        var writer = Writer();
        var store = new JournalStore(_dialect, _tables, keepMetadata: true);
        _ = writer.WriteAsync([Row("a", 1, "x"), Row("a", 2), Row("a", 3)]);
        _ = writer.RunAsync(connection => store.Delete(connection, "a", 2));
        await writer.WriteAsync([Row("a", 4)]).WaitAsync(Patience);
        Assert.Equal([3L, 4L], store.Read("a", 1, long.MaxValue, long.MaxValue, goSize: 1).Select(r => r.Row.SequenceNr));
        Assert.Equal(4, store.HighestSequenceNr("a"));
        Assert.Equal(["2 1", "3 0", "4 0"], _file.Query("SELECT sequence_number, deleted FROM journal ORDER BY 1"));
        Assert.Equal(["a 2"], _file.Query("SELECT * FROM journal_metadata"));
        Assert.Empty(_file.Query("SELECT * FROM tags"));
    }

    [Fact]
    public async Task A_connection_that_fails_at_its_closing_too_leaves_nobody_without_an_answer()
    {
        var dialect = new StubbornDialect(_dialect);
        var writer = Writer(dialect: dialect);
        for (var round = 0; round < 3; round++)
        {
            dialect.Breaks = true;
            var failure = await Assert.ThrowsAsync<IOException>(() => writer.WriteAsync([Row("a", round + 1)]).WaitAsync(Patience));
            Assert.Equal("the write failed", failure.Message);
            dialect.Breaks = false;
            await writer.WriteAsync([Row("a", round + 1)]).WaitAsync(Patience);
        }

        Assert.Equal(3, dialect.Distrusted);
        Count(3);
    }

    /// <summary>A database whose connections, once a write has failed, cannot be closed either.</summary>
    private sealed class StubbornDialect(SqliteDialect real) : SqlDialect
    {
        /// <summary>Whether writes fail.</summary>
        public bool Breaks { get; set; }

        /// <summary>How often the writer was done with all connections.</summary>
        public int Distrusted { get; private set; }

        public override int Writers(int wanted) => real.Writers(wanted);

        public override DbConnection OpenWriter()
        {
            using var plain = real.OpenReader();
            var connection = new StubbornConnection(plain.ConnectionString, this);
            connection.Open();
            return connection;
        }

        public override DbConnection OpenReader() => real.OpenReader();

        public override void Distrust()
        {
            Distrusted++;
            throw new IOException("the others cannot be closed");
        }

        public override void Close() => real.Close();

        public override IEnumerable<string> CreateJournal(JournalTables tables) => real.CreateJournal(tables);

        public override IEnumerable<string> CreateSnapshots(SnapshotTable table) => real.CreateSnapshots(table);

        public override void Insert(DbConnection connection, DbTransaction transaction, JournalTables tables, IReadOnlyList<JournalRow> rows)
        {
            if (Breaks)
                throw new IOException("the write failed");
            real.Insert(connection, transaction, tables, rows);
        }

        public override bool IsDuplicate(Exception failure) => real.IsDuplicate(failure);
    }

    private sealed class StubbornConnection(string connectionString, StubbornDialect dialect) : SqliteConnection(connectionString)
    {
        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            if (dialect.Breaks)
                throw new IOException("it cannot be closed");
        }
    }
}
