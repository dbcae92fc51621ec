namespace Trapline.Controller.Tests.Simulation;

/// <summary>A queue of things to do in virtual time; equal times run in the order in which they were queued, so that a run repeats.</summary>
internal sealed class VirtualTime
{
    private readonly PriorityQueue<Action, (TimeSpan At, long Order)> _queue = new();
    private long _order;
    private TimeSpan _ahead;

    public TimeSpan Now { get; private set; }

    /// <summary>The wall clock of the controllers' machine, which may be set.</summary>
    public DateTimeOffset WallClock => DateTimeOffset.UnixEpoch + Now + _ahead;

    /// <summary>The same as the product reads it.</summary>
    public TimeProvider Provider => new Clocks(this);

    /// <summary>Somebody sets the wall clock.</summary>
    public void SetWallClock(TimeSpan by) => _ahead += by;

    public void At(TimeSpan at, Action action) => _queue.Enqueue(action, (at < Now ? Now : at, _order++));

    public void After(TimeSpan delay, Action action) => At(Now + delay, action);

    public void Every(TimeSpan interval, Func<bool> action) => After(interval, () =>
    {
        if (action())
            Every(interval, action);
    });

    public void RunUntil(TimeSpan end)
    {
        while (_queue.TryPeek(out _, out var next) && next.At <= end)
        {
            var action = _queue.Dequeue();
            Now = next.At;
            action();
        }

        Now = end;
    }

    private sealed class Clocks(VirtualTime time) : TimeProvider
    {
        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => time.WallClock;

        public override long GetTimestamp() => time.Now.Ticks;
    }
}
