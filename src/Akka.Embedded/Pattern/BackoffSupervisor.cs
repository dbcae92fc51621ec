// A supervisor of one child that starts it again after a growing delay. OnStop: the child's end is what is answered (a child
// that persists stops when its journal fails). OnFailure: the child's failure is answered, by stopping it and starting it again.
using Akka.Actor;
using Akka.Event;

namespace Akka.Pattern;

/// <summary>Supervises one child and starts it again after a delay that grows with each restart.</summary>
public sealed class BackoffSupervisor : BackoffSupervisorBase
{
    private readonly TimeSpan _minBackoff;
    private readonly TimeSpan _maxBackoff;
    private readonly double _randomFactor;
    private readonly SupervisorStrategy _strategy;
    private readonly BackoffOptionsImpl? _onFailure;

    /// <summary>Starts the child again when it has ended.</summary>
    public BackoffSupervisor(Props childProps, string childName, TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor)
        : this(childProps, childName, minBackoff, maxBackoff, new AutoReset(minBackoff), randomFactor, Actor.SupervisorStrategy.DefaultStrategy)
    {
    }

    /// <summary>Starts the child again when it has ended.</summary>
    public BackoffSupervisor(
        Props childProps,
        string childName,
        TimeSpan minBackoff,
        TimeSpan maxBackoff,
        IBackoffReset reset,
        double randomFactor,
        SupervisorStrategy strategy,
        object? replyWhileStopped = null,
        Func<object, bool>? finalStopMessage = null)
        : base(childProps, childName, reset, replyWhileStopped, finalStopMessage)
    {
        _minBackoff = minBackoff;
        _maxBackoff = maxBackoff;
        _randomFactor = randomFactor;
        _strategy = strategy;
    }

    internal BackoffSupervisor(BackoffOptionsImpl options)
        : this(options.ChildProps, options.ChildName, options.MinBackoff, options.MaxBackoff, options.Reset, options.RandomFactor, options.Strategy, options.ReplyWhileStopped, options.FinalStopMessage) =>
        _onFailure = options.OnFailure ? options : null;

    /// <summary>Starts the child again when it has ended.</summary>
    public static Props Props(Props childProps, string childName, TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor) =>
        Actor.Props.Create(() => new BackoffSupervisor(childProps, childName, minBackoff, maxBackoff, randomFactor));

    /// <summary>Starts the child again when it has ended, at most so many times.</summary>
    public static Props Props(Props childProps, string childName, TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor, int maxNrOfRetries) =>
        PropsWithSupervisorStrategy(childProps, childName, minBackoff, maxBackoff, randomFactor, new OneForOneStrategy(Actor.SupervisorStrategy.DefaultDecider).WithMaxNrOfRetries(maxNrOfRetries));

    /// <summary>As the options say.</summary>
    public static Props Props(BackoffOptions options)
    {
        var all = (BackoffOptionsImpl)options;
        return Actor.Props.Create(() => new BackoffSupervisor(all));
    }

    /// <summary>Starts the child again when it has ended; its failures are answered by <paramref name="strategy"/>.</summary>
    public static Props PropsWithSupervisorStrategy(
        Props childProps, string childName, TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor, SupervisorStrategy strategy) =>
        Actor.Props.Create(() => new BackoffSupervisor(childProps, childName, minBackoff, maxBackoff, new AutoReset(minBackoff), randomFactor, strategy, null, null));

    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy()
    {
        if (_onFailure is null)
            return _strategy;

        // A failure that would be answered by a restart ends the child instead, and it is started again after the delay.
        return new OneForOneStrategy(
            -1,
            -1,
            cause => _strategy.Decider.Decide(cause) is var directive && directive == Directive.Restart ? Directive.Stop : directive,
            loggingEnabled: true);
    }

    /// <inheritdoc/>
    protected override bool Receive(object message)
    {
        if (message is Terminated terminated && terminated.ActorRef.Equals(Child))
        {
            OnChildEnded();
            return true;
        }

        return HandleBackoff(message);
    }

    private void OnChildEnded()
    {
        Child = null;
        var limit = (_strategy as OneForOneStrategy)?.MaxNumberOfRetries ?? -1;
        if (FinalStopMessageReceived || (limit >= 0 && RestartCountN >= limit))
        {
            Context.Stop(Self);
            return;
        }

        var delay = BackoffDelay.Of(RestartCountN, _minBackoff, _maxBackoff, _randomFactor);
        Context.System.Scheduler.ScheduleTellOnce(delay, Self, StartChild.Instance, Self);
        RestartCountN++;
    }

    /// <summary>Asks for the child; answered with <see cref="CurrentChild"/>.</summary>
    public sealed class GetCurrentChild
    {
        /// <summary>The only one.</summary>
        public static readonly GetCurrentChild Instance = new();

        private GetCurrentChild()
        {
        }
    }

    /// <summary>The answer to <see cref="GetCurrentChild"/>.</summary>
    public sealed class CurrentChild
    {
        /// <summary>Names the child.</summary>
        public CurrentChild(IActorRef @ref) => Ref = @ref;

        /// <summary>The child; <see cref="Nobody"/> or null while it does not run.</summary>
        public IActorRef Ref { get; }
    }

    /// <summary>Says that the child works again: the next delay is the least one.</summary>
    public new sealed class Reset
    {
        /// <summary>The only one.</summary>
        public static readonly Reset Instance = new();

        private Reset()
        {
        }
    }

    /// <summary>Asks how often the child was started again; answered with <see cref="RestartCount"/>.</summary>
    public sealed class GetRestartCount
    {
        /// <summary>The only one.</summary>
        public static readonly GetRestartCount Instance = new();

        private GetRestartCount()
        {
        }
    }

    /// <summary>The answer to <see cref="GetRestartCount"/>.</summary>
    public sealed class RestartCount
    {
        /// <summary>Names the count.</summary>
        public RestartCount(int count) => Count = count;

        /// <summary>How often the child was started again.</summary>
        public int Count { get; }
    }

    /// <summary>Starts the child.</summary>
    public sealed class StartChild : IDeadLetterSuppression
    {
        /// <summary>The only one.</summary>
        public static readonly StartChild Instance = new();

        private StartChild()
        {
        }
    }

    /// <summary>Sets the count back if it has not changed meanwhile.</summary>
    public sealed class ResetRestartCount : IDeadLetterSuppression
    {
        /// <summary>For the count as it was.</summary>
        public ResetRestartCount(int current) => Current = current;

        /// <summary>The count as it was.</summary>
        public int Current { get; }
    }
}
