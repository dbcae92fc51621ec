using Trapline.Hypervisor.Machine.Scheduling;

namespace Trapline.HostNode.Leases;

/// <summary>
/// The host lease as the scheduler's workers see it: one number, published by the host actor. A lease ends while the machine is suspended, and the
/// scheduler's clock stands still then: so the number is kept on a clock that runs on, and is told to the scheduler in its own time, less by however long
/// the machine has been suspended.
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
    public long ExecuteUntil
    {
        get
        {
            var until = Volatile.Read(ref _executeUntil);
            return until == long.MinValue ? until : ToScheduler(until);
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

    /// <summary>A time of the host actor on the scheduler's clock.</summary>
    public long ToScheduler(TimeSpan moment) => ToScheduler(TimestampOf(moment));

    private long TimestampOf(TimeSpan moment) => origin + (long)(moment.TotalSeconds * alwaysOn.TimestampFrequency);

    /// <summary>
    /// The clock that runs on is read first: who is held up between the two readings takes the distance for shorter, and a permit that holds never for
    /// one that has ended, which nobody would tell the workers to look at again.
    /// </summary>
    private long ToScheduler(long timestamp)
    {
        var ahead = alwaysOn.GetTimestamp();
        var now = time.GetTimestamp();
        return now + (long)((timestamp - ahead) * ((double)time.TimestampFrequency / alwaysOn.TimestampFrequency));
    }
}
