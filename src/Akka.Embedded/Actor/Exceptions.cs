using System.Runtime.Serialization;

namespace Akka.Actor;

/// <summary>An actor could not be made or started.</summary>
public class ActorInitializationException : AkkaException
{
    /// <summary>Without a message.</summary>
    public ActorInitializationException()
    {
    }

    /// <summary>With a message.</summary>
    public ActorInitializationException(string message)
        : base(message)
    {
    }

    /// <summary>With a message and what caused it.</summary>
    public ActorInitializationException(string message, Exception cause)
        : base(message, cause)
    {
    }

    /// <summary>For <paramref name="actor"/>.</summary>
    public ActorInitializationException(IActorRef? actor, string message, Exception? cause = null)
        : base(message, cause)
    {
        Actor = actor;
    }

    /// <summary>The actor; null if unknown.</summary>
    public IActorRef? Actor { get; set; }

    /// <inheritdoc/>
    public override string ToString() => Actor is null ? base.ToString() : $"{Actor}: {base.ToString()}";

    /// <summary>Rebuilds a serialized exception.</summary>
    protected ActorInitializationException(SerializationInfo info, StreamingContext context)
        : base(info, context)
    {
    }
}

/// <summary>PreRestart failed; the restart goes on.</summary>
public class PreRestartException : ActorInitializationException
{
    /// <summary>For <paramref name="actor"/>.</summary>
    public PreRestartException(IActorRef actor, Exception restartException, Exception cause, object? optionalMessage)
        : base(
            actor,
            $"Exception in PreRestart(exceptionType={cause?.GetType()}, messageType={optionalMessage?.GetType().ToString() ?? "None"})",
            restartException)
    {
        RestartException = restartException;
        OptionalMessage = optionalMessage;
    }

    /// <summary>What PreRestart threw.</summary>
    public Exception RestartException { get; }

    /// <summary>The message in hand when the actor first failed.</summary>
    public object? OptionalMessage { get; }

    /// <summary>Rebuilds a serialized exception.</summary>
    protected PreRestartException(SerializationInfo info, StreamingContext context)
        : base(info, context) => RestartException = InnerException!;
}

/// <summary>The new instance of a restarted actor failed in its constructor or in PostRestart.</summary>
public class PostRestartException : ActorInitializationException
{
    /// <summary>For <paramref name="actor"/>.</summary>
    public PostRestartException(IActorRef actor, Exception cause, Exception originalCause)
        : base(actor, $"Exception post restart ({originalCause?.GetType().ToString() ?? "null"})", cause) =>
        OriginalCause = originalCause!;

    /// <summary>What the restart was to answer.</summary>
    public Exception OriginalCause { get; }

    /// <summary>Rebuilds a serialized exception.</summary>
    protected PostRestartException(SerializationInfo info, StreamingContext context)
        : base(info, context) => OriginalCause = InnerException!;
}

/// <summary>The actor got <see cref="Kill"/>.</summary>
public class ActorKilledException : AkkaException
{
    /// <summary>Without a message.</summary>
    public ActorKilledException()
    {
    }

    /// <summary>With a message.</summary>
    public ActorKilledException(string message)
        : base(message)
    {
    }

    /// <summary>Rebuilds a serialized exception.</summary>
    protected ActorKilledException(SerializationInfo info, StreamingContext context)
        : base(info, context)
    {
    }
}

/// <summary>There is no actor at the path.</summary>
public class ActorNotFoundException : AkkaException
{
    /// <summary>Without a message.</summary>
    public ActorNotFoundException()
    {
    }

    /// <summary>With a message and what caused it.</summary>
    public ActorNotFoundException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>Rebuilds a serialized exception.</summary>
    protected ActorNotFoundException(SerializationInfo info, StreamingContext context)
        : base(info, context)
    {
    }
}

/// <summary>A watched actor has ended and its watcher does not handle <see cref="Terminated"/>.</summary>
public class DeathPactException : AkkaException
{
    /// <summary>Because <paramref name="deadActor"/> has ended.</summary>
    public DeathPactException(IActorRef deadActor)
        : base($"Monitored actor [{deadActor}] terminated") => DeadActor = deadActor;

    /// <summary>The actor that has ended.</summary>
    public IActorRef DeadActor { get; }

    /// <summary>Rebuilds a serialized exception.</summary>
    protected DeathPactException(SerializationInfo info, StreamingContext context)
        : base(info, context) => DeadActor = Nobody.Instance;
}

/// <summary>No reply to an Ask came in time.</summary>
public class AskTimeoutException : AkkaException
{
    /// <summary>With a message.</summary>
    public AskTimeoutException(string message)
        : base(message)
    {
    }

    /// <summary>Rebuilds a serialized exception.</summary>
    protected AskTimeoutException(SerializationInfo info, StreamingContext context)
        : base(info, context)
    {
    }
}

/// <summary>A null message.</summary>
public class InvalidMessageException : AkkaException
{
    /// <summary>Without a message.</summary>
    public InvalidMessageException()
        : this("Message is null")
    {
    }

    /// <summary>With a message.</summary>
    public InvalidMessageException(string message)
        : base(message)
    {
    }

    /// <summary>Rebuilds a serialized exception.</summary>
    protected InvalidMessageException(SerializationInfo info, StreamingContext context)
        : base(info, context)
    {
    }
}

/// <summary>An actor's name is taken or has characters that are not allowed.</summary>
public class InvalidActorNameException : AkkaException
{
    /// <summary>With a message.</summary>
    public InvalidActorNameException(string message)
        : base(message)
    {
    }

    /// <summary>With a message and what caused it.</summary>
    public InvalidActorNameException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Rebuilds a serialized exception.</summary>
    protected InvalidActorNameException(SerializationInfo info, StreamingContext context)
        : base(info, context)
    {
    }
}

/// <summary>An operation does not fit the actor's state.</summary>
public class IllegalActorStateException : AkkaException
{
    /// <summary>With a message.</summary>
    public IllegalActorStateException(string message)
        : base(message)
    {
    }

    /// <summary>Rebuilds a serialized exception.</summary>
    protected IllegalActorStateException(SerializationInfo info, StreamingContext context)
        : base(info, context)
    {
    }
}

/// <summary>A name that cannot be an actor's.</summary>
public class IllegalActorNameException : AkkaException
{
    /// <summary>With a message.</summary>
    public IllegalActorNameException(string message)
        : base(message)
    {
    }

    /// <summary>Rebuilds a serialized exception.</summary>
    protected IllegalActorNameException(SerializationInfo info, StreamingContext context)
        : base(info, context)
    {
    }
}

/// <summary>The stash is full.</summary>
public class StashOverflowException : AkkaException
{
    /// <summary>With a message and what caused it.</summary>
    public StashOverflowException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }

    /// <summary>Rebuilds a serialized exception.</summary>
    protected StashOverflowException(SerializationInfo info, StreamingContext context)
        : base(info, context)
    {
    }
}

/// <summary>A logger could not be started.</summary>
public class LoggerInitializationException : AkkaException
{
    /// <summary>Without a message.</summary>
    public LoggerInitializationException()
    {
    }

    /// <summary>With a message.</summary>
    public LoggerInitializationException(string message)
        : base(message)
    {
    }

    /// <summary>With a message and what caused it.</summary>
    public LoggerInitializationException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }

    /// <summary>Rebuilds a serialized exception.</summary>
    protected LoggerInitializationException(SerializationInfo info, StreamingContext context)
        : base(info, context)
    {
    }
}

/// <summary>The scheduler has been shut down, or was asked for the impossible.</summary>
public sealed class SchedulerException : AkkaException
{
    /// <summary>With a message.</summary>
    public SchedulerException(string message)
        : base(message)
    {
    }
}
