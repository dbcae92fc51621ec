using Akka.Dispatch;

namespace Akka.Actor;

/// <summary>Keeps messages for later. Only to be used from inside the actor.</summary>
public interface IStash
{
    /// <summary>How many messages may be kept; -1 means no limit.</summary>
    int Capacity { get; }

    /// <summary>How many are kept.</summary>
    int Count { get; }

    /// <summary>Whether none is kept.</summary>
    bool IsEmpty { get; }

    /// <summary>Whether no more may be kept.</summary>
    bool IsFull { get; }

    /// <summary>Whether any is kept.</summary>
    bool NonEmpty { get; }

    /// <summary>Keeps the message in hand.</summary>
    /// <exception cref="IllegalActorStateException">It is kept already.</exception>
    /// <exception cref="StashOverflowException">The stash is full.</exception>
    void Stash();

    /// <summary>Puts the oldest kept message in front of the mailbox.</summary>
    void Unstash();

    /// <summary>Puts all kept messages in front of the mailbox, the oldest first.</summary>
    void UnstashAll();

    /// <summary>Puts the kept messages that fit in front of the mailbox, and drops the others.</summary>
    void UnstashAll(Func<Envelope, bool> predicate);

    /// <summary>Takes all kept messages out.</summary>
    IEnumerable<Envelope> ClearStash();

    /// <summary>Adds messages before those that are kept.</summary>
    void Prepend(IEnumerable<Envelope> envelopes);
}

/// <summary>An actor that has a stash.</summary>
public interface IActorStash
{
    /// <summary>The stash; set by the runtime after the constructor.</summary>
    IStash Stash { get; set; }
}

/// <summary>An actor with a stash that asks nothing of the mailbox.</summary>
public interface IWithUnrestrictedStash : IActorStash
{
}

/// <summary>An actor with a stash, with the limit that its Props set.</summary>
public interface IWithStash : IWithUnrestrictedStash, IRequiresMessageQueue<IDequeBasedMessageQueueSemantics>
{
}

/// <summary>An actor with a stash without limit.</summary>
public interface IWithUnboundedStash : IWithUnrestrictedStash, IRequiresMessageQueue<IUnboundedDequeBasedMessageQueueSemantics>
{
}

/// <summary>Makes stashes.</summary>
public static class StashFactory
{
    /// <summary>A stash for actors of class <typeparamref name="T"/>.</summary>
    public static IStash CreateStash<T>(this IActorContext context)
        where T : ActorBase => CreateStash(context, typeof(T));

    /// <summary>A stash for <paramref name="actorInstance"/>.</summary>
    public static IStash CreateStash(this IActorContext context, IActorStash actorInstance) => CreateStash(context, actorInstance.GetType());

    /// <summary>A stash for actors of class <paramref name="actorType"/>.</summary>
    public static IStash CreateStash(this IActorContext context, Type actorType)
    {
        var cell = (ActorCell)context;
        var capacity = typeof(IWithUnboundedStash).IsAssignableFrom(actorType)
            ? Deploy.NoStashSize
            : cell.SystemImpl.StashCapacity(cell.Props.Deploy);
        return new CellStash(cell, capacity);
    }
}

/// <summary>The stash of one cell, in arrival order.</summary>
internal sealed class CellStash(ActorCell cell, int capacity) : IStash
{
    private readonly LinkedList<Envelope> _kept = [];
    private int _lastEnvelopeId = -1;

    public int Capacity => capacity;

    public int Count => _kept.Count;

    public bool IsEmpty => _kept.Count == 0;

    public bool NonEmpty => _kept.Count > 0;

    public bool IsFull => capacity > 0 && _kept.Count >= capacity;

    public void Stash()
    {
        var message = cell.CurrentMessage ?? throw new IllegalActorStateException("There is no message in hand to stash.");
        if (_lastEnvelopeId == cell.CurrentEnvelopeId)
            throw new IllegalActorStateException($"Can't stash the same message {message} more than once");
        if (IsFull)
            throw new StashOverflowException($"Couldn't enqueue message {message.GetType()} from {cell.Sender} to stash of {cell.Self}: its capacity of {capacity} is used up");
        _lastEnvelopeId = cell.CurrentEnvelopeId;
        _kept.AddLast(new Envelope(message, cell.CurrentSender));
    }

    public void Unstash()
    {
        if (_kept.First is not { } first)
            return;
        _kept.RemoveFirst();
        cell.Mailbox.Prepend([first.Value]);
    }

    public void UnstashAll() => UnstashAll(static _ => true);

    public void UnstashAll(Func<Envelope, bool> predicate)
    {
        if (_kept.Count == 0)
            return;
        var fitting = _kept.Where(predicate).ToList();
        _kept.Clear();
        cell.Mailbox.Prepend(fitting);
    }

    public IEnumerable<Envelope> ClearStash()
    {
        var all = _kept.ToList();
        _kept.Clear();
        return all;
    }

    public void Prepend(IEnumerable<Envelope> envelopes)
    {
        foreach (var envelope in envelopes.Distinct().Reverse())
            _kept.AddFirst(envelope);
    }
}
