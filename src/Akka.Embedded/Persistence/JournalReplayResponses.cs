using Akka.Event;

namespace Akka.Persistence;

/// <summary>One event of a replay.</summary>
public sealed class ReplayedMessage : IDeadLetterSuppression, IJournalResponse, IEquatable<ReplayedMessage>
{
    /// <summary>Creates the message.</summary>
    public ReplayedMessage(IPersistentRepresentation persistent)
    {
        Persistent = persistent;
    }

    /// <summary>The event.</summary>
    public IPersistentRepresentation Persistent { get; }

    /// <inheritdoc/>
    public bool Equals(ReplayedMessage? other) => other is not null && Equals(Persistent, other.Persistent);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ReplayedMessage);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Persistent);

    /// <inheritdoc/>
    public override string ToString() => $"ReplayedMessage<Persistent: {Persistent}>";
}

/// <summary>A replay is complete.</summary>
public sealed class RecoverySuccess : IDeadLetterSuppression, IJournalResponse, IEquatable<RecoverySuccess>
{
    /// <summary>Creates the message.</summary>
    public RecoverySuccess(long highestSequenceNr)
    {
        HighestSequenceNr = highestSequenceNr;
    }

    /// <summary>The highest sequence number that the journal knows for the persistence id.</summary>
    public long HighestSequenceNr { get; }

    /// <inheritdoc/>
    public bool Equals(RecoverySuccess? other) => other is not null && HighestSequenceNr == other.HighestSequenceNr;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as RecoverySuccess);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(HighestSequenceNr);

    /// <inheritdoc/>
    public override string ToString() => $"RecoverySuccess<HighestSequenceNr: {HighestSequenceNr}>";
}

/// <summary>A replay broke off.</summary>
public sealed class ReplayMessagesFailure : IDeadLetterSuppression, IJournalResponse, IEquatable<ReplayMessagesFailure>
{
    /// <summary>Creates the message.</summary>
    public ReplayMessagesFailure(Exception cause)
    {
        Cause = cause;
    }

    /// <summary>What went wrong.</summary>
    public Exception Cause { get; }

    /// <inheritdoc/>
    public bool Equals(ReplayMessagesFailure? other) => other is not null && Equals(Cause, other.Cause);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ReplayMessagesFailure);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Cause);

    /// <inheritdoc/>
    public override string ToString() => $"ReplayMessagesFailure<Cause: {Cause.Message}>";
}
