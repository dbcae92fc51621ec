using Trapline.Hypervisor.Machine.Scheduling;

namespace Trapline.HostNode.Leases;

/// <summary>
/// The host lease as the scheduler's workers see it: one number, published by the host actor, on a clock that runs on while the machine is suspended. The
/// scheduler's own stands still then, and the lease ends all the same.
/// </summary>
/// <param name="time">The scheduler's clock.</param>
/// <param name="alwaysOn">The host actor's, which counts time in which the machine is suspended.</param>
/// <param name="origin">The timestamp of the latter at which the host actor's monotonic time is zero.</param>
public sealed class LeasePermit(TimeProvider time, TimeProvider alwaysOn, long origin) : IExecutionPermit
{
    private long _executeUntil = long.MinValue;

    /// <inheritdoc/>
    public event Action? Renewed;

    /// <summary>Hears of slices that ended after the permit had: when each began and ended. On a worker's thread.</summary>
    public event Action<long, long>? Overrun;

    /// <inheritdoc/>
    public bool Holds
    {
        get
        {
            // The clock first: who then reads an end that has passed is told when it moves on, since whoever moves it reads the clock later.
            var now = alwaysOn.GetTimestamp();
            return now < Volatile.Read(ref _executeUntil);
        }
    }

    /// <inheritdoc/>
    public void Overran(long began, long ended) => Overrun?.Invoke(began, ended);

    /// <summary>Publishes what the lease says now.</summary>
    /// <param name="executeUntil">On the host actor's monotonic clock; <see cref="TimeSpan.MinValue"/> for not at all.</param>
    public void Publish(TimeSpan executeUntil)
    {
        var until = executeUntil == TimeSpan.MinValue ? long.MinValue : TimestampOf(executeUntil);
        var before = Interlocked.Exchange(ref _executeUntil, until);
        if (until > before && before <= alwaysOn.GetTimestamp())
            Renewed?.Invoke();
    }

    /// <summary>A time of the host actor on the scheduler's clock, as it is while the machine is not suspended.</summary>
    public long ToScheduler(TimeSpan moment)
    {
        var ahead = alwaysOn.GetTimestamp();
        var now = time.GetTimestamp();
        return now + (long)((TimestampOf(moment) - ahead) * ((double)time.TimestampFrequency / alwaysOn.TimestampFrequency));
    }

    private long TimestampOf(TimeSpan moment) => origin + (long)(moment.TotalSeconds * alwaysOn.TimestampFrequency);
}
