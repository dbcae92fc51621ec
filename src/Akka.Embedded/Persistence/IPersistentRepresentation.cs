using Akka.Actor;
using Akka.Persistence.Serialization;

namespace Akka.Persistence;

/// <summary>An event as a journal holds it: the payload, and whose event it is.</summary>
public interface IPersistentRepresentation : IMessage
{
    /// <summary>The event itself.</summary>
    object Payload { get; }

    /// <summary>A hint for the event's type, set by event adapters; empty if there is none.</summary>
    string Manifest { get; }

    /// <summary>Whose event it is.</summary>
    string PersistenceId { get; }

    /// <summary>The event's number among those of its persistence id, from 1.</summary>
    long SequenceNr { get; }

    /// <summary>When it was stored, in ticks (UTC); 0 if it was not yet.</summary>
    long Timestamp { get; }

    /// <summary>The incarnation of the persistent actor that wrote it.</summary>
    string WriterGuid { get; }

    /// <summary>Whether it is deleted, and kept for its sequence number only.</summary>
    bool IsDeleted { get; }

    /// <summary>Who sent the command that led to it; known while it is being written only.</summary>
    IActorRef Sender { get; }

    /// <summary>A copy with another payload.</summary>
    IPersistentRepresentation WithPayload(object payload);

    /// <summary>A copy with another manifest.</summary>
    IPersistentRepresentation WithManifest(string manifest);

    /// <summary>A copy with another time.</summary>
    IPersistentRepresentation WithTimestamp(long timestamp);

    /// <summary>A copy with other particulars.</summary>
    IPersistentRepresentation Update(long sequenceNr, string persistenceId, bool isDeleted, IActorRef sender, string writerGuid);
}
