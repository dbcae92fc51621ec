using Akka.Actor;

namespace Akka.Persistence;

/// <summary>Asks for leave to recover.</summary>
internal sealed class RequestRecoveryPermit : INoSerializationVerificationNeeded
{
    /// <summary>The only instance.</summary>
    public static readonly RequestRecoveryPermit Instance = new();
}

/// <summary>Gives leave to recover.</summary>
internal sealed class RecoveryPermitGranted : INoSerializationVerificationNeeded
{
    /// <summary>The only instance.</summary>
    public static readonly RecoveryPermitGranted Instance = new();
}

/// <summary>Says that a recovery has ended.</summary>
internal sealed class ReturnRecoveryPermit : INoSerializationVerificationNeeded
{
    /// <summary>The only instance.</summary>
    public static readonly ReturnRecoveryPermit Instance = new();
}

/// <summary>
/// Lets only so many actors recover at the same time (<c>akka.persistence.max-concurrent-recoveries</c>), the others in the
/// order of their requests, so that starting a thousand of them does not flood the journal.
/// </summary>
internal sealed class RecoveryPermitter : UntypedActor
{
    private readonly int _permits;
    private readonly HashSet<IActorRef> _granted = [];
    private readonly Queue<IActorRef> _waiting = new();
    private readonly HashSet<IActorRef> _waitingSet = [];

    /// <summary>Creates the actor.</summary>
    public RecoveryPermitter(int permits) => _permits = permits;

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case RequestRecoveryPermit:
                OnRequest(Sender);
                break;
            case ReturnRecoveryPermit:
                Context.Unwatch(Sender);
                OnReturn(Sender);
                break;
            case Terminated terminated:
                OnReturn(terminated.ActorRef);
                break;
        }
    }

    private void OnRequest(IActorRef actor)
    {
        Context.Watch(actor);
        if (_granted.Contains(actor))
        {
            // A new incarnation of an actor that had leave.
            actor.Tell(RecoveryPermitGranted.Instance);
        }
        else if (_granted.Count < _permits)
        {
            _granted.Add(actor);
            actor.Tell(RecoveryPermitGranted.Instance);
        }
        else if (_waitingSet.Add(actor))
        {
            _waiting.Enqueue(actor);
        }
    }

    private void OnReturn(IActorRef actor)
    {
        // An entry of the queue that is no longer in the set is skipped when its turn comes.
        _waitingSet.Remove(actor);
        if (!_granted.Remove(actor))
            return;
        while (_waiting.TryDequeue(out var next))
        {
            if (!_waitingSet.Remove(next))
                continue;
            _granted.Add(next);
            next.Tell(RecoveryPermitGranted.Instance);
            return;
        }
    }
}
