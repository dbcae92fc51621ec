using Akka.Actor;

namespace Akka.Persistence;

/// <summary>Asks a journal to write events, and to answer for each of them.</summary>
public sealed class WriteMessages : IJournalRequest, IEquatable<WriteMessages>
{
    /// <summary>Creates the message.</summary>
    public WriteMessages(IEnumerable<IPersistentEnvelope> messages, IActorRef persistentActor, int actorInstanceId)
    {
        Messages = messages;
        PersistentActor = persistentActor;
        ActorInstanceId = actorInstanceId;
    }

    /// <summary>The events, and what is only to be passed back in order with them.</summary>
    public IEnumerable<IPersistentEnvelope> Messages { get; }

    /// <summary>Who gets the answers.</summary>
    public IActorRef PersistentActor { get; }

    /// <summary>The instance of the persistent actor that asked.</summary>
    public int ActorInstanceId { get; }

    /// <inheritdoc/>
    public bool Equals(WriteMessages? other) => other is not null && Equals(Messages, other.Messages) && Equals(PersistentActor, other.PersistentActor) && ActorInstanceId == other.ActorInstanceId;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as WriteMessages);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Messages, PersistentActor, ActorInstanceId);

    /// <inheritdoc/>
    public override string ToString() => $"WriteMessages<Messages: {Messages}, PersistentActor: {PersistentActor}, ActorInstanceId: {ActorInstanceId}>";
}

/// <summary>Asks a journal for the events of one persistence id, in order.</summary>
public sealed class ReplayMessages : IJournalRequest, IEquatable<ReplayMessages>
{
    /// <summary>Creates the message.</summary>
    public ReplayMessages(long fromSequenceNr, long toSequenceNr, long max, string persistenceId, IActorRef persistentActor)
    {
        FromSequenceNr = fromSequenceNr;
        ToSequenceNr = toSequenceNr;
        Max = max;
        PersistenceId = persistenceId;
        PersistentActor = persistentActor;
    }

    /// <summary>The first event wanted.</summary>
    public long FromSequenceNr { get; }

    /// <summary>The last event wanted.</summary>
    public long ToSequenceNr { get; }

    /// <summary>How many events at most.</summary>
    public long Max { get; }

    /// <summary>Whose events.</summary>
    public string PersistenceId { get; }

    /// <summary>Who gets the answers.</summary>
    public IActorRef PersistentActor { get; }

    /// <inheritdoc/>
    public bool Equals(ReplayMessages? other) => other is not null && FromSequenceNr == other.FromSequenceNr && ToSequenceNr == other.ToSequenceNr && Max == other.Max && PersistenceId == other.PersistenceId && Equals(PersistentActor, other.PersistentActor);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ReplayMessages);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(FromSequenceNr, ToSequenceNr, Max, PersistenceId, PersistentActor);

    /// <inheritdoc/>
    public override string ToString() => $"ReplayMessages<FromSequenceNr: {FromSequenceNr}, ToSequenceNr: {ToSequenceNr}, Max: {Max}, PersistenceId: {PersistenceId}, PersistentActor: {PersistentActor}>";
}

/// <summary>Asks a journal to delete events.</summary>
public sealed class DeleteMessagesTo : IJournalRequest, IEquatable<DeleteMessagesTo>
{
    /// <summary>Creates the message.</summary>
    public DeleteMessagesTo(string persistenceId, long toSequenceNr, IActorRef persistentActor)
    {
        PersistenceId = persistenceId;
        ToSequenceNr = toSequenceNr;
        PersistentActor = persistentActor;
    }

    /// <summary>Whose events.</summary>
    public string PersistenceId { get; }

    /// <summary>The highest sequence number meant, inclusive.</summary>
    public long ToSequenceNr { get; }

    /// <summary>Who gets the answers.</summary>
    public IActorRef PersistentActor { get; }

    /// <inheritdoc/>
    public bool Equals(DeleteMessagesTo? other) => other is not null && PersistenceId == other.PersistenceId && ToSequenceNr == other.ToSequenceNr && Equals(PersistentActor, other.PersistentActor);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as DeleteMessagesTo);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(PersistenceId, ToSequenceNr, PersistentActor);

    /// <inheritdoc/>
    public override string ToString() => $"DeleteMessagesTo<PersistenceId: {PersistenceId}, ToSequenceNr: {ToSequenceNr}, PersistentActor: {PersistentActor}>";
}
