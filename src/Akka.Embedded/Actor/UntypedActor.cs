namespace Akka.Actor;

/// <summary>An actor with one method for all messages.</summary>
public abstract class UntypedActor : ActorBase
{
    /// <summary>For derived actors.</summary>
    protected UntypedActor()
    {
    }

    /// <summary>The context of the actor that runs on this thread.</summary>
    protected static new IUntypedActorContext Context => ActorCell.Current ?? throw NoContext();

    /// <inheritdoc/>
    protected sealed override bool Receive(object message)
    {
        OnReceive(message);
        return true;
    }

    /// <summary>Handles a message; calls <see cref="ActorBase.Unhandled"/> with one that it does not know.</summary>
    protected abstract void OnReceive(object message);

    /// <summary>Replaces the behaviour, and forgets those below it.</summary>
    protected void Become(UntypedReceive receive) => Context.Become(receive);

    /// <summary>Puts a behaviour on top of the present one.</summary>
    protected void BecomeStacked(UntypedReceive receive) => Context.BecomeStacked(receive);

    /// <summary>Runs an asynchronous operation; the next message waits until it has completed.</summary>
    protected void RunTask(Func<Task> action) =>
        Current.TaskScheduler.RunHandler(static state => ((Func<Task>)state!)(), action);

    /// <summary>Runs <paramref name="action"/> where an asynchronous operation of the actor would run.</summary>
    protected void RunTask(Action action) => Current.TaskScheduler.RunHandler(
        static state =>
        {
            ((Action)state!)();
            return Task.CompletedTask;
        },
        action);

    private static ActorCell Current => ActorCell.Current ?? throw NoContext();
}

/// <summary>An <see cref="UntypedActor"/> with a stash.</summary>
public abstract class UntypedActorWithStash : UntypedActor, IWithStash
{
    /// <summary>For derived actors.</summary>
    protected UntypedActorWithStash()
    {
    }

    /// <inheritdoc/>
    public IStash Stash { get; set; } = null!;
}

/// <summary>An <see cref="UntypedActor"/> with a stash without limit.</summary>
public abstract class UntypedActorWithUnboundedStash : UntypedActor, IWithUnboundedStash
{
    /// <summary>For derived actors.</summary>
    protected UntypedActorWithUnboundedStash()
    {
    }

    /// <inheritdoc/>
    public IStash Stash { get; set; } = null!;
}

/// <summary>An <see cref="UntypedActor"/> with a stash that asks nothing of the mailbox.</summary>
public abstract class UntypedActorWithUnrestrictedStash : UntypedActor, IWithUnrestrictedStash
{
    /// <summary>For derived actors.</summary>
    protected UntypedActorWithUnrestrictedStash()
    {
    }

    /// <inheritdoc/>
    public IStash Stash { get; set; } = null!;
}
