using System.Globalization;

namespace Akka.Persistence.Snapshot;

/// <summary>Keeps snapshots in memory; they end with the actor system.</summary>
public class MemorySnapshotStore : SnapshotStore
{
    private readonly List<SnapshotEntry> _snapshots = [];

    /// <summary>Creates an empty store.</summary>
    public MemorySnapshotStore()
    {
    }

    /// <summary>The snapshots; used on the actor's own turn only.</summary>
    protected virtual List<SnapshotEntry> Snapshots => _snapshots;

    /// <inheritdoc/>
    protected override Task<SelectedSnapshot> LoadAsync(string persistenceId, SnapshotSelectionCriteria criteria)
    {
        var newest = Matching(persistenceId, criteria).MaxBy(s => s.SequenceNr);
        return Task.FromResult(newest is null ? null! : new SelectedSnapshot(Metadata(newest), newest.Snapshot));
    }

    /// <inheritdoc/>
    protected override Task SaveAsync(SnapshotMetadata metadata, object snapshot)
    {
        Snapshots.RemoveAll(s => s.PersistenceId == metadata.PersistenceId && s.SequenceNr == metadata.SequenceNr);
        Snapshots.Add(new SnapshotEntry
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"{metadata.PersistenceId}_{metadata.SequenceNr}"),
            PersistenceId = metadata.PersistenceId,
            SequenceNr = metadata.SequenceNr,
            Timestamp = metadata.Timestamp.Ticks,
            Snapshot = snapshot,
        });
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    protected override Task DeleteAsync(SnapshotMetadata metadata)
    {
        Snapshots.RemoveAll(s => s.PersistenceId == metadata.PersistenceId && s.SequenceNr == metadata.SequenceNr
            && (metadata.Timestamp == DateTime.MinValue || s.Timestamp == metadata.Timestamp.Ticks));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    protected override Task DeleteAsync(string persistenceId, SnapshotSelectionCriteria criteria)
    {
        foreach (var entry in Matching(persistenceId, criteria).ToList())
            Snapshots.Remove(entry);
        return Task.CompletedTask;
    }

    private static SnapshotMetadata Metadata(SnapshotEntry entry) =>
        new(entry.PersistenceId, entry.SequenceNr, new DateTime(entry.Timestamp, DateTimeKind.Utc));

    private IEnumerable<SnapshotEntry> Matching(string persistenceId, SnapshotSelectionCriteria criteria) =>
        Snapshots.Where(s => s.PersistenceId == persistenceId && criteria.IsMatch(Metadata(s)));
}

/// <summary>A snapshot in memory.</summary>
public class SnapshotEntry
{
    /// <summary>Creates an entry.</summary>
    public SnapshotEntry()
    {
    }

    /// <summary>The entry's own id.</summary>
    public string Id { get; set; } = "";

    /// <summary>Whose snapshot it is.</summary>
    public string PersistenceId { get; set; } = "";

    /// <summary>The last event that it covers.</summary>
    public long SequenceNr { get; set; }

    /// <summary>When it was taken, in ticks.</summary>
    public long Timestamp { get; set; }

    /// <summary>The state.</summary>
    public object Snapshot { get; set; } = null!;
}
