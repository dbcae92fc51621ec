using System.Runtime.Serialization;
using Akka.Actor;

namespace Akka.Persistence;

/// <summary>How an actor recovers: from which snapshot, and up to which event.</summary>
public sealed class Recovery
{
    /// <summary>From the newest snapshot, all events after it.</summary>
    public Recovery()
        : this(null)
    {
    }

    /// <summary>From the newest snapshot that fits, all events after it.</summary>
    public Recovery(SnapshotSelectionCriteria? fromSnapshot)
        : this(fromSnapshot, long.MaxValue)
    {
    }

    /// <summary>From the newest snapshot that fits, the events after it up to a sequence number.</summary>
    public Recovery(SnapshotSelectionCriteria? fromSnapshot, long toSequenceNr)
        : this(fromSnapshot, toSequenceNr, long.MaxValue)
    {
    }

    /// <summary>From the newest snapshot that fits, the events after it up to a sequence number, and so many at most.</summary>
    public Recovery(
        SnapshotSelectionCriteria? fromSnapshot = null, long toSequenceNr = long.MaxValue, long replayMax = long.MaxValue)
    {
        FromSnapshot = fromSnapshot ?? SnapshotSelectionCriteria.Latest;
        ToSequenceNr = toSequenceNr;
        ReplayMax = replayMax;
    }

    /// <summary>The newest snapshot and all events after it.</summary>
    public static Recovery Default { get; } = new(SnapshotSelectionCriteria.Latest);

    /// <summary>Neither snapshot nor events; the actor goes on after the highest sequence number of the journal.</summary>
    public static Recovery None { get; } = new(SnapshotSelectionCriteria.None, 0);

    /// <summary>Which snapshots may be used.</summary>
    public SnapshotSelectionCriteria FromSnapshot { get; }

    /// <summary>The last event to replay.</summary>
    public long ToSequenceNr { get; }

    /// <summary>How many events to replay at most.</summary>
    public long ReplayMax { get; }
}

/// <summary>Tells a persistent actor, through its recovery handler, that all of its past is replayed.</summary>
public sealed class RecoveryCompleted
{
    /// <summary>The only instance.</summary>
    public static readonly RecoveryCompleted Instance = new();

    private RecoveryCompleted()
    {
    }
}

/// <summary>Tells a recovering actor to check that the recovery still makes progress.</summary>
public sealed class RecoveryTick
{
    /// <summary>Creates the message.</summary>
    public RecoveryTick(bool snapshot) => Snapshot = snapshot;

    /// <summary>Whether it was a snapshot that was waited for when the timer was started.</summary>
    public bool Snapshot { get; }
}

/// <summary>A recovery made no progress for longer than the journal's <c>recovery-event-timeout</c>.</summary>
public sealed class RecoveryTimedOutException : AkkaException
{
    /// <summary>Creates an exception without a message.</summary>
    public RecoveryTimedOutException()
    {
    }

    /// <summary>Creates an exception with a message.</summary>
    public RecoveryTimedOutException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }

    /// <summary>Rebuilds a serialized exception.</summary>
    public RecoveryTimedOutException(SerializationInfo info, StreamingContext context)
        : base(info, context)
    {
    }
}
