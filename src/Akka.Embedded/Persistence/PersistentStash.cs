using Akka.Actor;
using Akka.Event;

namespace Akka.Persistence;

/// <summary>
/// The commands that a persistent actor cannot take yet, because it recovers or waits for the journal. They come back one
/// by one, each before anything else in the mailbox, so that a long backlog is not moved over and over again.
/// </summary>
internal sealed class InternalStash(ActorCell cell, int capacity, Func<IStashOverflowStrategy> strategy)
{
    private readonly LinkedList<Envelope> _kept = [];

    /// <summary>Keeps the current message for later.</summary>
    public void StashCurrent(object message)
    {
        if (capacity < 0 || _kept.Count < capacity)
        {
            _kept.AddLast(new Envelope(message, cell.Sender));
            return;
        }

        switch (strategy())
        {
            case ReplyToStrategy reply:
                cell.Sender.Tell(reply.Response, cell.Self);
                break;
            case DiscardToDeadLetterStrategy:
                cell.System.DeadLetters.Tell(new DeadLetter(message, cell.Sender, cell.Self), cell.Sender);
                break;
            default:
                throw new StashOverflowException(
                    $"{cell.Self} cannot take {message.GetType()} from {cell.Sender}: {capacity} commands wait for its recovery or its journal.");
        }
    }

    /// <summary>Puts the oldest message to the front of the mailbox.</summary>
    public void UnstashOne()
    {
        if (_kept.First is not { } oldest)
            return;
        _kept.RemoveFirst();
        cell.Mailbox.Prepend([oldest.Value]);
    }

    /// <summary>Puts all messages to the front of the mailbox: the actor ends or starts over.</summary>
    public void UnstashAll()
    {
        cell.Mailbox.Prepend([.. _kept]);
        _kept.Clear();
    }

    /// <summary>Puts messages before all others.</summary>
    public void Prepend(IReadOnlyList<Envelope> messages)
    {
        for (var i = messages.Count - 1; i >= 0; i--)
            _kept.AddFirst(messages[i]);
    }
}

/// <summary>
/// The stash that the persistent actor's own code uses. What it unstashes goes before what the internal stash holds, which
/// is younger.
/// </summary>
internal sealed class UserStash(IStash stash, ActorCell cell, InternalStash behind) : IStash
{
    private readonly List<Envelope> _kept = [];
    private bool _released;

    /// <inheritdoc/>
    public int Count => _kept.Count;

    /// <inheritdoc/>
    public int Capacity => stash.Capacity;

    /// <inheritdoc/>
    public bool IsEmpty => _kept.Count == 0;

    /// <inheritdoc/>
    public bool NonEmpty => _kept.Count > 0;

    /// <inheritdoc/>
    public bool IsFull => Capacity >= 0 && _kept.Count >= Capacity;

    /// <inheritdoc/>
    public void Stash()
    {
        if (IsFull)
            throw new StashOverflowException($"{cell.Self} cannot stash {cell.CurrentMessage}: {Capacity} messages are stashed already.");
        // The actor's stash knows whether the message was stashed before.
        stash.Stash();
        _kept.AddRange(stash.ClearStash());
    }

    /// <inheritdoc/>
    public void Unstash()
    {
        if (_kept.Count == 0)
            return;
        behind.Prepend([_kept[0]]);
        _kept.RemoveAt(0);
    }

    /// <inheritdoc/>
    public void UnstashAll() => UnstashAll(static _ => true);

    /// <inheritdoc/>
    public void UnstashAll(Func<Envelope, bool> predicate)
    {
        if (_released)
            cell.Mailbox.Prepend(Take(predicate));
        else
            behind.Prepend(Take(predicate));
    }

    /// <summary>Puts all messages to the front of the mailbox, now and from now on: the actor ends or starts over.</summary>
    public void Release(Func<Envelope, bool> predicate)
    {
        _released = true;
        UnstashAll(predicate);
    }

    /// <inheritdoc/>
    public IEnumerable<Envelope> ClearStash() => Take(static _ => true);

    /// <inheritdoc/>
    public void Prepend(IEnumerable<Envelope> envelopes) => _kept.InsertRange(0, envelopes);

    private List<Envelope> Take(Func<Envelope, bool> predicate)
    {
        var taken = _kept.Where(predicate).ToList();
        _kept.Clear();
        return taken;
    }
}
