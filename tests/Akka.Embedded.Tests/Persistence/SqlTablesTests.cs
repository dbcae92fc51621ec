using Akka.Actor;

namespace Akka.Embedded.Tests.Persistence;

/// <summary>The tables that are created, column by column, against the layout that Akka.Persistence.Sql documents.</summary>
public sealed class SqlTablesTests
{
    [Fact]
    public async Task The_tables_have_the_documented_columns_keys_and_indexes()
    {
        using var file = new SqliteFile();
        var system = file.System("akka.persistence.journal.sql.delete-compatibility-mode = true");
        var (actor, told) = Diary.Start(system, "a");
        await told.ExpectAsync("recovered");
        actor.Tell("e1");
        await told.ExpectAsync("stored e1");
        actor.Tell((Func<object>)(() => "state"));
        await told.ExpectAsync("saved");
        await system.Terminate();

        // name, type, not null, place in the primary key
        Assert.Equal(
            ["ordering INTEGER 1 1", "deleted Bit 1 0", "persistence_id NVarChar(255) 1 0", "sequence_number BigInt 1 0", "created BigInt 1 0",
             "message VarBinary 1 0", "identifier INT 0 0", "manifest NVarChar(500) 0 0", "writer_uuid NVarChar(128) 0 0"],
            Columns(file, "journal"));
        Assert.Equal(
            ["ordering_id INTEGER 1 1", "tag NVarChar(64) 1 2", "persistence_id NVarChar(255) 1 0", "sequence_nr INTEGER 1 0"],
            Columns(file, "tags"));
        Assert.Equal(
            ["persistence_id NVarChar(255) 1 1", "sequence_number BigInt 1 2", "created BigInt 1 0", "snapshot VarBinary 0 0",
             "manifest NVarChar(500) 0 0", "serializer_id INT 0 0"],
            Columns(file, "snapshot"));
        Assert.Equal(["persistence_id NVarChar(255) 1 1", "sequence_number BigInt 1 2"], Columns(file, "journal_metadata"));
        Assert.Equal(
            ["journal_created_idx", "journal_sequence_number_idx", "journal_uq", "snapshot_created_idx", "snapshot_sequence_number_idx",
             "tags_persistence_id_sequence_nr_idx", "tags_tag_idx"],
            file.Query("SELECT name FROM sqlite_master WHERE type = 'index' AND name NOT LIKE 'sqlite_%' ORDER BY name"));
        Assert.Equal(["persistence_id", "sequence_number"], file.Query("SELECT name FROM pragma_index_info('journal_uq') ORDER BY seqno"));
        Assert.Equal(["1"], file.Query("SELECT \"unique\" FROM pragma_index_list('journal') WHERE name = 'journal_uq'"));
        Assert.Contains("AUTOINCREMENT", file.Query("SELECT sql FROM sqlite_master WHERE name = 'journal'").Single());
        Assert.Equal(["wal"], file.Query("PRAGMA journal_mode"));
    }

    [Fact]
    public async Task Names_of_tables_and_columns_can_be_set()
    {
        using var file = new SqliteFile();
        var system = file.System("akka.persistence.journal.sql.default.journal { table-name = events, columns.message = \"pay load\" }");
        var (actor, told) = Diary.Start(system, "a");
        await told.ExpectAsync("recovered");
        actor.Tell("e1");
        await told.ExpectAsync("stored e1");
        await system.Terminate();
        Assert.Equal(["1"], file.Query("SELECT COUNT(\"pay load\") FROM events"));
    }

    private static List<string> Columns(SqliteFile file, string table) =>
        file.Query($"SELECT name, type, \"notnull\", pk FROM pragma_table_info('{table}') ORDER BY cid");
}
