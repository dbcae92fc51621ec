using Akka.Actor.Internal;
using Akka.Event;

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
public abstract class SupervisorStrategy
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
    private protected SupervisorStrategy()
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
    public virtual void HandleChildTerminated(IActorContext actorContext, IActorRef child, IEnumerable<IInternalActorRef> children)
    {
    }

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

/// <summary>Answers the failure of a child at that child alone.</summary>
public class OneForOneStrategy : SupervisorStrategy, IEquatable<OneForOneStrategy>
{
    private readonly IDecider _decider;

    /// <summary>As the default decider decides, without limit.</summary>
    protected OneForOneStrategy()
        : this(DefaultDecider)
    {
    }

    /// <summary>As <paramref name="decider"/> decides, without limit.</summary>
    public OneForOneStrategy(IDecider decider)
        : this(-1, -1, decider)
    {
    }

    /// <summary>As <paramref name="localOnlyDecider"/> decides, without limit.</summary>
    public OneForOneStrategy(Func<Exception, Directive> localOnlyDecider)
        : this(-1, -1, localOnlyDecider)
    {
    }

    /// <summary>As <paramref name="localOnlyDecider"/> decides, without limit.</summary>
    public OneForOneStrategy(Func<Exception, Directive> localOnlyDecider, bool loggingEnabled = true)
        : this(-1, -1, localOnlyDecider, loggingEnabled)
    {
    }

    /// <summary>At most so many restarts within so long; null or -1 means no limit. Beyond that the child is stopped.</summary>
    public OneForOneStrategy(int? maxNrOfRetries, TimeSpan? withinTimeRange, Func<Exception, Directive> localOnlyDecider)
        : this(maxNrOfRetries ?? -1, Milliseconds(withinTimeRange), localOnlyDecider)
    {
    }

    /// <summary>At most so many restarts within so long; null or -1 means no limit. Beyond that the child is stopped.</summary>
    public OneForOneStrategy(int? maxNrOfRetries, TimeSpan? withinTimeRange, IDecider decider)
        : this(maxNrOfRetries ?? -1, Milliseconds(withinTimeRange), decider)
    {
    }

    /// <summary>At most so many restarts within so long; -1 means no limit. Beyond that the child is stopped.</summary>
    public OneForOneStrategy(int maxNrOfRetries, int withinTimeMilliseconds, Func<Exception, Directive> localOnlyDecider, bool loggingEnabled = true)
        : this(maxNrOfRetries, withinTimeMilliseconds, new LocalOnlyDecider(localOnlyDecider), loggingEnabled)
    {
    }

    /// <summary>At most so many restarts within so long; -1 means no limit. Beyond that the child is stopped.</summary>
    public OneForOneStrategy(int maxNrOfRetries, int withinTimeMilliseconds, IDecider decider, bool loggingEnabled = true)
    {
        MaxNumberOfRetries = maxNrOfRetries;
        WithinTimeRangeMilliseconds = withinTimeMilliseconds;
        _decider = decider;
        LoggingEnabled = loggingEnabled;
    }

    /// <summary>How many restarts; -1 means no limit.</summary>
    public int MaxNumberOfRetries { get; }

    /// <summary>Within which time; -1 means ever.</summary>
    public int WithinTimeRangeMilliseconds { get; }

    /// <inheritdoc/>
    public override IDecider Decider => _decider;

    /// <summary>The same with another limit.</summary>
    public OneForOneStrategy WithMaxNrOfRetries(int maxNrOfRetries) =>
        new(maxNrOfRetries, WithinTimeRangeMilliseconds, _decider, LoggingEnabled);

    /// <inheritdoc/>
    protected override Directive Handle(IActorRef child, Exception exception) => _decider.Decide(exception);

    internal override void ProcessFailure(
        ActorCell cell, bool restart, IActorRef child, Exception cause, ChildRestartStats stats)
    {
        if (restart && stats.RequestRestartPermission(MaxNumberOfRetries, TimeSpan.FromMilliseconds(WithinTimeRangeMilliseconds)))
            RestartChild(child, cause, suspendFirst: false);
        else
            cell.Stop(child);
    }

    /// <inheritdoc/>
    public bool Equals(OneForOneStrategy? other) =>
        other is not null && MaxNumberOfRetries == other.MaxNumberOfRetries &&
        WithinTimeRangeMilliseconds == other.WithinTimeRangeMilliseconds && _decider.Equals(other._decider);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as OneForOneStrategy);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(MaxNumberOfRetries, WithinTimeRangeMilliseconds, _decider);

    internal static int Milliseconds(TimeSpan? time) => time is null ? -1 : (int)Math.Min(int.MaxValue, time.Value.TotalMilliseconds);
}

/// <summary>Answers the failure of a child at all children.</summary>
public class AllForOneStrategy : SupervisorStrategy, IEquatable<AllForOneStrategy>
{
    private readonly IDecider _decider;

    /// <summary>As the default decider decides, without limit.</summary>
    protected AllForOneStrategy()
        : this(DefaultDecider)
    {
    }

    /// <summary>As <paramref name="decider"/> decides, without limit.</summary>
    public AllForOneStrategy(IDecider decider)
        : this(-1, -1, decider)
    {
    }

    /// <summary>As <paramref name="localOnlyDecider"/> decides, without limit.</summary>
    public AllForOneStrategy(Func<Exception, Directive> localOnlyDecider)
        : this(-1, -1, localOnlyDecider)
    {
    }

    /// <summary>At most so many restarts within so long; null or -1 means no limit. Beyond that the children are stopped.</summary>
    public AllForOneStrategy(int? maxNrOfRetries, TimeSpan? withinTimeRange, Func<Exception, Directive> localOnlyDecider)
        : this(maxNrOfRetries ?? -1, OneForOneStrategy.Milliseconds(withinTimeRange), localOnlyDecider)
    {
    }

    /// <summary>At most so many restarts within so long; null or -1 means no limit. Beyond that the children are stopped.</summary>
    public AllForOneStrategy(int? maxNrOfRetries, TimeSpan? withinTimeRange, IDecider decider)
        : this(maxNrOfRetries ?? -1, OneForOneStrategy.Milliseconds(withinTimeRange), decider)
    {
    }

    /// <summary>At most so many restarts within so long; -1 means no limit. Beyond that the children are stopped.</summary>
    public AllForOneStrategy(int maxNrOfRetries, int withinTimeMilliseconds, Func<Exception, Directive> localOnlyDecider, bool loggingEnabled = true)
        : this(maxNrOfRetries, withinTimeMilliseconds, new LocalOnlyDecider(localOnlyDecider), loggingEnabled)
    {
    }

    /// <summary>At most so many restarts within so long; -1 means no limit. Beyond that the children are stopped.</summary>
    public AllForOneStrategy(int maxNrOfRetries, int withinTimeMilliseconds, IDecider decider, bool loggingEnabled = true)
    {
        MaxNumberOfRetries = maxNrOfRetries;
        WithinTimeRangeMilliseconds = withinTimeMilliseconds;
        _decider = decider;
        LoggingEnabled = loggingEnabled;
    }

    /// <summary>How many restarts; -1 means no limit.</summary>
    public int MaxNumberOfRetries { get; }

    /// <summary>Within which time; -1 means ever.</summary>
    public int WithinTimeRangeMilliseconds { get; }

    /// <inheritdoc/>
    public override IDecider Decider => _decider;

    /// <inheritdoc/>
    protected override Directive Handle(IActorRef child, Exception exception) => _decider.Decide(exception);

    internal override void ProcessFailure(
        ActorCell cell, bool restart, IActorRef child, Exception cause, ChildRestartStats stats)
    {
        var children = cell.Children.Stats;
        var window = TimeSpan.FromMilliseconds(WithinTimeRangeMilliseconds);
        if (restart && children.All(c => c.RequestRestartPermission(MaxNumberOfRetries, window)))
        {
            foreach (var each in children)
                RestartChild(each.Child, cause, suspendFirst: !child.Equals(each.Child));
            return;
        }

        foreach (var each in children)
            cell.Stop(each.Child);
    }

    /// <inheritdoc/>
    public bool Equals(AllForOneStrategy? other) =>
        other is not null && MaxNumberOfRetries == other.MaxNumberOfRetries &&
        WithinTimeRangeMilliseconds == other.WithinTimeRangeMilliseconds && _decider.Equals(other._decider);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as AllForOneStrategy);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(MaxNumberOfRetries, WithinTimeRangeMilliseconds, _decider);
}
