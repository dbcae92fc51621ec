using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Akka.Persistence.Sql.Db;

/// <summary>
/// SQLite through Microsoft.Data.Sqlite. The file is put into WAL mode, so that readers and the one writer do not wait for
/// each other; a commit is on disk when it returns (synchronous = FULL, SQLite's default).
/// </summary>
internal sealed class SqliteDialect : SqlDialect
{
    // Below the circuit breaker's ten seconds, so that a locked database is reported as such.
    private const int LockTimeoutSeconds = 8;

    // SQLITE_CONSTRAINT with SQLITE_CONSTRAINT_PRIMARYKEY and SQLITE_CONSTRAINT_UNIQUE (sqlite.org/rescode.html).
    private const int PrimaryKeyViolation = 1555;
    private const int UniqueViolation = 2067;

    private readonly string _connectionString;

    /// <summary>Creates the dialect for one database.</summary>
    public SqliteDialect(string connectionString)
    {
        var builder = new SqliteConnectionStringBuilder(connectionString);
        if (builder.DefaultTimeout == new SqliteConnectionStringBuilder().DefaultTimeout)
            builder.DefaultTimeout = LockTimeoutSeconds;
        _connectionString = builder.ConnectionString;
    }

    /// <inheritdoc/>
    public override int Writers(int wanted) => 1;

    /// <inheritdoc/>
    public override DbConnection OpenWriter()
    {
        var connection = OpenReader();
        connection.Execute(null, "PRAGMA journal_mode = WAL");
        return connection;
    }

    /// <inheritdoc/>
    public override DbConnection OpenReader()
    {
        var connection = new SqliteConnection(_connectionString);
        connection.Open();
        return connection;
    }

    /// <inheritdoc/>
    public override void Distrust() => Close();

    /// <inheritdoc/>
    public override void Close()
    {
        using var connection = new SqliteConnection(_connectionString);
        SqliteConnection.ClearPool(connection);
    }

    /// <inheritdoc/>
    public override IEnumerable<string> CreateJournal(JournalTables t)
    {
        var writer = t.UseWriterUuid ? $",\n  {Quote(t.WriterUuid)} NVarChar(128) NULL" : "";
        yield return $"""
            CREATE TABLE IF NOT EXISTS {t.JournalTable} (
              {Quote(t.Ordering)} INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
              {Quote(t.Deleted)} Bit NOT NULL,
              {Quote(t.PersistenceId)} NVarChar(255) NOT NULL,
              {Quote(t.SequenceNumber)} BigInt NOT NULL,
              {Quote(t.Created)} BigInt NOT NULL,
              {Quote(t.Message)} VarBinary NOT NULL,
              {Quote(t.Identifier)} Int NULL,
              {Quote(t.Manifest)} NVarChar(500) NULL{writer}
            )
            """;
        yield return $"CREATE UNIQUE INDEX IF NOT EXISTS {Quote(t.Journal + "_uq")} ON {t.JournalTable} ({Quote(t.PersistenceId)}, {Quote(t.SequenceNumber)})";
        yield return $"CREATE INDEX IF NOT EXISTS {Quote($"{t.Journal}_{t.Created}_idx")} ON {t.JournalTable} ({Quote(t.Created)})";
        yield return $"CREATE INDEX IF NOT EXISTS {Quote($"{t.Journal}_{t.SequenceNumber}_idx")} ON {t.JournalTable} ({Quote(t.SequenceNumber)})";
        yield return $"""
            CREATE TABLE IF NOT EXISTS {t.TagTable} (
              {Quote(t.TagOrderingId)} INTEGER NOT NULL,
              {Quote(t.Tag)} NVarChar(64) NOT NULL,
              {Quote(t.TagPersistenceId)} NVarChar(255) NOT NULL,
              {Quote(t.TagSequenceNr)} INTEGER NOT NULL,
              CONSTRAINT {Quote("PK_" + t.Tags)} PRIMARY KEY ({Quote(t.TagOrderingId)}, {Quote(t.Tag)})
            )
            """;
        yield return $"CREATE INDEX IF NOT EXISTS {Quote($"{t.Tags}_{t.TagPersistenceId}_{t.TagSequenceNr}_idx")} ON {t.TagTable} ({Quote(t.TagPersistenceId)}, {Quote(t.TagSequenceNr)})";
        yield return $"CREATE INDEX IF NOT EXISTS {Quote($"{t.Tags}_{t.Tag}_idx")} ON {t.TagTable} ({Quote(t.Tag)})";
        yield return $"""
            CREATE TABLE IF NOT EXISTS {t.MetadataTable} (
              {Quote(t.MetadataPersistenceId)} NVarChar(255) NOT NULL,
              {Quote(t.MetadataSequenceNumber)} BigInt NOT NULL,
              CONSTRAINT {Quote("PK_" + t.Metadata)} PRIMARY KEY ({Quote(t.MetadataPersistenceId)}, {Quote(t.MetadataSequenceNumber)})
            )
            """;
    }

    /// <inheritdoc/>
    public override IEnumerable<string> CreateSnapshots(SnapshotTable t)
    {
        yield return $"""
            CREATE TABLE IF NOT EXISTS {t.Table} (
              {Quote(t.PersistenceId)} NVarChar(255) NOT NULL,
              {Quote(t.SequenceNumber)} BigInt NOT NULL,
              {Quote(t.Created)} BigInt NOT NULL,
              {Quote(t.Snapshot)} VarBinary NULL,
              {Quote(t.Manifest)} NVarChar(500) NULL,
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
        using var insert = InsertCommand(connection, transaction, tables);
        foreach (var row in rows)
        {
            insert.Parameters["@pid"].Value = row.PersistenceId;
            insert.Parameters["@nr"].Value = row.SequenceNr;
            insert.Parameters["@created"].Value = row.Created;
            insert.Parameters["@message"].Value = row.Message;
            insert.Parameters["@identifier"].Value = row.Identifier;
            insert.Parameters["@manifest"].Value = row.Manifest;
            if (tables.UseWriterUuid)
                insert.Parameters["@writer"].Value = row.WriterUuid;
            insert.ExecuteNonQuery();
            if (row.Tags.Count > 0)
                InsertTags(connection, transaction, tables, row);
        }
    }

    /// <inheritdoc/>
    public override bool IsDuplicate(Exception failure) =>
        failure is SqliteException { SqliteExtendedErrorCode: PrimaryKeyViolation or UniqueViolation };

    private static SqliteCommand InsertCommand(DbConnection connection, DbTransaction transaction, JournalTables tables)
    {
        var command = ((SqliteConnection)connection).CreateCommand();
        command.Transaction = (SqliteTransaction)transaction;
        command.CommandText = InsertStatement(tables);
        command.Parameters.AddWithValue("@deleted", false);
        command.Parameters.Add("@pid", SqliteType.Text);
        command.Parameters.Add("@nr", SqliteType.Integer);
        command.Parameters.Add("@created", SqliteType.Integer);
        command.Parameters.Add("@message", SqliteType.Blob);
        command.Parameters.Add("@identifier", SqliteType.Integer);
        command.Parameters.Add("@manifest", SqliteType.Text);
        if (tables.UseWriterUuid)
            command.Parameters.Add("@writer", SqliteType.Text);
        command.Prepare();
        return command;
    }

    private static void InsertTags(DbConnection connection, DbTransaction transaction, JournalTables tables, JournalRow row)
    {
        var ordering = connection.Number(transaction, "SELECT last_insert_rowid()");
        foreach (var tag in row.Tags)
        {
            connection.Execute(
                transaction, InsertTagStatement(tables), ("@ordering", ordering), ("@tag", tag), ("@pid", row.PersistenceId), ("@nr", row.SequenceNr));
        }
    }
}
