namespace Akka.Persistence;

/// <summary>What is known of a snapshot: whose it is, which events it covers, and when it was taken.</summary>
public sealed class SnapshotMetadata : IEquatable<SnapshotMetadata>
{
    /// <summary>Creates metadata without a time.</summary>
    [Obsolete("Say when the snapshot was taken.")]
    public SnapshotMetadata(string persistenceId, long sequenceNr)
        : this(persistenceId, sequenceNr, DateTime.MinValue)
    {
    }

    /// <summary>Creates metadata.</summary>
    public SnapshotMetadata(string persistenceId, long sequenceNr, DateTime timestamp)
    {
        PersistenceId = persistenceId;
        SequenceNr = sequenceNr;
        Timestamp = timestamp;
    }

    /// <summary>Orders by persistence id, then sequence number, then time.</summary>
    public static IComparer<SnapshotMetadata> Comparer { get; } = Comparer<SnapshotMetadata>.Create(Compare);

    /// <summary>Whose snapshot it is.</summary>
    public string PersistenceId { get; }

    /// <summary>The last event that the snapshot covers.</summary>
    public long SequenceNr { get; }

    /// <summary>When it was taken (UTC); <see cref="DateTime.MinValue"/> if not known.</summary>
    public DateTime Timestamp { get; }

    /// <inheritdoc/>
    public bool Equals(SnapshotMetadata? other) =>
        other is not null && PersistenceId == other.PersistenceId && SequenceNr == other.SequenceNr
        && Timestamp == other.Timestamp;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SnapshotMetadata);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(PersistenceId, SequenceNr, Timestamp);

    /// <inheritdoc/>
    public override string ToString() =>
        $"SnapshotMetadata<PersistenceId: {PersistenceId}, SequenceNr: {SequenceNr}, Timestamp: {Timestamp:O}>";

    private static int Compare(SnapshotMetadata x, SnapshotMetadata y)
    {
        var byId = string.CompareOrdinal(x.PersistenceId, y.PersistenceId);
        if (byId != 0)
            return byId;
        var byNumber = x.SequenceNr.CompareTo(y.SequenceNr);
        return byNumber != 0 ? byNumber : x.Timestamp.CompareTo(y.Timestamp);
    }
}
