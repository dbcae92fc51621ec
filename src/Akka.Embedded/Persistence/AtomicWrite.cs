using System.Collections.Immutable;
using Akka.Actor;
using Akka.Persistence.Serialization;

namespace Akka.Persistence;

/// <summary>What a persistent actor hands to its journal: something to write, or something to pass back.</summary>
public interface IPersistentEnvelope
{
    /// <summary>The content.</summary>
    object Payload { get; }

    /// <summary>Who sent the command that led to it.</summary>
    IActorRef Sender { get; }

    /// <summary>How many events it counts for.</summary>
    int Size { get; }
}

/// <summary>Events of one persistence id that are written together or not at all.</summary>
public sealed class AtomicWrite : IPersistentEnvelope, IMessage
{
    private readonly IImmutableList<IPersistentRepresentation> _events;

    /// <summary>Creates a write of one event.</summary>
    public AtomicWrite(IPersistentRepresentation @event)
        : this(ImmutableList.Create(@event))
    {
    }

    /// <summary>Creates a write of several events, at least one, all of the same persistence id.</summary>
    public AtomicWrite(IImmutableList<IPersistentRepresentation> payload)
    {
        ArgumentNullException.ThrowIfNull(payload);
        if (payload.Count == 0)
            throw new ArgumentException("An atomic write needs at least one event.", nameof(payload));
        var first = payload[0];
        if (payload.Any(e => e.PersistenceId != first.PersistenceId))
            throw new ArgumentException("An atomic write cannot have events of several persistence ids.", nameof(payload));
        _events = payload;
        PersistenceId = first.PersistenceId;
        Sender = first.Sender;
        LowestSequenceNr = first.SequenceNr;
        HighestSequenceNr = payload[payload.Count - 1].SequenceNr;
    }

    /// <summary>The events, an <c>IImmutableList&lt;IPersistentRepresentation&gt;</c>.</summary>
    public object Payload => _events;

    /// <summary>Whose events they are.</summary>
    public string PersistenceId { get; }

    /// <inheritdoc/>
    public IActorRef Sender { get; }

    /// <summary>The number of the first event.</summary>
    public long LowestSequenceNr { get; }

    /// <summary>The number of the last event.</summary>
    public long HighestSequenceNr { get; }

    /// <inheritdoc/>
    public int Size => _events.Count;

    /// <summary>The events, typed.</summary>
    internal IImmutableList<IPersistentRepresentation> Events => _events;

    /// <summary>Whether the two write the same events.</summary>
    public bool Equals(AtomicWrite? other) => other is not null && _events.SequenceEqual(other._events);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as AtomicWrite);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(PersistenceId, LowestSequenceNr, HighestSequenceNr);

    /// <inheritdoc/>
    public override string ToString() =>
        $"AtomicWrite<PersistenceId: {PersistenceId}, SequenceNr: {LowestSequenceNr} to {HighestSequenceNr}>";
}

/// <summary>Something that is passed back in order with the writes around it, and not stored.</summary>
internal sealed record NonPersistentMessage(object Payload, IActorRef Sender) : IPersistentEnvelope
{
    /// <inheritdoc/>
    public int Size => 1;
}
