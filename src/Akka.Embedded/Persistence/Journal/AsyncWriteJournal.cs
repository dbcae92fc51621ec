using System.Collections.Immutable;
using Akka.Actor;
using Akka.Pattern;

namespace Akka.Persistence.Journal;

/// <summary>
/// The base of journals: the protocol with persistent actors, around four operations on the store. Each runs behind a
/// circuit breaker, so that a store that does not answer is a failure to the actor and not a hang.
/// </summary>
public abstract class AsyncWriteJournal : WriteJournalBase, IAsyncRecovery
{
    /// <summary>Whether requests are published on the event stream.</summary>
    protected readonly bool CanPublish;

    private readonly CircuitBreaker _breaker;

    /// <summary>Creates the journal with the settings below its configuration path.</summary>
    protected AsyncWriteJournal()
    {
        var extension = Persistence.Instance.Apply(Context.System);
        CanPublish = extension.PublishPluginCommands;
        _breaker = PluginBreaker.Create(Context.System.Scheduler, extension.JournalConfig(Self));
    }

    /// <summary>Replays events in order of their sequence numbers.</summary>
    /// <param name="context">The journal's context, as it was when the request came.</param>
    /// <param name="persistenceId">Whose events.</param>
    /// <param name="fromSequenceNr">The first, inclusive.</param>
    /// <param name="toSequenceNr">The last, inclusive.</param>
    /// <param name="max">How many at most.</param>
    /// <param name="recoveryCallback">Called for each event.</param>
    public abstract Task ReplayMessagesAsync(
        IActorContext context, string persistenceId, long fromSequenceNr, long toSequenceNr, long max, Action<IPersistentRepresentation> recoveryCallback);

    /// <summary>The highest sequence number that was ever stored, deleted or not; 0 if there is none.</summary>
    public abstract Task<long> ReadHighestSequenceNrAsync(string persistenceId, long fromSequenceNr);

    /// <summary>
    /// Stores events. Returns null if all is well, or for each write null or why it was refused; fails if it is not known
    /// what is stored.
    /// </summary>
    protected abstract Task<IImmutableList<Exception>> WriteMessagesAsync(IEnumerable<AtomicWrite> messages);

    /// <summary>Deletes events up to a sequence number, inclusive.</summary>
    protected abstract Task DeleteMessagesToAsync(string persistenceId, long toSequenceNr);

    /// <summary>Handles messages that are not of the protocol.</summary>
    protected virtual bool ReceivePluginInternal(object message) => false;

    /// <inheritdoc/>
    protected sealed override bool Receive(object message) => ReceiveWriteJournal(message) || ReceivePluginInternal(message);

    /// <summary>Handles messages of the protocol.</summary>
    protected bool ReceiveWriteJournal(object message)
    {
        switch (message)
        {
            case WriteMessages write:
                _ = HandleWriteAsync(write);
                break;
            case ReplayMessages replay:
                _ = HandleReplayAsync(replay, Context);
                break;
            case DeleteMessagesTo delete:
                _ = HandleDeleteAsync(delete);
                break;
            default:
                return false;
        }

        if (CanPublish)
            Context.System.EventStream.Publish(message);
        return true;
    }

    /// <summary>The exception inside an <see cref="AggregateException"/>.</summary>
    protected static Exception TryUnwrapException(Exception e)
    {
        while (e is AggregateException { InnerException: { } inner })
            e = inner;
        return e;
    }

    private async Task HandleWriteAsync(WriteMessages request)
    {
        var self = Self;
        var envelopes = request.Messages as IReadOnlyCollection<IPersistentEnvelope> ?? [.. request.Messages];
        var writes = 0;
        IImmutableList<Exception>? refusals;
        try
        {
            // Adapted and serialized on the journal's own turn: what throws here has touched nothing.
            var prepared = PreparePersistentBatch(envelopes).ToList();
            writes = prepared.Count;
            refusals = writes == 0 ? null : await _breaker.WithCircuitBreaker(() => WriteMessagesAsync(prepared)).ConfigureAwait(false);
            if (refusals is not null && refusals.Count > 0 && refusals.Count != writes)
                throw new InvalidOperationException($"{GetType()} answered {refusals.Count} results for {writes} writes.");
        }
        catch (Exception e)
        {
            var cause = TryUnwrapException(e);
            request.PersistentActor.Tell(new WriteMessagesFailed(cause, writes), self);
            AnswerEach(request, envelopes, (p, _) => new WriteMessageFailure(p, cause, request.ActorInstanceId));
            return;
        }

        request.PersistentActor.Tell(WriteMessagesSuccessful.Instance, self);
        AnswerEach(request, envelopes, (p, index) => refusals is { Count: > 0 } && refusals[index] is { } refusal
            ? new WriteMessageRejected(p, TryUnwrapException(refusal), request.ActorInstanceId)
            : new WriteMessageSuccess(p, request.ActorInstanceId));
    }

    private static void AnswerEach(
        WriteMessages request, IReadOnlyCollection<IPersistentEnvelope> envelopes, Func<IPersistentRepresentation, int, IJournalResponse> answer)
    {
        var index = 0;
        foreach (var envelope in envelopes)
        {
            if (envelope is AtomicWrite write)
            {
                foreach (var e in write.Events)
                    request.PersistentActor.Tell(answer(e, index), e.Sender);
                index++;
            }
            else
            {
                request.PersistentActor.Tell(new LoopMessageSuccess(envelope.Payload, request.ActorInstanceId), envelope.Sender);
            }
        }
    }

    private async Task HandleReplayAsync(ReplayMessages request, IActorContext context)
    {
        var actor = request.PersistentActor;
        var self = Self;
        try
        {
            var readFrom = Math.Max(0, request.FromSequenceNr - 1);
            var highest = await _breaker.WithCircuitBreaker(() => ReadHighestSequenceNrAsync(request.PersistenceId, readFrom)).ConfigureAwait(false);
            var to = Math.Min(request.ToSequenceNr, highest);
            if (highest > 0 && request.FromSequenceNr <= to && request.Max > 0)
            {
                // Not behind the breaker: a long replay is no failure. The actor watches for silence.
                await ReplayMessagesAsync(context, request.PersistenceId, request.FromSequenceNr, to, request.Max, Pass).ConfigureAwait(false);
            }

            actor.Tell(new RecoverySuccess(highest), self);
        }
        catch (Exception e)
        {
            actor.Tell(new ReplayMessagesFailure(TryUnwrapException(e)), self);
        }

        void Pass(IPersistentRepresentation stored)
        {
            if (stored.IsDeleted)
                return;
            foreach (var adapted in AdaptFromJournal(stored))
                actor.Tell(new ReplayedMessage(adapted), ActorRefs.NoSender);
        }
    }

    private async Task HandleDeleteAsync(DeleteMessagesTo request)
    {
        var self = Self;
        try
        {
            await _breaker.WithCircuitBreaker(() => DeleteMessagesToAsync(request.PersistenceId, request.ToSequenceNr)).ConfigureAwait(false);
            request.PersistentActor.Tell(new DeleteMessagesSuccess(request.ToSequenceNr), self);
        }
        catch (Exception e)
        {
            request.PersistentActor.Tell(new DeleteMessagesFailure(TryUnwrapException(e), request.ToSequenceNr), self);
        }
    }
}
