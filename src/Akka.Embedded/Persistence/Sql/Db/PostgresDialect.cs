using System.Data.Common;
using Npgsql;

namespace Akka.Persistence.Sql.Db;

/// <summary>PostgreSQL through Npgsql.</summary>
internal sealed class PostgresDialect(string connectionString) : SqlDialect
{
    // Two processes that create the same table at once would trip over each other's catalog rows; any number does that
    // both use ("journal" in ASCII).
    private const long CreationLock = 0x6A6F75726E616C;

    private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create(connectionString);

    /// <inheritdoc/>
    public override int Writers(int wanted) => wanted;

    /// <inheritdoc/>
    public override DbConnection OpenWriter() => _source.OpenConnection();

    /// <inheritdoc/>
    public override DbConnection OpenReader() => _source.OpenConnection();

    /// <inheritdoc/>
    public override void Distrust() => _source.Clear();

    /// <inheritdoc/>
    public override void Close() => _source.Dispose();

    /// <inheritdoc/>
    public override IEnumerable<string> CreateJournal(JournalTables t)
    {
        var writer = t.UseWriterUuid ? $",\n  {Quote(t.WriterUuid)} VarChar(128) NULL" : "";
        yield return $"SELECT pg_advisory_xact_lock({CreationLock})";
        yield return $"""
            CREATE TABLE IF NOT EXISTS {t.JournalTable} (
              {Quote(t.Ordering)} BIGSERIAL NOT NULL,
              {Quote(t.Deleted)} Boolean NOT NULL,
              {Quote(t.PersistenceId)} VarChar(255) NOT NULL,
              {Quote(t.SequenceNumber)} BigInt NOT NULL,
              {Quote(t.Created)} BigInt NOT NULL,
              {Quote(t.Message)} bytea NOT NULL,
              {Quote(t.Identifier)} Int NULL,
              {Quote(t.Manifest)} VarChar(500) NULL{writer},
              CONSTRAINT {Quote("PK_" + t.Journal)} PRIMARY KEY ({Quote(t.Ordering)}),
              CONSTRAINT {Quote(t.Journal + "_uq")} UNIQUE ({Quote(t.PersistenceId)}, {Quote(t.SequenceNumber)})
            )
            """;
        yield return $"CREATE INDEX IF NOT EXISTS {Quote($"{t.Journal}_{t.Created}_idx")} ON {t.JournalTable} ({Quote(t.Created)})";
        yield return $"CREATE INDEX IF NOT EXISTS {Quote($"{t.Journal}_{t.SequenceNumber}_idx")} ON {t.JournalTable} ({Quote(t.SequenceNumber)})";
        yield return $"""
            CREATE TABLE IF NOT EXISTS {t.TagTable} (
              {Quote(t.TagOrderingId)} BigInt NOT NULL,
              {Quote(t.Tag)} VarChar(64) NOT NULL,
              {Quote(t.TagPersistenceId)} VarChar(255) NOT NULL,
              {Quote(t.TagSequenceNr)} BigInt NOT NULL,
              CONSTRAINT {Quote("PK_" + t.Tags)} PRIMARY KEY ({Quote(t.TagOrderingId)}, {Quote(t.Tag)})
            )
            """;
        yield return $"CREATE INDEX IF NOT EXISTS {Quote($"{t.Tags}_{t.TagPersistenceId}_{t.TagSequenceNr}_idx")} ON {t.TagTable} ({Quote(t.TagPersistenceId)}, {Quote(t.TagSequenceNr)})";
        yield return $"CREATE INDEX IF NOT EXISTS {Quote($"{t.Tags}_{t.Tag}_idx")} ON {t.TagTable} ({Quote(t.Tag)})";
        yield return $"""
            CREATE TABLE IF NOT EXISTS {t.MetadataTable} (
              {Quote(t.MetadataPersistenceId)} VarChar(255) NOT NULL,
              {Quote(t.MetadataSequenceNumber)} BigInt NOT NULL,
              CONSTRAINT {Quote("PK_" + t.Metadata)} PRIMARY KEY ({Quote(t.MetadataPersistenceId)}, {Quote(t.MetadataSequenceNumber)})
            )
            """;
    }

    /// <inheritdoc/>
    public override IEnumerable<string> CreateSnapshots(SnapshotTable t)
    {
        yield return $"SELECT pg_advisory_xact_lock({CreationLock})";
        yield return $"""
            CREATE TABLE IF NOT EXISTS {t.Table} (
              {Quote(t.PersistenceId)} VarChar(255) NOT NULL,
              {Quote(t.SequenceNumber)} BigInt NOT NULL,
              {Quote(t.Created)} BigInt NOT NULL,
              {Quote(t.Snapshot)} bytea NULL,
              {Quote(t.Manifest)} VarChar(500) NULL,
              {Quote(t.SerializerId)} Int NULL,
              CONSTRAINT {Quote("PK_" + t.Name)} PRIMARY KEY ({Quote(t.PersistenceId)}, {Quote(t.SequenceNumber)})
            )
            """;
        yield return $"CREATE INDEX IF NOT EXISTS {Quote($"{t.Name}_{t.SequenceNumber}_idx")} ON {t.Table} ({Quote(t.SequenceNumber)})";
        yield return $"CREATE INDEX IF NOT EXISTS {Quote($"{t.Name}_{t.Created}_idx")} ON {t.Table} ({Quote(t.Created)})";
    }

    /// <inheritdoc/>
    public override void Insert(DbConnection connection, DbTransaction transaction, JournalTables tables, IReadOnlyList<JournalRow> rows)
    {
        // One round trip for all events, and a second one for tags if there are any: tags need the orderings.
        var statement = $"{InsertStatement(tables)} RETURNING {Quote(tables.Ordering)}";
        var orderings = new List<long>(rows.Count);
        using (var batch = NewBatch(connection, transaction))
        {
            foreach (var row in rows)
            {
                var command = new NpgsqlBatchCommand(statement);
                command.Parameters.AddWithValue("deleted", false);
                command.Parameters.AddWithValue("pid", row.PersistenceId);
                command.Parameters.AddWithValue("nr", row.SequenceNr);
                command.Parameters.AddWithValue("created", row.Created);
                command.Parameters.AddWithValue("message", row.Message);
                command.Parameters.AddWithValue("identifier", row.Identifier);
                command.Parameters.AddWithValue("manifest", row.Manifest);
                if (tables.UseWriterUuid)
                    command.Parameters.AddWithValue("writer", row.WriterUuid);
                batch.BatchCommands.Add(command);
            }

            using var reader = batch.ExecuteReader();
            do
            {
                while (reader.Read())
                    orderings.Add(reader.GetInt64(0));
            }
            while (reader.NextResult());
        }

        InsertTags(connection, transaction, tables, rows, orderings);
    }

    /// <inheritdoc/>
    public override bool IsDuplicate(Exception failure) =>
        failure is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation };

    private static NpgsqlBatch NewBatch(DbConnection connection, DbTransaction transaction) =>
        new((NpgsqlConnection)connection, (NpgsqlTransaction)transaction);

    private static void InsertTags(
        DbConnection connection, DbTransaction transaction, JournalTables tables, IReadOnlyList<JournalRow> rows, List<long> orderings)
    {
        using var batch = NewBatch(connection, transaction);
        for (var i = 0; i < rows.Count; i++)
        {
            foreach (var tag in rows[i].Tags)
            {
                var command = new NpgsqlBatchCommand(InsertTagStatement(tables));
                command.Parameters.AddWithValue("ordering", orderings[i]);
                command.Parameters.AddWithValue("tag", tag);
                command.Parameters.AddWithValue("pid", rows[i].PersistenceId);
                command.Parameters.AddWithValue("nr", rows[i].SequenceNr);
                batch.BatchCommands.Add(command);
            }
        }

        if (batch.BatchCommands.Count > 0)
            batch.ExecuteNonQuery();
    }
}
