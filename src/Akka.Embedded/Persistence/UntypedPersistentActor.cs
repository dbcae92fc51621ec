using Akka.Actor;

namespace Akka.Persistence;

/// <summary>A persistent actor that handles commands and replayed events in two methods that return nothing.</summary>
public abstract class UntypedPersistentActor : Eventsourced
{
    /// <summary>Creates the actor.</summary>
    protected UntypedPersistentActor()
    {
    }

    /// <summary>This actor's context.</summary>
    protected new static IUntypedActorContext Context => (IUntypedActorContext)ActorBase.Context;

    /// <inheritdoc/>
    protected override bool Receive(object message) => ReceiveCommand(message);

    /// <inheritdoc/>
    protected sealed override bool ReceiveCommand(object message)
    {
        OnCommand(message);
        return true;
    }

    /// <inheritdoc/>
    protected sealed override bool ReceiveRecover(object message)
    {
        OnRecover(message);
        return true;
    }

    /// <summary>Handles a command.</summary>
    protected abstract void OnCommand(object message);

    /// <summary>Handles a replayed event, <see cref="SnapshotOffer"/> or <see cref="RecoveryCompleted"/>.</summary>
    protected abstract void OnRecover(object message);

    /// <summary>Handles commands by another method from now on.</summary>
    protected void Become(UntypedReceive receive) => Context.Become(receive);

    /// <summary>Handles commands by another method until <c>UnbecomeStacked</c>.</summary>
    protected void BecomeStacked(UntypedReceive receive) => Context.BecomeStacked(receive);
}
