using Akka.Dispatch.SysMsg;
using Akka.Event;

namespace Akka.Actor;

/// <summary>A reference to a place of this system where no actor is: what it gets becomes a dead letter.</summary>
internal class EmptyLocalActorRef(IActorRefProvider provider, ActorPath path, EventStream eventStream) : MinimalActorRef
{
    public override ActorPath Path { get; } = path;

    public override IActorRefProvider Provider { get; } = provider;

    protected EventStream EventStream { get; } = eventStream;

    public override void SendSystemMessage(ISystemMessage message) => SpecialHandle(message, Provider.DeadLetters);

    protected override void TellInternal(object message, IActorRef? sender)
    {
        if (message is DeadLetter dead)
            SpecialHandle(dead.Message, dead.Sender);
        else if (!SpecialHandle(message, sender))
            EventStream.Publish(new DeadLetter(message, sender ?? Provider.DeadLetters, this));
    }

    /// <summary>Answers what must be answered even by the dead; true if there is nothing more to do.</summary>
    protected virtual bool SpecialHandle(object message, IActorRef? sender)
    {
        switch (message)
        {
            case Watch watch:
                if (watch.Watchee.Equals(this) && !watch.Watcher.Equals(this))
                    watch.Watcher.SendSystemMessage(new DeathWatchNotification(watch.Watchee, existenceConfirmed: false, addressTerminated: false));
                return true;
            case ISystemMessage:
                return true;
            case Identify identify:
                sender?.Tell(new ActorIdentity(identify.MessageId, null), null);
                return true;
            case ActorSelectionMessage selection:
                if (selection.Message is Identify inner)
                {
                    if (!selection.WildCardFanOut)
                        sender?.Tell(new ActorIdentity(inner.MessageId, null), null);
                }
                else
                {
                    EventStream.Publish(new DeadLetter(selection.Message, sender ?? Provider.DeadLetters, this));
                }

                return true;
            case IDeadLetterSuppression suppressed:
                EventStream.Publish(new SuppressedDeadLetter(suppressed, sender ?? Provider.DeadLetters, this));
                return true;
            default:
                return false;
        }
    }
}

/// <summary>Where messages go that reach nobody; publishes them on the event stream.</summary>
internal sealed class DeadLetterActorRef(IActorRefProvider provider, ActorPath path, EventStream eventStream)
    : EmptyLocalActorRef(provider, path, eventStream)
{
    protected override void TellInternal(object message, IActorRef? sender)
    {
        switch (message)
        {
            case DeadLetter dead:
                if (!SpecialHandle(dead.Message, dead.Sender, dead.Recipient))
                    EventStream.Publish(dead);
                break;
            case AllDeadLetters dropped:
                EventStream.Publish(dropped);
                break;
            default:
                if (!SpecialHandle(message, sender, this))
                    EventStream.Publish(new DeadLetter(message, sender ?? this, this));
                break;
        }
    }

    protected override bool SpecialHandle(object message, IActorRef? sender) => SpecialHandle(message, sender, this);

    private bool SpecialHandle(object message, IActorRef? sender, IActorRef recipient)
    {
        if (message is Watch watch)
        {
            if (!watch.Watchee.Equals(this) && !watch.Watcher.Equals(this))
                watch.Watcher.SendSystemMessage(new DeathWatchNotification(watch.Watchee, existenceConfirmed: false, addressTerminated: false));
            return true;
        }

        if (message is IDeadLetterSuppression suppressed)
        {
            EventStream.Publish(new SuppressedDeadLetter(suppressed, sender ?? this, recipient));
            return true;
        }

        // The dead letter keeps the actor that the sender meant, so the listener can name it.
        if (message is ActorSelectionMessage { Message: not Identify } selection)
        {
            EventStream.Publish(new DeadLetter(selection.Message, sender ?? this, recipient));
            return true;
        }

        return base.SpecialHandle(message, sender);
    }
}

/// <summary>Swallows everything without a trace.</summary>
internal sealed class IgnoreActorRef(IActorRefProvider provider, ActorPath path) : MinimalActorRef
{
    public override ActorPath Path { get; } = path;

    public override IActorRefProvider Provider { get; } = provider;
}
