// What the runtime says to itself about an actor. A system message overtakes user messages, is never lost on the way to a
// live local cell, and is handled even while the mailbox is suspended. Remote references intercept Watch and Unwatch (to
// involve their failure detector) and carry the others over the wire; everything a peer needs is in the properties.
using Akka.Actor;
using Akka.Event;

namespace Akka.Dispatch.SysMsg;

/// <summary>A message of the runtime itself.</summary>
public interface ISystemMessage : INoSerializationVerificationNeeded
{
}

internal abstract class SystemMessage : ISystemMessage
{
    /// <summary>Link in a mailbox's list; a message instance is in at most one list.</summary>
    internal SystemMessage? Next;

    public override string ToString() => $"<{GetType().Name}>";
}

/// <summary>First message of each cell: make the actor.</summary>
internal sealed class Create(Exception? failure = null) : SystemMessage
{
    public Exception? Failure { get; } = failure;
}

/// <summary>Restart the actor because of <see cref="Cause"/>.</summary>
internal sealed class Recreate(Exception? cause) : SystemMessage, IStashWhenWaitingForChildren
{
    public Exception? Cause { get; } = cause;

    public override string ToString() => $"<Recreate> cause: {Cause}";
}

/// <summary>Process no user message until resumed; counts.</summary>
internal sealed class Suspend : SystemMessage, IStashWhenWaitingForChildren;

/// <summary>Undo one <see cref="Suspend"/>.</summary>
internal sealed class Resume(Exception? causedByFailure) : SystemMessage, IStashWhenWaitingForChildren
{
    /// <summary>Set where the failed actor itself is to be resumed.</summary>
    public Exception? CausedByFailure { get; } = causedByFailure;
}

/// <summary>Stop.</summary>
internal sealed class Terminate : SystemMessage, IPossiblyHarmful, IDeadLetterSuppression;

/// <summary>A child announces itself to its parent.</summary>
internal sealed class Supervise(IActorRef child, bool async) : SystemMessage
{
    public IActorRef Child { get; } = child;

    public bool Async { get; } = async;

    public override string ToString() => $"<Supervise>: {Child}";
}

/// <summary><see cref="Watcher"/> wants to know when <see cref="Watchee"/> ends.</summary>
internal sealed class Watch(IInternalActorRef watchee, IInternalActorRef watcher) : SystemMessage
{
    public IInternalActorRef Watchee { get; } = watchee;

    public IInternalActorRef Watcher { get; } = watcher;

    public override string ToString() => $"<Watch>: {Watcher} wants to watch {Watchee}";
}

/// <summary>Undoes a <see cref="Watch"/>.</summary>
internal sealed class Unwatch(IInternalActorRef watchee, IInternalActorRef watcher) : SystemMessage
{
    public IInternalActorRef Watchee { get; } = watchee;

    public IInternalActorRef Watcher { get; } = watcher;

    public override string ToString() => $"<Unwatch>: {Watcher} wants to unwatch {Watchee}";
}

/// <summary><see cref="Actor"/> has ended; goes to its parent and its watchers.</summary>
internal sealed class DeathWatchNotification(IActorRef actor, bool existenceConfirmed, bool addressTerminated)
    : SystemMessage, IDeadLetterSuppression
{
    public IActorRef Actor { get; } = actor;

    public bool ExistenceConfirmed { get; } = existenceConfirmed;

    public bool AddressTerminated { get; } = addressTerminated;

    public override string ToString() => $"<DeathWatchNotification>: {Actor}, ExistenceConfirmed={ExistenceConfirmed}, AddressTerminated={AddressTerminated}";
}

/// <summary><see cref="Child"/> failed and waits, suspended, for its supervisor's directive.</summary>
internal sealed class Failed(IActorRef child, Exception cause, long uid) : SystemMessage, IStashWhenFailed, IStashWhenWaitingForChildren
{
    public IActorRef Child { get; } = child;

    public Exception Cause { get; } = cause;

    /// <summary>Which incarnation failed.</summary>
    public long Uid { get; } = uid;

    public override string ToString() => $"<Failed>: {Child} ({Cause})";
}

/// <summary>Run a continuation of an asynchronous handler inside the actor.</summary>
internal sealed class RunContinuation(ActorTaskScheduler scheduler, Task task) : SystemMessage
{
    public ActorTaskScheduler Scheduler { get; } = scheduler;

    public Task Task { get; } = task;
}

/// <summary>An asynchronous handler has completed.</summary>
internal sealed class HandlerCompleted(AsyncHandlerRun run) : SystemMessage
{
    public AsyncHandlerRun Run { get; } = run;
}

/// <summary>Kept back while the cell's own failure is being decided.</summary>
internal interface IStashWhenFailed;

/// <summary>Kept back while the cell waits for its children to end.</summary>
internal interface IStashWhenWaitingForChildren;
