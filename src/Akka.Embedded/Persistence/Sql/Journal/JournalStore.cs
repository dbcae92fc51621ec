using System.Data.Common;
using Akka.Persistence.Sql.Db;

namespace Akka.Persistence.Sql.Journal;

/// <summary>The journal's statements. Each call opens its own connection; call it from threads that may block.</summary>
internal sealed class JournalStore(SqlDialect dialect, JournalTables tables, bool keepMetadata)
{
    private readonly string _pid = SqlDialect.Quote(tables.PersistenceId);
    private readonly string _nr = SqlDialect.Quote(tables.SequenceNumber);
    private readonly string _deleted = SqlDialect.Quote(tables.Deleted);

    /// <summary>The highest sequence number of a persistence id, deleted or not; 0 if there is none.</summary>
    public long HighestSequenceNr(string persistenceId)
    {
        using var connection = dialect.OpenReader();
        var highest = connection.Number(
            null, $"SELECT MAX({_nr}) FROM {tables.JournalTable} WHERE {_pid} = @pid", ("@pid", persistenceId)) ?? 0;
        if (!keepMetadata)
            return highest;
        var noted = connection.Number(
            null,
            $"SELECT MAX({SqlDialect.Quote(tables.MetadataSequenceNumber)}) FROM {tables.MetadataTable} WHERE {SqlDialect.Quote(tables.MetadataPersistenceId)} = @pid",
            ("@pid", persistenceId)) ?? 0;
        return Math.Max(highest, noted);
    }

    /// <summary>Reads events in order, in several goes of <paramref name="goSize"/>.</summary>
    public IEnumerable<(StoredRow Row, long Ordering)> Read(string persistenceId, long from, long to, long max, int goSize)
    {
        while (max > 0 && from <= to)
        {
            var limit = (int)Math.Min(max, goSize);
            var rows = ReadGo(persistenceId, from, to, limit);
            foreach (var row in rows)
                yield return row;
            if (rows.Count < limit)
                yield break;
            max -= rows.Count;
            from = rows[^1].Row.SequenceNr + 1;
        }
    }

    /// <summary>
    /// Deletes events up to a sequence number. The last of them stays, marked as deleted, to keep its number.
    /// </summary>
    public void Delete(DbConnection connection, string persistenceId, long to)
    {
        using var transaction = connection.BeginTransaction();
        connection.Execute(
            transaction,
            $"UPDATE {tables.JournalTable} SET {_deleted} = @true WHERE {_pid} = @pid AND {_nr} <= @to",
            ("@true", true), ("@pid", persistenceId), ("@to", to));
        var marked = connection.Number(
            transaction,
            $"SELECT MAX({_nr}) FROM {tables.JournalTable} WHERE {_pid} = @pid AND {_deleted} = @true",
            ("@pid", persistenceId), ("@true", true)) ?? 0;
        if (keepMetadata && marked > 0)
            NoteDeleted(connection, transaction, persistenceId, marked);
        connection.Execute(
            transaction,
            $"DELETE FROM {tables.JournalTable} WHERE {_pid} = @pid AND {_nr} <= @to AND {_nr} < @marked",
            ("@pid", persistenceId), ("@to", to), ("@marked", marked));
        connection.Execute(
            transaction,
            $"DELETE FROM {tables.TagTable} WHERE {SqlDialect.Quote(tables.TagPersistenceId)} = @pid AND {SqlDialect.Quote(tables.TagSequenceNr)} <= @to",
            ("@pid", persistenceId), ("@to", to));
        transaction.Commit();
    }

    private void NoteDeleted(DbConnection connection, DbTransaction transaction, string persistenceId, long marked)
    {
        var (id, nr) = (SqlDialect.Quote(tables.MetadataPersistenceId), SqlDialect.Quote(tables.MetadataSequenceNumber));
        connection.Execute(
            transaction,
            $"INSERT INTO {tables.MetadataTable} ({id}, {nr}) VALUES (@pid, @nr) ON CONFLICT DO NOTHING",
            ("@pid", persistenceId), ("@nr", marked));
        connection.Execute(
            transaction, $"DELETE FROM {tables.MetadataTable} WHERE {id} = @pid AND {nr} < @nr", ("@pid", persistenceId), ("@nr", marked));
    }

    private List<(StoredRow Row, long Ordering)> ReadGo(string persistenceId, long from, long to, int limit)
    {
        var t = tables;
        var writer = t.UseWriterUuid ? SqlDialect.Quote(t.WriterUuid) : "NULL";
        using var connection = dialect.OpenReader();
        using var command = connection.Command(
            null,
            $"""
            SELECT {SqlDialect.Quote(t.Ordering)}, {_nr}, {SqlDialect.Quote(t.Created)}, {SqlDialect.Quote(t.Message)},
                   {SqlDialect.Quote(t.Identifier)}, {SqlDialect.Quote(t.Manifest)}, {writer}
            FROM {t.JournalTable}
            WHERE {_pid} = @pid AND {_nr} >= @from AND {_nr} <= @to AND {_deleted} = @false
            ORDER BY {_nr} LIMIT @limit
            """,
            ("@pid", persistenceId), ("@from", from), ("@to", to), ("@false", false), ("@limit", limit));
        using var reader = command.ExecuteReader();
        var rows = new List<(StoredRow, long)>();
        while (reader.Read())
        {
            var row = new StoredRow(
                reader.GetInt64(1),
                reader.GetInt64(2),
                reader.GetValue(3),
                reader.IsDBNull(4) ? null : reader.GetInt32(4),
                reader.IsDBNull(5) ? "" : reader.GetString(5),
                reader.IsDBNull(6) ? "" : reader.GetString(6));
            rows.Add((row, reader.GetInt64(0)));
        }

        return rows;
    }
}

/// <summary>One event as it is read; the message may be anything that the database let in.</summary>
internal sealed record StoredRow(
    long SequenceNr, long Created, object Message, int? Identifier, string Manifest, string WriterUuid);
