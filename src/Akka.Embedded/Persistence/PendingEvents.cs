using System.Collections.Immutable;
using Akka.Actor;

namespace Akka.Persistence;

/// <summary>
/// The books of one persistent actor: which events wait to be sent to the journal, which are with it, and which handlers
/// are to be called when it answers. One request is with the journal at a time; events that come up meanwhile go together
/// into the next one, so that a busy actor writes in batches.
/// </summary>
internal sealed class PendingEvents(Eventsourced owner, IActorRef self)
{
    private static int _lastInstanceId;

    // Answers to another incarnation of the actor are not for this one.
    private readonly int _instanceId = Interlocked.Increment(ref _lastInstanceId);

    private readonly Queue<IPendingHandlerInvocation> _handlers = new();
    private List<IPersistentEnvelope> _fromThisCommand = [];
    private List<IPersistentEnvelope> _nextRequest = [];
    private int _unanswered;

    /// <summary>How many handlers commands have to wait for.</summary>
    public int Stashing { get; private set; }

    /// <summary>Whether no handler waits for an answer.</summary>
    public bool NoHandlers => _handlers.Count == 0;

    /// <summary>Notes a handler that commands have to wait for.</summary>
    public void AddStashing(object evt, Action<object> handler)
    {
        Stashing++;
        _handlers.Enqueue(new StashingHandlerInvocation(evt, handler));
    }

    /// <summary>Notes a handler that commands need not wait for.</summary>
    public void AddAsync(object evt, Action<object> handler) => _handlers.Enqueue(new AsyncHandlerInvocation(evt, handler));

    /// <summary>Notes events to be written together.</summary>
    public void AddWrite(ImmutableList<IPersistentRepresentation> events) => _fromThisCommand.Add(new AtomicWrite(events));

    /// <summary>Notes a message to be passed back in order.</summary>
    public void AddLoop(object evt, IActorRef sender) => _fromThisCommand.Add(new NonPersistentMessage(evt, sender));

    /// <summary>Takes a journal's answer; false if the message is none.</summary>
    public bool Take(object message)
    {
        switch (message)
        {
            case WriteMessageSuccess success:
                if (success.ActorInstanceId == _instanceId)
                {
                    owner.AdvanceTo(success.Persistent.SequenceNr);
                    Finish(due => due.Handler(success.Persistent.Payload));
                }

                return true;
            case LoopMessageSuccess loop:
                if (loop.ActorInstanceId == _instanceId)
                    Finish(due => due.Handler(loop.Message));
                return true;
            case WriteMessageRejected refused:
                if (refused.ActorInstanceId == _instanceId)
                {
                    owner.AdvanceTo(refused.Persistent.SequenceNr);
                    Finish(_ => owner.Refused(refused));
                }

                return true;
            case WriteMessageFailure failure:
                if (failure.ActorInstanceId == _instanceId)
                    owner.FailPersist(failure);
                return true;
            default:
                // The answers to single events say all that the answer to a whole request could.
                return message is IJournalResponse or RecoveryTick;
        }
    }

    /// <summary>Hands what the current command has collected to the journal, at once or with the next request.</summary>
    public void Flush()
    {
        if (_fromThisCommand.Count == 0)
            return;
        if (_nextRequest.Count == 0)
        {
            (_nextRequest, _fromThisCommand) = (_fromThisCommand, _nextRequest);
        }
        else
        {
            _nextRequest.AddRange(_fromThisCommand);
            _fromThisCommand.Clear();
        }

        if (_unanswered == 0)
            Send();
    }

    /// <summary>Hands everything to the journal without waiting for its answers: this actor will not see them.</summary>
    public void FlushForRestart()
    {
        Flush();
        Send();
    }

    // Calls what is due while it is still on the books, so that DeferAsync inside a handler keeps its place in the order.
    private void Finish(Action<IPendingHandlerInvocation> call)
    {
        try
        {
            call(_handlers.Peek());
        }
        finally
        {
            Flush();
            if (_handlers.Dequeue() is StashingHandlerInvocation)
                Stashing--;
            if (--_unanswered == 0)
                Send();
        }
    }

    private void Send()
    {
        if (_nextRequest.Count == 0)
            return;
        var request = _nextRequest;
        _nextRequest = [];
        foreach (var envelope in request)
            _unanswered += envelope.Size;
        owner.Journal.Tell(new WriteMessages(request, self, _instanceId), self);
    }
}
