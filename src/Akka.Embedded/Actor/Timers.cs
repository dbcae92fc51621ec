// The timers of one actor. Each start of a key gets a new generation; a message of an older generation, or of a cancelled key,
// that is already in the mailbox is dropped when it is taken out, so after Cancel no late message is ever seen.
namespace Akka.Actor;

/// <summary>An actor that has timers.</summary>
public interface IWithTimers
{
    /// <summary>The timers; set by the runtime after the constructor.</summary>
    ITimerScheduler Timers { get; set; }
}

/// <summary>Sends messages to the actor itself later. Ends with the actor, and with each restart. Only from inside the actor.</summary>
public interface ITimerScheduler
{
    /// <summary>The keys of the timers that run.</summary>
    IReadOnlyCollection<object> ActiveTimers { get; }

    /// <summary>Sends <paramref name="msg"/> again and again; replaces a timer with the same key.</summary>
    void StartPeriodicTimer(object key, object msg, TimeSpan interval);

    /// <summary>Sends <paramref name="msg"/> again and again; replaces a timer with the same key.</summary>
    void StartPeriodicTimer(object key, object msg, TimeSpan interval, IActorRef sender);

    /// <summary>Sends <paramref name="msg"/> again and again; replaces a timer with the same key.</summary>
    void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval);

    /// <summary>Sends <paramref name="msg"/> again and again; replaces a timer with the same key.</summary>
    void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval, IActorRef sender);

    /// <summary>Sends <paramref name="msg"/> once; replaces a timer with the same key.</summary>
    void StartSingleTimer(object key, object msg, TimeSpan timeout);

    /// <summary>Sends <paramref name="msg"/> once; replaces a timer with the same key.</summary>
    void StartSingleTimer(object key, object msg, TimeSpan timeout, IActorRef sender);

    /// <summary>Whether a timer with this key runs.</summary>
    bool IsTimerActive(object key);

    /// <summary>Ends the timer; a message of it that is under way is dropped.</summary>
    void Cancel(object key);

    /// <summary>Ends all timers.</summary>
    void CancelAll();
}

/// <summary>What a timer puts into the mailbox.</summary>
internal sealed class TimerMessage(TimerScheduler owner, object key, long generation) : IAutoReceivedMessage, INoSerializationVerificationNeeded, Event.IDeadLetterSuppression
{
    internal TimerScheduler Owner { get; } = owner;

    internal object Key { get; } = key;

    internal long Generation { get; } = generation;

    public override string ToString() => $"TimerMessage(key={Key}, generation={Generation})";
}

internal sealed class TimerScheduler(ActorCell cell) : ITimerScheduler
{
    private readonly Dictionary<object, Timer> _timers = [];
    private long _generation;

    public IReadOnlyCollection<object> ActiveTimers => _timers.Keys;

    public void StartPeriodicTimer(object key, object msg, TimeSpan interval) => Start(key, msg, interval, interval, cell.Self);

    public void StartPeriodicTimer(object key, object msg, TimeSpan interval, IActorRef sender) => Start(key, msg, interval, interval, sender);

    public void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval) => Start(key, msg, initialDelay, interval, cell.Self);

    public void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval, IActorRef sender) =>
        Start(key, msg, initialDelay, interval, sender);

    public void StartSingleTimer(object key, object msg, TimeSpan timeout) => Start(key, msg, timeout, null, cell.Self);

    public void StartSingleTimer(object key, object msg, TimeSpan timeout, IActorRef sender) => Start(key, msg, timeout, null, sender);

    public bool IsTimerActive(object key) => _timers.ContainsKey(key);

    public void Cancel(object key)
    {
        if (_timers.Remove(key, out var timer))
            timer.Cancelable.Cancel();
    }

    public void CancelAll()
    {
        foreach (var timer in _timers.Values)
            timer.Cancelable.Cancel();
        _timers.Clear();
    }

    /// <summary>A timer's message has been taken out of the mailbox: gives what is to be handled, unless it is too late.</summary>
    internal bool TryTake(TimerMessage message, out object timed)
    {
        timed = null!;
        if (!_timers.TryGetValue(message.Key, out var timer) || timer.Generation != message.Generation)
            return false;
        timed = timer.Message;
        if (!timer.Repeats)
            _timers.Remove(message.Key);
        return true;
    }

    private void Start(object key, object msg, TimeSpan delay, TimeSpan? interval, IActorRef sender)
    {
        Cancel(key);
        var generation = ++_generation;
        var message = new TimerMessage(this, key, generation);
        var cancelable = new Cancelable(cell.System.Scheduler);
        _timers[key] = new Timer(msg, generation, interval is not null, cancelable);
        if (interval is { } period)
            cell.System.Scheduler.ScheduleTellRepeatedly(delay, period, cell.Self, message, sender, cancelable);
        else
            cell.System.Scheduler.ScheduleTellOnce(delay, cell.Self, message, sender, cancelable);
    }

    private readonly record struct Timer(object Message, long Generation, bool Repeats, ICancelable Cancelable);
}

/// <summary>
/// Counts the silence of one actor. A message only notes the time; the tick that is under way finds out that it came too early
/// and waits for the rest. So busy actors do not schedule anything per message.
/// </summary>
internal sealed class ReceiveTimeoutTimer(ActorCell cell, TimeSpan timeout)
{
    private TimeSpan _lastSign;
    private ICancelable? _pending;

    internal TimeSpan Timeout { get; } = timeout;

    /// <summary>The actor has shown a sign of life.</summary>
    internal void Restart()
    {
        _lastSign = cell.System.Scheduler.MonotonicClock;
        if (_pending is null)
            Schedule(Timeout);
    }

    internal void Stop()
    {
        _pending?.Cancel();
        _pending = null;
    }

    /// <summary>A tick has been taken out of the mailbox: true if the silence has been long enough.</summary>
    internal bool IsDue(Tick tick)
    {
        if (tick.Owner != this)
            return false;
        _pending = null;
        var left = Timeout - (cell.System.Scheduler.MonotonicClock - _lastSign);
        if (left > TimeSpan.Zero)
        {
            Schedule(left);
            return false;
        }

        return true;
    }

    private void Schedule(TimeSpan delay)
    {
        _pending = new Cancelable(cell.System.Scheduler);
        cell.System.Scheduler.ScheduleTellOnce(delay, cell.Self, new Tick(this), cell.Self, _pending);
    }

    internal sealed class Tick(ReceiveTimeoutTimer owner) : IAutoReceivedMessage, INoSerializationVerificationNeeded, INotInfluenceReceiveTimeout, Event.IDeadLetterSuppression
    {
        internal ReceiveTimeoutTimer Owner { get; } = owner;
    }
}
