using Akka.Actor.Internal;
using Akka.Event;
using Akka.Util;

namespace Akka.Actor;

/// <summary>What a supervisor does about a failed child.</summary>
public enum Directive
{
    /// <summary>The child goes on with the next message, and keeps its state.</summary>
    Resume,

    /// <summary>The child goes on with a new instance.</summary>
    Restart,

    /// <summary>The supervisor fails with the same cause.</summary>
    Escalate,

    /// <summary>The child ends.</summary>
    Stop,
}

/// <summary>Decides about failures, and carries the decision out.</summary>
public abstract class SupervisorStrategy : ISurrogated
{
    /// <summary>Stops a child that could not be made or was killed, restarts it after all else.</summary>
    public static IDecider DefaultDecider = Akka.Actor.Decider.From(
        Directive.Restart,
        Directive.Stop.When<ActorInitializationException>(),
        Directive.Stop.When<ActorKilledException>(),
        Directive.Stop.When<DeathPactException>());

    /// <summary>Each child on its own, as <see cref="DefaultDecider"/> decides, without limit.</summary>
    public static readonly SupervisorStrategy DefaultStrategy = new OneForOneStrategy(DefaultDecider);

    /// <summary>Stops each failed child.</summary>
    public static readonly OneForOneStrategy StoppingStrategy = new(static _ => Directive.Stop);

    /// <summary>For derived strategies.</summary>
    internal SupervisorStrategy()
    {
    }

    /// <summary>What decides.</summary>
    public abstract IDecider Decider { get; }

    /// <summary>Whether failures are logged.</summary>
    protected bool LoggingEnabled { get; set; }

    /// <summary>The decision about one failure.</summary>
    protected abstract Directive Handle(IActorRef child, Exception exception);

    /// <summary>Decides about the failure of <paramref name="child"/> and carries it out; false means escalate.</summary>
    internal bool HandleFailure(ActorCell cell, IActorRef child, Exception cause, ChildRestartStats stats)
    {
        var directive = Handle(child, cause);
        LogFailure(cell, child, cause, directive);
        switch (directive)
        {
            case Directive.Resume:
                ((IInternalActorRef)child).Resume(cause);
                return true;
            case Directive.Restart:
                ProcessFailure(cell, restart: true, child, cause, stats);
                return true;
            case Directive.Stop:
                ProcessFailure(cell, restart: false, child, cause, stats);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Restarts or stops what the strategy says.</summary>
    internal abstract void ProcessFailure(
        ActorCell cell, bool restart, IActorRef child, Exception cause, ChildRestartStats stats);

    /// <summary>A child has ended.</summary>
    public abstract void HandleChildTerminated(IActorContext actorContext, IActorRef child, IEnumerable<IInternalActorRef> children);

    /// <inheritdoc/>
    public abstract ISurrogate ToSurrogate(ActorSystem system);

    /// <summary>Logs a failure and what is done about it.</summary>
    protected virtual void LogFailure(IActorContext context, IActorRef child, Exception cause, Directive directive)
    {
        if (!LoggingEnabled)
            return;
        var actual = cause is ActorInitializationException { InnerException: { } inner } ? inner : cause;
        var system = ((ActorCell)context).SystemImpl;
        var source = child.Path.ToString();
        switch (directive)
        {
            case Directive.Resume:
                system.EventStream.Publish(new Warning(actual, source, GetType(), actual.Message));
                break;
            case Directive.Escalate:
                break;
            default:
                system.EventStream.Publish(new Error(actual, source, GetType(), actual.Message));
                break;
        }
    }

    private protected static void RestartChild(IActorRef child, Exception cause, bool suspendFirst)
    {
        var target = (IInternalActorRef)child;
        if (suspendFirst)
            target.Suspend();
        target.Restart(cause);
    }
}
