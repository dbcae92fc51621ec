using System.Collections.Concurrent;
using System.Collections.Immutable;
using Akka.Actor;

namespace Akka.Persistence.Journal;

/// <summary>Keeps events in memory; they end with the actor system. Any thread may call it.</summary>
public class MemoryJournal : AsyncWriteJournal
{
    private readonly ConcurrentDictionary<string, LinkedList<IPersistentRepresentation>> _messages = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _highestDeleted = new(StringComparer.Ordinal);

    /// <summary>Creates an empty journal.</summary>
    public MemoryJournal()
    {
    }

    /// <summary>The events by persistence id.</summary>
    protected virtual ConcurrentDictionary<string, LinkedList<IPersistentRepresentation>> Messages => _messages;

    /// <summary>Adds an event.</summary>
    public IDictionary<string, LinkedList<IPersistentRepresentation>> Add(IPersistentRepresentation persistent)
    {
        var events = Messages.GetOrAdd(persistent.PersistenceId, _ => new LinkedList<IPersistentRepresentation>());
        lock (events)
        {
            events.AddLast(persistent);
        }

        return Messages;
    }

    /// <summary>Replaces an event.</summary>
    public IDictionary<string, LinkedList<IPersistentRepresentation>> Update(
        string pid, long seqNr, Func<IPersistentRepresentation, IPersistentRepresentation> updater)
    {
        if (Messages.TryGetValue(pid, out var events))
        {
            lock (events)
            {
                for (var node = events.First; node is not null; node = node.Next)
                {
                    if (node.Value.SequenceNr == seqNr)
                        node.Value = updater(node.Value);
                }
            }
        }

        return Messages;
    }

    /// <summary>Removes an event.</summary>
    public IDictionary<string, LinkedList<IPersistentRepresentation>> Delete(string pid, long seqNr)
    {
        if (Messages.TryGetValue(pid, out var events))
        {
            lock (events)
            {
                for (var node = events.First; node is not null; node = node.Next)
                {
                    if (node.Value.SequenceNr != seqNr)
                        continue;
                    _highestDeleted.AddOrUpdate(pid, static (_, nr) => nr, static (_, before, nr) => Math.Max(before, nr), seqNr);
                    events.Remove(node);
                    break;
                }
            }
        }

        return Messages;
    }

    /// <summary>The events within bounds.</summary>
    public IEnumerable<IPersistentRepresentation> Read(string pid, long fromSeqNr, long toSeqNr, long max)
    {
        if (!Messages.TryGetValue(pid, out var events))
            return [];
        lock (events)
        {
            return [.. events.Where(e => e.SequenceNr >= fromSeqNr && e.SequenceNr <= toSeqNr).Take((int)Math.Min(max, int.MaxValue))];
        }
    }

    /// <summary>The highest sequence number that was ever stored.</summary>
    public long HighestSequenceNr(string pid)
    {
        var deleted = _highestDeleted.GetValueOrDefault(pid);
        if (!Messages.TryGetValue(pid, out var events))
            return deleted;
        lock (events)
        {
            return events.Last is { } last ? Math.Max(last.Value.SequenceNr, deleted) : deleted;
        }
    }

    /// <inheritdoc/>
    public override Task<long> ReadHighestSequenceNrAsync(string persistenceId, long fromSequenceNr) =>
        Task.FromResult(HighestSequenceNr(persistenceId));

    /// <inheritdoc/>
    public override Task ReplayMessagesAsync(
        IActorContext context, string persistenceId, long fromSequenceNr, long toSequenceNr, long max, Action<IPersistentRepresentation> recoveryCallback)
    {
        foreach (var stored in Read(persistenceId, fromSequenceNr, toSequenceNr, max))
            recoveryCallback(stored);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    protected override Task<IImmutableList<Exception>> WriteMessagesAsync(IEnumerable<AtomicWrite> messages)
    {
        foreach (var write in messages)
        {
            foreach (var e in write.Events)
                Add(e.Payload is Tagged tagged ? e.WithPayload(tagged.Payload) : e);
        }

        return Task.FromResult<IImmutableList<Exception>>(null!);
    }

    /// <inheritdoc/>
    protected override Task DeleteMessagesToAsync(string persistenceId, long toSequenceNr)
    {
        var upTo = Math.Min(toSequenceNr, HighestSequenceNr(persistenceId));
        foreach (var e in Read(persistenceId, 0, upTo, long.MaxValue))
            Delete(persistenceId, e.SequenceNr);
        return Task.CompletedTask;
    }
}
