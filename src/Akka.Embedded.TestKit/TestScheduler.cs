// Virtual time: nothing happens until the test advances it, and then everything that is due happens on the test's thread, in
// order of time, and in order of scheduling within one time. What is scheduled by what happens is seen in the same advance.
using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;

namespace Akka.TestKit;

/// <summary>A scheduler whose time only a test moves: <c>akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit"</c>.</summary>
public class TestScheduler : IScheduler, IAdvancedScheduler
{
    private readonly Lock _lock = new();
    private readonly PriorityQueue<Item, (DateTimeOffset Due, long Number)> _items = new();
    private readonly DateTimeOffset _start;
    private DateTimeOffset _now;
    private long _number;

    /// <summary>Begins at the present time.</summary>
    public TestScheduler(Config schedulerConfig, ILoggingAdapter log) => _start = _now = TimeProvider.System.GetUtcNow();

    /// <inheritdoc/>
    public DateTimeOffset Now => TimeNow;

    /// <inheritdoc/>
    public TimeSpan MonotonicClock => TimeNow - _start;

    /// <inheritdoc/>
    public TimeSpan HighResMonotonicClock => MonotonicClock;

    /// <inheritdoc/>
    public IAdvancedScheduler Advanced => this;

    /// <summary>The virtual time.</summary>
    protected DateTimeOffset TimeNow
    {
        get
        {
            lock (_lock)
                return _now;
        }
    }

    /// <summary>Moves time on by <paramref name="offset"/>.</summary>
    public void Advance(TimeSpan offset) => AdvanceTo(TimeNow + offset);

    /// <summary>Moves time on to <paramref name="when"/>.</summary>
    public void AdvanceTo(DateTimeOffset when)
    {
        if (when < TimeNow)
            throw new InvalidOperationException("You can't reverse time");
        while (true)
        {
            Item? item;
            lock (_lock)
            {
                if (!_items.TryPeek(out item, out var key) || key.Due > when)
                {
                    _now = when;
                    return;
                }

                _items.Dequeue();
                _now = key.Due > _now ? key.Due : _now;
            }

            if (item.Cancelable is { IsCancellationRequested: true })
                continue;
            item.Run();
            if (item.Interval is { } interval && item.Cancelable is not { IsCancellationRequested: true })
                Add(interval, interval, item.Run, item.Cancelable);
        }
    }

    /// <inheritdoc/>
    public void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef? sender) =>
        Add(delay, null, () => receiver.Tell(message, sender), null);

    /// <inheritdoc/>
    public void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef? sender, ICancelable? cancelable) =>
        Add(delay, null, () => receiver.Tell(message, sender), cancelable);

    /// <inheritdoc/>
    public void ScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef? sender) =>
        Add(initialDelay, interval, () => receiver.Tell(message, sender), null);

    /// <inheritdoc/>
    public void ScheduleTellRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef? sender, ICancelable? cancelable) =>
        Add(initialDelay, interval, () => receiver.Tell(message, sender), cancelable);

    /// <inheritdoc/>
    public void ScheduleOnce(TimeSpan delay, Action action) => Add(delay, null, action, null);

    /// <inheritdoc/>
    public void ScheduleOnce(TimeSpan delay, Action action, ICancelable? cancelable) => Add(delay, null, action, cancelable);

    /// <inheritdoc/>
    public void ScheduleOnce(TimeSpan delay, IRunnable action) => Add(delay, null, action.Run, null);

    /// <inheritdoc/>
    public void ScheduleOnce(TimeSpan delay, IRunnable action, ICancelable? cancelable) => Add(delay, null, action.Run, cancelable);

    /// <inheritdoc/>
    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action) => Add(initialDelay, interval, action, null);

    /// <inheritdoc/>
    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable? cancelable) =>
        Add(initialDelay, interval, action, cancelable);

    /// <inheritdoc/>
    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, IRunnable action) => Add(initialDelay, interval, action.Run, null);

    /// <inheritdoc/>
    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, IRunnable action, ICancelable? cancelable) =>
        Add(initialDelay, interval, action.Run, cancelable);

    private void Add(TimeSpan delay, TimeSpan? interval, Action run, ICancelable? cancelable)
    {
        if (cancelable is { IsCancellationRequested: true })
            return;
        if (interval is { } period && period <= TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(interval), $"Interval must be >0. It was {interval}");
        lock (_lock)
            _items.Enqueue(new Item(run, interval, cancelable), (_now + delay, _number++));
    }

    private sealed record Item(Action Run, TimeSpan? Interval, ICancelable? Cancelable);
}
