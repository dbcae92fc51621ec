// The scheduler: one thread turns a wheel of buckets, one bucket per tick. To schedule is to add to a queue that the thread empties when it
// wakes: it sleeps until the next tick for which there is anything, and is woken only for what is due before that. So scheduling costs its
// caller no lock, and seldom a wake-up; a process that waits for one thing wakes once. What is due runs on the wheel's thread: a tell only
// enqueues; actions must be short.
using System.Collections.Concurrent;
using System.Diagnostics;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;

namespace Akka.Actor;

/// <summary>The default scheduler, with the resolution <c>akka.scheduler.tick-duration</c>.</summary>
public sealed class HashedWheelTimerScheduler : SchedulerBase, IDateTimeOffsetNowTimeProvider, IDisposable
{
    private readonly ConcurrentQueue<Entry> _arrived = new();
    private readonly List<Entry>[] _wheel;
    private readonly TimeSpan _tick;
    private readonly TimeSpan _shutdownTimeout;
    private readonly long _started = Stopwatch.GetTimestamp();

    /// <summary>Something is due before the thread would wake, or it shall stop. Waited for by every process that does nothing else: so without spinning first.</summary>
    private readonly ManualResetEventSlim _wake = new(initialState: false, spinCount: 0);
    private readonly Thread _thread;
    private volatile bool _stopped;

    /// <summary>When the thread wakes by itself, in <see cref="TimeSpan.Ticks"/> since the start; 0 while it is awake and will look at what arrives.</summary>
    private long _sleepsUntil;

    /// <summary>Starts the wheel as configured.</summary>
    public HashedWheelTimerScheduler(Config scheduler, ILoggingAdapter log)
        : base(scheduler, log)
    {
        _tick = scheduler.GetTimeSpan("akka.scheduler.tick-duration", TimeSpan.FromMilliseconds(10));
        _shutdownTimeout = scheduler.GetTimeSpan("akka.scheduler.shutdown-timeout", TimeSpan.FromSeconds(5));
        var buckets = scheduler.GetInt("akka.scheduler.ticks-per-wheel", 512);
        if (_tick < TimeSpan.FromMilliseconds(1))
            throw new ArgumentOutOfRangeException(nameof(scheduler), $"akka.scheduler.tick-duration is {_tick}; expected at least 1ms.");
        if (buckets < 1)
            throw new ArgumentOutOfRangeException(nameof(scheduler), $"akka.scheduler.ticks-per-wheel is {buckets}; expected at least 1.");
        _wheel = new List<Entry>[buckets];
        for (var i = 0; i < buckets; i++)
            _wheel[i] = [];
        _thread = new Thread(Turn) { IsBackground = true, Name = "akka-scheduler" };
        _thread.Start();
    }

    private delegate void Work(object target, object? message, IActorRef? sender);

    /// <inheritdoc/>
    public override TimeSpan MonotonicClock => HighResMonotonicClock;

    /// <inheritdoc/>
    public override TimeSpan HighResMonotonicClock => Stopwatch.GetElapsedTime(0);

    /// <inheritdoc/>
    protected override DateTimeOffset TimeNow => TimeProvider.System.GetUtcNow();

    /// <summary>Stops the wheel; nothing that is scheduled happens any more.</summary>
    public void Dispose()
    {
        if (_stopped)
            return;
        _stopped = true;
        _wake.Set();
        if (Thread.CurrentThread != _thread)
            _thread.Join(_shutdownTimeout);
        _arrived.Clear();
    }

    /// <inheritdoc/>
    protected override void InternalScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef? sender, ICancelable? cancelable) =>
        Add(delay, TimeSpan.Zero, static (target, message, sender) => ((ICanTell)target).Tell(message!, sender), receiver, message, sender, cancelable);

    /// <inheritdoc/>
    protected override void InternalScheduleTellRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef? sender, ICancelable? cancelable) =>
        Add(initialDelay, interval, static (target, message, sender) => ((ICanTell)target).Tell(message!, sender), receiver, message, sender, cancelable);

    /// <inheritdoc/>
    protected override void InternalScheduleOnce(TimeSpan delay, Action action, ICancelable? cancelable) =>
        Add(delay, TimeSpan.Zero, static (target, _, _) => ((Action)target)(), action, null, null, cancelable);

    /// <inheritdoc/>
    protected override void InternalScheduleOnce(TimeSpan delay, IRunnable action, ICancelable? cancelable) =>
        Add(delay, TimeSpan.Zero, static (target, _, _) => ((IRunnable)target).Run(), action, null, null, cancelable);

    /// <inheritdoc/>
    protected override void InternalScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable? cancelable) =>
        Add(initialDelay, interval, static (target, _, _) => ((Action)target)(), action, null, null, cancelable);

    /// <inheritdoc/>
    protected override void InternalScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, IRunnable action, ICancelable? cancelable) =>
        Add(initialDelay, interval, static (target, _, _) => ((IRunnable)target).Run(), action, null, null, cancelable);

    private void Add(TimeSpan delay, TimeSpan interval, Work work, object target, object? message, IActorRef? sender, ICancelable? cancelable)
    {
        if (_stopped)
            throw new SchedulerException("cannot schedule when timer is shut down");
        if (cancelable is { IsCancellationRequested: true })
            return;
        var entry = new Entry(work, target, message, sender, cancelable, interval)
        {
            Due = Stopwatch.GetElapsedTime(_started) + delay,
        };
        _arrived.Enqueue(entry);

        // The thread says until when it sleeps and then looks at the queue once more: one of the two sees the other's word.
        Interlocked.MemoryBarrier();
        if (entry.Due.Ticks < Volatile.Read(ref _sleepsUntil))
            _wake.Set();
    }

    private void Turn()
    {
        for (var tick = 1L; !_stopped;)
        {
            Sleep(tick);
            _wake.Reset();
            var now = Stopwatch.GetElapsedTime(_started).Ticks / _tick.Ticks;
            while (_arrived.TryDequeue(out var entry))
                Place(entry, tick);
            for (; tick <= now && !_stopped; tick++)
                RunBucket(_wheel[(int)(tick % _wheel.Length)], tick);
        }

        foreach (var bucket in _wheel)
            bucket.Clear();
    }

    /// <summary>Sleeps until the next tick, from this one on, for which there is anything; what arrives meanwhile and is due sooner ends it.</summary>
    private void Sleep(long tick)
    {
        var next = tick;
        while (next < tick + _wheel.Length && _wheel[(int)(next % _wheel.Length)].Count == 0)
            next++;
        var until = _tick * next;
        Interlocked.Exchange(ref _sleepsUntil, until.Ticks);
        var wait = until - Stopwatch.GetElapsedTime(_started);
        if (wait > TimeSpan.Zero && _arrived.IsEmpty && !_stopped)
            _wake.Wait(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds))); // it counts whole milliseconds, and must not return before
        Volatile.Write(ref _sleepsUntil, 0);
    }

    private void Place(Entry entry, long tick)
    {
        // The first tick at or after the time that was asked for: never early.
        var due = Math.Max(tick, (entry.Due.Ticks + _tick.Ticks - 1) / _tick.Ticks);
        entry.DueTick = due;
        _wheel[(int)(due % _wheel.Length)].Add(entry);
    }

    private void RunBucket(List<Entry> bucket, long tick)
    {
        for (var i = 0; i < bucket.Count;)
        {
            var entry = bucket[i];
            if (entry.Cancelable is { IsCancellationRequested: true })
            {
                RemoveAt(bucket, i);
                continue;
            }

            if (entry.DueTick > tick)
            {
                i++;
                continue;
            }

            RemoveAt(bucket, i);
            Run(entry);
            if (entry.Interval > TimeSpan.Zero && entry.Cancelable is not { IsCancellationRequested: true })
            {
                entry.Due += entry.Interval;
                Place(entry, tick + 1);
            }
        }
    }

    private void Run(Entry entry)
    {
        try
        {
            entry.Work(entry.Target, entry.Message, entry.Sender);
        }
        catch (Exception e)
        {
            // A failing action is not repeated; the wheel turns on.
            entry.Interval = TimeSpan.Zero;
            if (!_stopped)
                Log.Error(e, "Failed to execute a scheduled action");
        }
    }

    private static void RemoveAt(List<Entry> bucket, int index)
    {
        bucket[index] = bucket[^1];
        bucket.RemoveAt(bucket.Count - 1);
    }

    private sealed class Entry(Work work, object target, object? message, IActorRef? sender, ICancelable? cancelable, TimeSpan interval)
    {
        internal readonly Work Work = work;
        internal readonly object Target = target;
        internal readonly object? Message = message;
        internal readonly IActorRef? Sender = sender;
        internal readonly ICancelable? Cancelable = cancelable;
        internal TimeSpan Interval = interval;
        internal TimeSpan Due;
        internal long DueTick;
    }
}
