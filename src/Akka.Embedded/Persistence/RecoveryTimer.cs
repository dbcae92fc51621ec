using Akka.Actor;

namespace Akka.Persistence;

/// <summary>Sees to it that a recovery whose journal or snapshot store falls silent fails instead of hanging.</summary>
internal sealed class RecoveryTimer(IScheduler scheduler, IActorRef self)
{
    private ICancelable? _ticks;
    private TimeSpan _timeout;
    private bool _progress;

    /// <summary>Starts to tick, instead of any ticks before.</summary>
    public void Start(TimeSpan timeout, bool snapshot)
    {
        Stop();
        _timeout = timeout;
        _progress = false;
        _ticks = scheduler.ScheduleTellRepeatedlyCancelable(timeout, timeout, self, new RecoveryTick(snapshot), self);
    }

    /// <summary>Notes that the recovery has moved on.</summary>
    public void Progress() => _progress = true;

    /// <summary>Whether nothing has moved since the last tick.</summary>
    public bool WithoutProgress()
    {
        var none = !_progress;
        _progress = false;
        return none;
    }

    /// <summary>The failure, with what was waited for.</summary>
    public RecoveryTimedOutException TimedOut(string what) =>
        new($"Recovery timed out: {what} did not come within {_timeout}.");

    /// <summary>Stops to tick.</summary>
    public void Stop()
    {
        _ticks?.Cancel();
        _ticks = null;
    }
}
