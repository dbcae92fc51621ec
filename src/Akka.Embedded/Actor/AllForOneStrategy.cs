using Akka.Actor.Internal;
using Akka.Util;

namespace Akka.Actor;

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

    /// <inheritdoc/>
    public override void HandleChildTerminated(IActorContext actorContext, IActorRef child, IEnumerable<IInternalActorRef> children)
    {
        // Nothing to undo: a child's end changes nothing for its siblings.
    }

    /// <inheritdoc/>
    public override ISurrogate ToSurrogate(ActorSystem system)
    {
        if (_decider is LocalOnlyDecider)
            throw new NotSupportedException("Can not serialize LocalOnlyDecider");
        return new AllForOneStrategySurrogate
        {
            Decider = _decider,
            LoggingEnabled = LoggingEnabled,
            MaxNumberOfRetries = MaxNumberOfRetries,
            WithinTimeRangeMilliseconds = WithinTimeRangeMilliseconds,
        };
    }

    /// <summary>What travels instead of the strategy.</summary>
    public class AllForOneStrategySurrogate : ISurrogate
    {
        /// <summary>See <see cref="SupervisorStrategy.Decider"/>.</summary>
        public IDecider Decider { get; set; } = DefaultDecider;

        /// <summary>See <see cref="SupervisorStrategy.LoggingEnabled"/>.</summary>
        public bool LoggingEnabled { get; set; }

        /// <summary>See <see cref="AllForOneStrategy.MaxNumberOfRetries"/>.</summary>
        public int MaxNumberOfRetries { get; set; }

        /// <summary>See <see cref="AllForOneStrategy.WithinTimeRangeMilliseconds"/>.</summary>
        public int WithinTimeRangeMilliseconds { get; set; }

        /// <inheritdoc/>
        public ISurrogated FromSurrogate(ActorSystem system) => new AllForOneStrategy(MaxNumberOfRetries, WithinTimeRangeMilliseconds, Decider, LoggingEnabled);
    }
}
