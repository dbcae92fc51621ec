using System.Collections.Immutable;
using Akka.Actor;

namespace Akka.Persistence;

/// <summary>
/// The books of one persistent actor: which events wait to be sent to the journal, which are with it, and which handlers
/// are to be called when it answers. One request is with the journal at a time; events that come up meanwhile go together
/// into the next one, so that a busy actor writes in batches.
/// </summary>
internal sealed class PendingEvents(Func<IActorRef> journal, IActorRef self, int instanceId)
{
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

    /// <summary>The handler that is due.</summary>
    public IPendingHandlerInvocation Peek() => _handlers.Peek();

    /// <summary>Takes the handler that was due off the books.</summary>
    public void Done()
    {
        if (_handlers.Dequeue() is StashingHandlerInvocation)
            Stashing--;
    }

    /// <summary>One event of the request that is with the journal is answered.</summary>
    public void Answered()
    {
        if (--_unanswered == 0)
            Send();
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

    private void Send()
    {
        if (_nextRequest.Count == 0)
            return;
        var request = _nextRequest;
        _nextRequest = [];
        foreach (var envelope in request)
            _unanswered += envelope.Size;
        journal().Tell(new WriteMessages(request, self, instanceId), self);
    }
}
