using Akka.Configuration;

namespace Akka.Persistence.Sql.Db;

/// <summary>The names of the journal's tables and columns.</summary>
internal sealed class JournalTables
{
    /// <summary>Reads the names from a table mapping.</summary>
    public JournalTables(Config mapping)
    {
        Schema = mapping.GetString("schema-name");
        Journal = mapping.GetString("journal.table-name");
        Ordering = mapping.GetString("journal.columns.ordering");
        Deleted = mapping.GetString("journal.columns.deleted");
        PersistenceId = mapping.GetString("journal.columns.persistence-id");
        SequenceNumber = mapping.GetString("journal.columns.sequence-number");
        Created = mapping.GetString("journal.columns.created");
        Message = mapping.GetString("journal.columns.message");
        Identifier = mapping.GetString("journal.columns.identifier");
        Manifest = mapping.GetString("journal.columns.manifest");
        WriterUuid = mapping.GetString("journal.columns.writer-uuid");
        UseWriterUuid = mapping.GetBoolean("journal.use-writer-uuid-column", true);
        Tags = mapping.GetString("tag.table-name");
        TagOrderingId = mapping.GetString("tag.columns.ordering-id");
        Tag = mapping.GetString("tag.columns.tag-value");
        TagPersistenceId = mapping.GetString("tag.columns.persistence-id");
        TagSequenceNr = mapping.GetString("tag.columns.sequence-nr");
        Metadata = mapping.GetString("metadata.table-name");
        MetadataPersistenceId = mapping.GetString("metadata.columns.persistence-id");
        MetadataSequenceNumber = mapping.GetString("metadata.columns.sequence-number");
    }

    public string? Schema { get; }

    public string Journal { get; }

    public string Ordering { get; }

    public string Deleted { get; }

    public string PersistenceId { get; }

    public string SequenceNumber { get; }

    public string Created { get; }

    public string Message { get; }

    public string Identifier { get; }

    public string Manifest { get; }

    public string WriterUuid { get; }

    public bool UseWriterUuid { get; }

    public string Tags { get; }

    public string TagOrderingId { get; }

    public string Tag { get; }

    public string TagPersistenceId { get; }

    public string TagSequenceNr { get; }

    public string Metadata { get; }

    public string MetadataPersistenceId { get; }

    public string MetadataSequenceNumber { get; }

    /// <summary>The journal table, as it stands in statements.</summary>
    public string JournalTable => SqlDialect.Quote(Schema, Journal);

    /// <summary>The table of tags, as it stands in statements.</summary>
    public string TagTable => SqlDialect.Quote(Schema, Tags);

    /// <summary>The table of highest deleted sequence numbers, as it stands in statements.</summary>
    public string MetadataTable => SqlDialect.Quote(Schema, Metadata);
}

/// <summary>The names of the snapshot store's table and columns.</summary>
internal sealed class SnapshotTable
{
    /// <summary>Reads the names from a table mapping.</summary>
    public SnapshotTable(Config mapping)
    {
        Schema = mapping.GetString("schema-name");
        Name = mapping.GetString("snapshot.table-name");
        PersistenceId = mapping.GetString("snapshot.columns.persistence-id");
        SequenceNumber = mapping.GetString("snapshot.columns.sequence-number");
        Created = mapping.GetString("snapshot.columns.created");
        Snapshot = mapping.GetString("snapshot.columns.snapshot");
        Manifest = mapping.GetString("snapshot.columns.manifest");
        SerializerId = mapping.GetString("snapshot.columns.serializerId");
    }

    public string? Schema { get; }

    public string Name { get; }

    public string PersistenceId { get; }

    public string SequenceNumber { get; }

    public string Created { get; }

    public string Snapshot { get; }

    public string Manifest { get; }

    public string SerializerId { get; }

    /// <summary>The table, as it stands in statements.</summary>
    public string Table => SqlDialect.Quote(Schema, Name);
}

/// <summary>One event as the journal table holds it.</summary>
/// <param name="PersistenceId">Whose event.</param>
/// <param name="SequenceNr">Its number.</param>
/// <param name="Created">When it was written, in ticks (UTC).</param>
/// <param name="Message">The serialized event.</param>
/// <param name="Identifier">The serializer's id.</param>
/// <param name="Manifest">The serializer's manifest; empty if it has none.</param>
/// <param name="WriterUuid">The incarnation of the journal that wrote it.</param>
/// <param name="Tags">Its tags.</param>
internal sealed record JournalRow(
    string PersistenceId, long SequenceNr, long Created, byte[] Message, int Identifier, string Manifest, string WriterUuid, IReadOnlyCollection<string> Tags);
