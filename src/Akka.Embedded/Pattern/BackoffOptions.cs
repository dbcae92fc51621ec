using Akka.Actor;

namespace Akka.Pattern;

/// <summary>When the delay of a backoff supervisor is set back.</summary>
public interface IBackoffReset
{
}

internal sealed record ManualReset : IBackoffReset;

internal sealed record AutoReset(TimeSpan ResetBackoff) : IBackoffReset;

/// <summary>Describes backoff supervisors.</summary>
public static class Backoff
{
    /// <summary>Starts the child again when it has failed, at most so many times; -1 means no limit.</summary>
    public static BackoffOptions OnFailure(Props childProps, string childName, TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor, int maxNrOfRetries) =>
        BackoffOptionsImpl.Create(true, childProps, childName, minBackoff, maxBackoff, randomFactor).WithMaxNrOfRetries(maxNrOfRetries);

    /// <summary>Starts the child again when it has ended, at most so many times; -1 means no limit.</summary>
    public static BackoffOptions OnStop(Props childProps, string childName, TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor, int maxNrOfRetries) =>
        BackoffOptionsImpl.Create(false, childProps, childName, minBackoff, maxBackoff, randomFactor).WithMaxNrOfRetries(maxNrOfRetries);
}

/// <summary>Describes a backoff supervisor; each method gives a new description.</summary>
public abstract class BackoffOptions
{
    /// <summary>For derived descriptions.</summary>
    protected BackoffOptions()
    {
    }

    /// <summary>The delay is set back when the child has run that long.</summary>
    public abstract BackoffOptions WithAutoReset(TimeSpan resetBackoff);

    /// <summary>The delay is set back by the message <see cref="BackoffSupervisor.Reset"/>.</summary>
    public abstract BackoffOptions WithManualReset();

    /// <summary>The child's failures are answered by <paramref name="supervisorStrategy"/>.</summary>
    public abstract BackoffOptions WithSupervisorStrategy(OneForOneStrategy supervisorStrategy);

    /// <summary>The child is stopped when it fails.</summary>
    public abstract BackoffOptions WithDefaultStoppingStrategy();

    /// <summary>The child is started again at most so many times.</summary>
    public abstract BackoffOptions WithMaxNrOfRetries(int maxNrOfRetries);

    /// <summary>While the child does not run, messages to it are answered with <paramref name="replyWhileStopped"/>.</summary>
    public abstract BackoffOptions WithReplyWhileStopped(object replyWhileStopped);

    /// <summary>After such a message to the child its end is final.</summary>
    public abstract BackoffOptions WithFinalStopMessage(Func<object, bool> isFinalStopMessage);
}

internal sealed class BackoffOptionsImpl : BackoffOptions
{
    internal required bool OnFailure { get; init; }

    internal required Props ChildProps { get; init; }

    internal required string ChildName { get; init; }

    internal required TimeSpan MinBackoff { get; init; }

    internal required TimeSpan MaxBackoff { get; init; }

    internal required double RandomFactor { get; init; }

    internal required IBackoffReset Reset { get; init; }

    internal OneForOneStrategy Strategy { get; init; } = new(SupervisorStrategy.DefaultDecider);

    internal object? ReplyWhileStopped { get; init; }

    internal Func<object, bool>? FinalStopMessage { get; init; }

    public override BackoffOptions WithAutoReset(TimeSpan resetBackoff) => With(reset: new AutoReset(resetBackoff));

    public override BackoffOptions WithManualReset() => With(reset: new ManualReset());

    public override BackoffOptions WithSupervisorStrategy(OneForOneStrategy supervisorStrategy) => With(strategy: supervisorStrategy);

    public override BackoffOptions WithDefaultStoppingStrategy() => With(strategy: SupervisorStrategy.StoppingStrategy);

    public override BackoffOptions WithMaxNrOfRetries(int maxNrOfRetries) => With(strategy: Strategy.WithMaxNrOfRetries(maxNrOfRetries));

    public override BackoffOptions WithReplyWhileStopped(object replyWhileStopped) => With(reply: replyWhileStopped);

    public override BackoffOptions WithFinalStopMessage(Func<object, bool> isFinalStopMessage) => With(final: isFinalStopMessage);

    internal static BackoffOptionsImpl Create(bool onFailure, Props childProps, string childName, TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(minBackoff, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBackoff, minBackoff);
        if (randomFactor is < 0 or > 1)
            throw new ArgumentException("randomFactor must be between 0.0 and 1.0", nameof(randomFactor));
        return new BackoffOptionsImpl
        {
            OnFailure = onFailure,
            ChildProps = childProps,
            ChildName = childName,
            MinBackoff = minBackoff,
            MaxBackoff = maxBackoff,
            RandomFactor = randomFactor,
            Reset = new AutoReset(minBackoff),
        };
    }

    private BackoffOptionsImpl With(IBackoffReset? reset = null, OneForOneStrategy? strategy = null, object? reply = null, Func<object, bool>? final = null) => new()
    {
        OnFailure = OnFailure,
        ChildProps = ChildProps,
        ChildName = ChildName,
        MinBackoff = MinBackoff,
        MaxBackoff = MaxBackoff,
        RandomFactor = RandomFactor,
        Reset = reset ?? Reset,
        Strategy = strategy ?? Strategy,
        ReplyWhileStopped = reply ?? ReplyWhileStopped,
        FinalStopMessage = final ?? FinalStopMessage,
    };
}
