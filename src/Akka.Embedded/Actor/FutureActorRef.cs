// The reference that an Ask gives as sender. It is no actor: the first message to it completes the task. It gets a name below
// /temp only when somebody looks at its path (to compare, print or serialize it), which a reply from this process never does.
using System.Diagnostics.CodeAnalysis;
using Akka.Dispatch.SysMsg;

namespace Akka.Actor;

[SuppressMessage("Design", "CA1001", Justification = "The timer is disposed of when the ask is over, which is always.")]
internal sealed class FutureActorRef<T> : MinimalActorRef
{
    private readonly TaskCompletionSource<T> _result;
    private readonly IActorRefProvider _provider;
    private ActorPath? _path;
    private Timer? _timer;
    private TimeSpan _limit;
    private CancellationTokenRegistration _cancellation;
    private bool _done;

    internal FutureActorRef(TaskCompletionSource<T> result, IActorRefProvider provider)
    {
        _result = result;
        _provider = provider;
    }

    public override ActorPath Path => Volatile.Read(ref _path) ?? Register();

    public override IActorRefProvider Provider => _provider;

    public override IInternalActorRef Parent => _provider.TempContainer;

    /// <summary>
    /// Ends the ask after <paramref name="limit"/>, or when it is cancelled. The limit is on the real clock, whatever the system's
    /// scheduler: with virtual time in tests nobody would advance it for an awaiting caller.
    /// </summary>
    internal void EndAfter(TimeSpan limit, CancellationToken cancellationToken)
    {
        if (limit >= TimeSpan.Zero)
        {
            _limit = limit;
            _timer = new Timer(static state => ((FutureActorRef<T>)state!).OnTimeout(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timer.Change(limit, Timeout.InfiniteTimeSpan);
        }

        if (cancellationToken.CanBeCanceled)
            _cancellation = cancellationToken.UnsafeRegister(static (state, token) => ((FutureActorRef<T>)state!).OnCanceled(token), this);
    }

    /// <summary>The ask is over: takes the name away again.</summary>
    private void Unregister()
    {
        lock (_result)
        {
            _done = true;
            if (_path is not null)
                _provider.UnregisterTempActor(_path);
        }

        _timer?.Dispose();
        _cancellation.Unregister();
    }

    private void OnTimeout()
    {
        if (_result.TrySetException(new AskTimeoutException($"Timeout after {_limit.TotalSeconds} seconds")))
            Unregister();
    }

    private void OnCanceled(CancellationToken token)
    {
        if (_result.TrySetCanceled(token))
            Unregister();
    }

    public override void SendSystemMessage(ISystemMessage message)
    {
        // Nobody but a death watch addresses an ask by system message; that it has ended is all there is to say.
        if (message is Watch watch)
            watch.Watcher.SendSystemMessage(new DeathWatchNotification(this, existenceConfirmed: true, addressTerminated: false));
    }

    protected override void TellInternal(object message, IActorRef? sender)
    {
        var taken = message switch
        {
            T reply => _result.TrySetResult(reply),
            Status.Failure failure => _result.TrySetException(
                failure.Cause ?? new TaskCanceledException("Task cancelled by actor via Failure message.")),
            _ => _result.TrySetException(
                new ArgumentException($"Received message of type [{message.GetType()}] - Ask expected message of type [{typeof(T)}]")),
        };
        if (taken)
            Unregister();
        else
            _provider.DeadLetters.Tell(new Event.DeadLetter(message, sender ?? _provider.DeadLetters, this), sender);
    }

    private ActorPath Register()
    {
        lock (_result)
        {
            if (_path is null)
            {
                var path = _provider.TempPath();
                if (!_done)
                    _provider.RegisterTempActor(this, path);
                Volatile.Write(ref _path, path);
            }

            return _path;
        }
    }
}
