using Trapline.Hypervisor.Time;

namespace Trapline.Hypervisor.Machine.Clocks;

/// <summary>
/// Follows the host's monotonic clock, less the time that the machine was paused: a guest that was paused, saved and restored sees
/// no jump in <c>mtime</c>, so no timer of it fires early and no watchdog of it barks. Its real-time clock shows the host's
/// wall clock, as a computer's does after a suspend.
/// </summary>
public sealed class RealClock : IPausableClock
{
    private readonly TimeProvider _time;
    private readonly double _ticksPerTimestamp;
    private volatile Epoch _epoch;

    /// <summary>Makes the clock, paused.</summary>
    /// <param name="time">The host's clock.</param>
    /// <param name="startTicks">What <see cref="Ticks"/> starts with: 0, or the value of a snapshot.</param>
    public RealClock(TimeProvider time, ulong startTicks = 0)
    {
        _time = time;
        _ticksPerTimestamp = IMachineClock.FrequencyHz / (double)time.TimestampFrequency;
        _epoch = new Epoch(startTicks, 0, Running: false);
    }

    /// <inheritdoc/>
    public ulong Ticks => TicksAt(_time.GetTimestamp());

    /// <inheritdoc/>
    public ulong WallClockNanoseconds => (ulong)(_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;

    /// <inheritdoc/>
    public void Pause() => _epoch = new Epoch(Ticks, 0, Running: false);

    /// <inheritdoc/>
    public void Resume()
    {
        if (!_epoch.Running)
            _epoch = new Epoch(_epoch.Ticks, _time.GetTimestamp(), Running: true);
    }

    /// <inheritdoc/>
    public ulong TicksAt(long timestamp)
    {
        var epoch = _epoch;
        if (!epoch.Running)
            return epoch.Ticks;
        var elapsed = Math.Max(0, timestamp - epoch.Timestamp);
        return epoch.Ticks + (ulong)(elapsed * _ticksPerTimestamp);
    }

    /// <inheritdoc/>
    public long HostTimestampOf(ulong ticks)
    {
        var epoch = _epoch;
        if (!epoch.Running || ticks == ulong.MaxValue)
            return long.MaxValue;
        if (ticks <= epoch.Ticks)
            return epoch.Timestamp;
        // One timestamp more, so that the clock has surely reached the value when the host gets there.
        var later = ((ticks - epoch.Ticks) / _ticksPerTimestamp) + 1;
        return later >= long.MaxValue - epoch.Timestamp ? long.MaxValue : epoch.Timestamp + (long)later;
    }

    private sealed record Epoch(ulong Ticks, long Timestamp, bool Running);
}
