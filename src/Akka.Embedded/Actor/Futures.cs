namespace Akka.Actor;

/// <summary>Asks an actor for an answer, as a task.</summary>
public static class Futures
{
    /// <summary>Sends <paramref name="message"/> and waits for the answer.</summary>
    /// <param name="self">Who is asked.</param>
    /// <param name="message">The question.</param>
    /// <param name="timeout">After that long the task fails with <see cref="AskTimeoutException"/>; null means <c>akka.actor.ask-timeout</c>.</param>
    public static Task<object> Ask(this ICanTell self, object message, TimeSpan? timeout = null) =>
        self.Ask<object>(message, timeout, CancellationToken.None);

    /// <summary>Sends <paramref name="message"/> and waits for the answer.</summary>
    public static Task<object> Ask(this ICanTell self, object message, CancellationToken cancellationToken) =>
        self.Ask<object>(message, null, cancellationToken);

    /// <summary>Sends <paramref name="message"/> and waits for the answer.</summary>
    public static Task<object> Ask(this ICanTell self, object message, TimeSpan? timeout, CancellationToken cancellationToken) =>
        self.Ask<object>(message, timeout, cancellationToken);

    /// <summary>Sends <paramref name="message"/> and waits for an answer of type <typeparamref name="T"/>.</summary>
    public static Task<T> Ask<T>(this ICanTell self, object message, TimeSpan? timeout = null) =>
        self.Ask<T>(message, timeout, CancellationToken.None);

    /// <summary>Sends <paramref name="message"/> and waits for an answer of type <typeparamref name="T"/>.</summary>
    public static Task<T> Ask<T>(this ICanTell self, object message, CancellationToken cancellationToken) =>
        self.Ask<T>(message, null, cancellationToken);

    /// <summary>Sends <paramref name="message"/> and waits for an answer of type <typeparamref name="T"/>.</summary>
    public static Task<T> Ask<T>(this ICanTell self, object message, TimeSpan? timeout, CancellationToken cancellationToken) =>
        Start<T>(self, message, null, timeout, cancellationToken);

    /// <summary>Sends the message that <paramref name="messageFactory"/> makes of the address for the answer.</summary>
    public static Task<T> Ask<T>(this ICanTell self, Func<IActorRef, object> messageFactory, TimeSpan? timeout, CancellationToken cancellationToken) =>
        Start<T>(self, null, messageFactory, timeout, cancellationToken);

    private static Task<T> Start<T>(
        ICanTell target, object? message, Func<IActorRef, object>? messageFactory, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var provider = ProviderOf(target) ?? throw new ArgumentException($"Unable to resolve the target Provider of {target}", nameof(target));
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<T>(cancellationToken);
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var promise = provider.CreateFutureRef(result);
        var limit = timeout ?? provider.Settings.AskTimeout;
        promise.EndAfter(limit, cancellationToken);
        target.Tell(messageFactory is null ? message! : messageFactory(promise), promise);
        return result.Task;
    }

    private static IActorRefProvider? ProviderOf(ICanTell target) => target switch
    {
        Nobody => ActorCell.Current?.SystemImpl.Provider,
        IInternalActorRef actor => actor.Provider,
        ActorSelection selection => ProviderOf(selection.Anchor),
        _ => ActorCell.Current?.SystemImpl.Provider,
    };
}

/// <summary>Ends actors and waits for it.</summary>
public static class GracefulStopSupport
{
    /// <summary>Sends PoisonPill; true when the actor has ended. The task is cancelled if it has not in time.</summary>
    public static Task<bool> GracefulStop(this IActorRef target, TimeSpan timeout) => GracefulStop(target, timeout, PoisonPill.Instance);

    /// <summary>Sends <paramref name="stopMessage"/>; true when the actor has ended. The task is cancelled if it has not in time.</summary>
    public static async Task<bool> GracefulStop(this IActorRef target, TimeSpan timeout, object stopMessage)
    {
        var ended = EndOf(target, out var watcher);
        target.Tell(stopMessage, ActorRefs.NoSender);
        try
        {
            return await ended.WaitAsync(timeout, TimeProvider.System).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            watcher.Stop();
            throw new TaskCanceledException($"{target} did not end within {timeout}.", e);
        }
    }

    internal static Task<bool> EndOf(IActorRef target, out WatchPromise watcher)
    {
        var actor = (IInternalActorRef)target;
        watcher = new WatchPromise(actor);
        actor.SendSystemMessage(new Dispatch.SysMsg.Watch(actor, watcher));
        return watcher.Ended;
    }
}

/// <summary>Waits for the end of actors.</summary>
public static class WatchAsyncSupport
{
    /// <summary>True when the actor has ended; false if <paramref name="token"/> was cancelled before.</summary>
    public static async Task<bool> WatchAsync(this IActorRef target, CancellationToken token = default)
    {
        var ended = GracefulStopSupport.EndOf(target, out var watcher);
        try
        {
            return await ended.WaitAsync(token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            watcher.Stop();
            return false;
        }
    }
}

/// <summary>Watches one actor from outside of actors.</summary>
internal sealed class WatchPromise : MinimalActorRef
{
    private readonly TaskCompletionSource<bool> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IInternalActorRef _target;

    internal WatchPromise(IInternalActorRef target)
    {
        _target = target;
        Path = target.Provider.TempPath();
        Provider.RegisterTempActor(this, Path);
    }

    public override ActorPath Path { get; }

    public override IActorRefProvider Provider => _target.Provider;

    public override IInternalActorRef Parent => Provider.TempContainer;

    internal Task<bool> Ended => _ended.Task;

    public override void Stop()
    {
        _target.SendSystemMessage(new Dispatch.SysMsg.Unwatch(_target, this));
        Provider.UnregisterTempActor(Path);
    }

    public override void SendSystemMessage(Dispatch.SysMsg.ISystemMessage message)
    {
        if (message is not Dispatch.SysMsg.DeathWatchNotification notification || !notification.Actor.Equals(_target))
            return;
        Provider.UnregisterTempActor(Path);
        _ended.TrySetResult(true);
    }
}
