using System.Diagnostics.CodeAnalysis;
using Akka.Event;

namespace Akka.Actor;

/// <summary>A behaviour: handles a message and says whether it did.</summary>
public delegate bool Receive(object message);

/// <summary>A behaviour that handles every message, or calls <c>Unhandled</c> itself.</summary>
public delegate void UntypedReceive(object message);

/// <summary>What the runtime itself needs of an actor.</summary>
public interface IInternalActor
{
    /// <summary>The actor's context.</summary>
    IActorContext ActorContext { get; }
}

/// <summary>
/// Base of all actors. The runtime makes instances and calls them, one message at a time: PreStart, then messages; after a
/// failure that is answered by a restart PreRestart on the old and PostRestart on the new instance; PostStop at the end.
/// </summary>
public abstract class ActorBase : IInternalActor
{
    private readonly ActorCell _cell;
    private Receive? _ownReceive;

    /// <summary>For derived actors, which only the runtime may construct.</summary>
    /// <exception cref="ActorInitializationException">Constructed with <c>new</c> outside of an actor system.</exception>
    [SuppressMessage("Usage", "MA0056", Justification = "The context must be bound before a derived constructor runs.")]
    protected ActorBase() => _cell = ActorCell.Current ?? throw new ActorInitializationException(
        $"You cannot create an instance of {GetType().FullName} explicitly using the constructor (new); use ActorOf with Props.");

    IActorContext IInternalActor.ActorContext => _cell;

    /// <summary>A behaviour that handles nothing.</summary>
    protected static Receive EmptyReceive { get; } = static _ => false;

    /// <summary>The context of the actor that runs on this thread.</summary>
    /// <exception cref="NotSupportedException">This thread does not run an actor.</exception>
    protected static IActorContext Context => ActorCell.Current ?? throw NoContext();

    /// <summary>This actor.</summary>
    protected IActorRef Self => _cell.Self;

    /// <summary>Who sent the message in hand; dead letters if nobody is named.</summary>
    /// <exception cref="NotSupportedException">This thread does not run an actor.</exception>
    protected IActorRef Sender => Context.Sender;

    /// <summary>The behaviour that the actor begins with.</summary>
    internal Receive OwnReceive => _ownReceive ??= MakeOwnReceive();

    internal SupervisorStrategy? SupervisorStrategyInternal { get; set; }

    internal SupervisorStrategy MakeSupervisorStrategy() => SupervisorStrategy();

    private protected virtual Receive MakeOwnReceive() => Receive;

    /// <summary>Called before the first message.</summary>
    public virtual void AroundPreStart() => PreStart();

    /// <summary>Called on the old instance when the actor is restarted.</summary>
    public virtual void AroundPreRestart(Exception cause, object? message) => PreRestart(cause, message);

    /// <summary>Called on the new instance when the actor is restarted.</summary>
    public virtual void AroundPostRestart(Exception cause, object? message) => PostRestart(cause);

    /// <summary>Called when the actor has ended.</summary>
    public virtual void AroundPostStop() => PostStop();

    /// <summary>Hands a message to the behaviour, and to <see cref="Unhandled"/> if that does not want it.</summary>
    protected internal virtual bool AroundReceive(Receive receive, object message)
    {
        if (receive(message))
        {
            if (this is ILogReceive)
                ReceiveLog.Write(_cell, message, handled: true);
            return true;
        }

        if (this is ILogReceive)
            ReceiveLog.Write(_cell, message, handled: false);
        Unhandled(message);
        return false;
    }

    /// <summary>Handles a message; false if it does not.</summary>
    protected abstract bool Receive(object message);

    /// <summary>Called for a message that no behaviour handles: publishes it, or fails if it is <see cref="Terminated"/>.</summary>
    /// <exception cref="DeathPactException">A watched actor has ended and this one does not handle that.</exception>
    protected virtual void Unhandled(object message)
    {
        if (message is Terminated terminated)
            throw new DeathPactException(terminated.ActorRef);
        if (_cell.SystemImpl.Settings.DebugUnhandledMessage)
            _cell.Log(new Debug(_cell.LogSource, _cell.ActorType, $"Unhandled message from {Sender}: {message}"));
        _cell.SystemImpl.EventStream.Publish(new UnhandledMessage(message, Sender, Self));
    }

    /// <summary>Replaces the behaviour, and forgets those below it.</summary>
    protected void Become(Receive receive) => Context.Become(receive);

    /// <summary>Puts a behaviour on top of the present one.</summary>
    protected void BecomeStacked(Receive receive) => Context.BecomeStacked(receive);

    /// <summary>Goes back to the behaviour below.</summary>
    protected void UnbecomeStacked() => Context.UnbecomeStacked();

    /// <summary>Sends <see cref="ReceiveTimeout"/> to this actor each time it has got no message for that long; null ends it.</summary>
    protected void SetReceiveTimeout(TimeSpan? timeout) => Context.SetReceiveTimeout(timeout);

    /// <summary>How this actor's children's failures are answered, unless its Props say.</summary>
    protected virtual SupervisorStrategy SupervisorStrategy() => Actor.SupervisorStrategy.DefaultStrategy;

    /// <summary>Called before the first message.</summary>
    protected virtual void PreStart()
    {
    }

    /// <summary>Called on the new instance after a restart; calls <see cref="PreStart"/>.</summary>
    protected virtual void PostRestart(Exception reason) => PreStart();

    /// <summary>Called on the old instance before a restart; stops the children and calls <see cref="PostStop"/>.</summary>
    /// <param name="reason">What the actor failed with.</param>
    /// <param name="message">The message in hand; null if there was none.</param>
    protected virtual void PreRestart(Exception reason, object? message)
    {
        foreach (var child in Context.GetChildren())
        {
            Context.Unwatch(child);
            Context.Stop(child);
        }

        PostStop();
    }

    /// <summary>Called when the actor has ended.</summary>
    protected virtual void PostStop()
    {
    }

    internal static NotSupportedException NoContext() =>
        new("There is no active ActorContext, this is most likely due to use of async operations from within this actor.");
}

/// <summary>An actor whose messages are logged at debug level if <c>akka.actor.debug.receive = on</c>.</summary>
public interface ILogReceive
{
}

internal static class ReceiveLog
{
    internal static void Write(ActorCell cell, object message, bool handled)
    {
        if (cell.SystemImpl.Settings.AddLoggingReceive)
            cell.Log(new Debug(cell.LogSource, cell.ActorType, $"received {(handled ? "handled" : "unhandled")} message {message} from {cell.Sender.Path}"));
    }
}
