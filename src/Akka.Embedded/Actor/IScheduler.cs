using Akka.Dispatch;

namespace Akka.Actor;

/// <summary>Tells the time.</summary>
public interface ITimeProvider
{
    /// <summary>The time of day.</summary>
    DateTimeOffset Now { get; }

    /// <summary>Time since some point in the past; never goes back.</summary>
    TimeSpan MonotonicClock { get; }

    /// <summary>As <see cref="MonotonicClock"/>, as finely as the machine can.</summary>
    TimeSpan HighResMonotonicClock { get; }
}

/// <summary>Tells the time of day.</summary>
public interface IDateTimeOffsetNowTimeProvider : ITimeProvider
{
}

/// <summary>Sends messages later.</summary>
public interface ITellScheduler
{
    /// <summary>Sends <paramref name="message"/> once, after <paramref name="delay"/>.</summary>
    void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef? sender);

    /// <summary>Sends <paramref name="message"/> once, after <paramref name="delay"/>, unless cancelled.</summary>
    void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef? sender, ICancelable? cancelable);

    /// <summary>Sends <paramref name="message"/> after <paramref name="initialDelay"/> and then again and again.</summary>
    void ScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef? sender);

    /// <summary>Sends <paramref name="message"/> after <paramref name="initialDelay"/> and then again and again, until cancelled.</summary>
    void ScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef? sender, ICancelable? cancelable);
}

/// <summary>Runs <see cref="IRunnable"/>s later.</summary>
public interface IRunnableScheduler
{
    /// <summary>Runs <paramref name="action"/> once, after <paramref name="delay"/>.</summary>
    void ScheduleOnce(TimeSpan delay, IRunnable action);

    /// <summary>Runs <paramref name="action"/> once, after <paramref name="delay"/>, unless cancelled.</summary>
    void ScheduleOnce(TimeSpan delay, IRunnable action, ICancelable? cancelable);

    /// <summary>Runs <paramref name="action"/> after <paramref name="initialDelay"/> and then again and again.</summary>
    void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, IRunnable action);

    /// <summary>Runs <paramref name="action"/> after <paramref name="initialDelay"/> and then again and again, until cancelled.</summary>
    void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, IRunnable action, ICancelable? cancelable);
}

/// <summary>Runs actions later. Inside an actor send a message instead: an action runs beside the actor.</summary>
public interface IActionScheduler : IRunnableScheduler
{
    /// <summary>Runs <paramref name="action"/> once, after <paramref name="delay"/>.</summary>
    void ScheduleOnce(TimeSpan delay, Action action);

    /// <summary>Runs <paramref name="action"/> once, after <paramref name="delay"/>, unless cancelled.</summary>
    void ScheduleOnce(TimeSpan delay, Action action, ICancelable? cancelable);

    /// <summary>Runs <paramref name="action"/> after <paramref name="initialDelay"/> and then again and again.</summary>
    void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action);

    /// <summary>Runs <paramref name="action"/> after <paramref name="initialDelay"/> and then again and again, until cancelled.</summary>
    void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable? cancelable);
}

/// <summary>The part of the scheduler that is easy to misuse inside actors.</summary>
public interface IAdvancedScheduler : IActionScheduler
{
}

/// <summary>Does things later; tells the time.</summary>
public interface IScheduler : ITellScheduler, ITimeProvider
{
    /// <summary>Actions instead of messages.</summary>
    IAdvancedScheduler Advanced { get; }
}

/// <summary>Can be cancelled.</summary>
public interface ICancelable
{
    /// <summary>Whether it has been cancelled.</summary>
    bool IsCancellationRequested { get; }

    /// <summary>The same as a token.</summary>
    CancellationToken Token { get; }

    /// <summary>Cancels it.</summary>
    void Cancel();

    /// <summary>Cancels it.</summary>
    void Cancel(bool throwOnFirstException);

    /// <summary>Cancels it after <paramref name="delay"/>.</summary>
    void CancelAfter(TimeSpan delay);

    /// <summary>Cancels it after so many milliseconds.</summary>
    void CancelAfter(int millisecondsDelay);
}
