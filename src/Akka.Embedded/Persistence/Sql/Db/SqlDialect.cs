using System.Data.Common;

namespace Akka.Persistence.Sql.Db;

/// <summary>Where the databases differ: how to connect, how tables are made, how many rows go in at once.</summary>
internal abstract class SqlDialect
{
    /// <summary>How many connections may write at the same time, if so many are wanted.</summary>
    public abstract int Writers(int wanted);

    /// <summary>Opens a connection for writing.</summary>
    public abstract DbConnection OpenWriter();

    /// <summary>Opens a connection for reading.</summary>
    public abstract DbConnection OpenReader();

    /// <summary>A connection has failed: those that are kept for reuse may be no better.</summary>
    public abstract void Distrust();

    /// <summary>Lets go of connections that are kept for reuse.</summary>
    public abstract void Close();

    /// <summary>The statements that create the journal's tables where they are missing.</summary>
    public abstract IEnumerable<string> CreateJournal(JournalTables tables);

    /// <summary>The statements that create the snapshot store's table where it is missing.</summary>
    public abstract IEnumerable<string> CreateSnapshots(SnapshotTable table);

    /// <summary>Inserts events, and their tags.</summary>
    public abstract void Insert(DbConnection connection, DbTransaction transaction, JournalTables tables, IReadOnlyList<JournalRow> rows);

    /// <summary>Whether a failure means that a row with the same key exists.</summary>
    public abstract bool IsDuplicate(Exception failure);

    /// <summary>A name as the database takes it, whatever characters it has.</summary>
    public static string Quote(string name) => "\"" + name.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";

    /// <summary>A table's name with its schema.</summary>
    public static string Quote(string? schema, string table) => schema is null ? Quote(table) : Quote(schema) + "." + Quote(table);

    /// <summary>Creates tables in one transaction.</summary>
    public void Create(IEnumerable<string> statements)
    {
        using var connection = OpenWriter();
        using var transaction = connection.BeginTransaction();
        foreach (var statement in statements)
        {
            using var command = connection.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = statement;
            command.ExecuteNonQuery();
        }

        transaction.Commit();
    }

    /// <summary>The statement that inserts one event.</summary>
    protected static string InsertStatement(JournalTables t)
    {
        var columns = new List<string> { t.Deleted, t.PersistenceId, t.SequenceNumber, t.Created, t.Message, t.Identifier, t.Manifest };
        var values = new List<string> { "@deleted", "@pid", "@nr", "@created", "@message", "@identifier", "@manifest" };
        if (t.UseWriterUuid)
        {
            columns.Add(t.WriterUuid);
            values.Add("@writer");
        }

        return $"INSERT INTO {t.JournalTable} ({string.Join(", ", columns.Select(Quote))}) VALUES ({string.Join(", ", values)})";
    }

    /// <summary>The statement that inserts one tag.</summary>
    protected static string InsertTagStatement(JournalTables t) =>
        $"INSERT INTO {t.TagTable} ({Quote(t.TagOrderingId)}, {Quote(t.Tag)}, {Quote(t.TagPersistenceId)}, {Quote(t.TagSequenceNr)}) "
        + "VALUES (@ordering, @tag, @pid, @nr)";
}
