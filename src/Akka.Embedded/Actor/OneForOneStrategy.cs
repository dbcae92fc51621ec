using Akka.Actor.Internal;
using Akka.Util;

namespace Akka.Actor;

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
        return new OneForOneStrategySurrogate
        {
            Decider = _decider,
            LoggingEnabled = LoggingEnabled,
            MaxNumberOfRetries = MaxNumberOfRetries,
            WithinTimeRangeMilliseconds = WithinTimeRangeMilliseconds,
        };
    }

    /// <summary>What travels instead of the strategy.</summary>
    public class OneForOneStrategySurrogate : ISurrogate
    {
        /// <summary>See <see cref="SupervisorStrategy.Decider"/>.</summary>
        public IDecider Decider { get; set; } = DefaultDecider;

        /// <summary>See <see cref="SupervisorStrategy.LoggingEnabled"/>.</summary>
        public bool LoggingEnabled { get; set; }

        /// <summary>See <see cref="OneForOneStrategy.MaxNumberOfRetries"/>.</summary>
        public int MaxNumberOfRetries { get; set; }

        /// <summary>See <see cref="OneForOneStrategy.WithinTimeRangeMilliseconds"/>.</summary>
        public int WithinTimeRangeMilliseconds { get; set; }

        /// <inheritdoc/>
        public ISurrogated FromSurrogate(ActorSystem system) => new OneForOneStrategy(MaxNumberOfRetries, WithinTimeRangeMilliseconds, Decider, LoggingEnabled);
    }

    internal static int Milliseconds(TimeSpan? time) => time is null ? -1 : (int)Math.Min(int.MaxValue, time.Value.TotalMilliseconds);
}
