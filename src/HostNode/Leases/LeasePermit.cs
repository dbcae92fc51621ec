using Trapline.Hypervisor.Machine.Scheduling;

namespace Trapline.HostNode.Leases;

/// <summary>The host lease as the scheduler's workers see it: one number, published by the host actor.</summary>
/// <param name="time">The clock of both.</param>
/// <param name="origin">The timestamp at which the host actor's monotonic time is zero.</param>
public sealed class LeasePermit(TimeProvider time, long origin) : IExecutionPermit
{
    private long _executeUntil = long.MinValue;

    /// <inheritdoc/>
    public event Action? Renewed;

    /// <summary>Hears of slices that ended after the permit had: when each began and ended. On a worker's thread.</summary>
    public event Action<long, long>? Overrun;

    /// <inheritdoc/>
    public long ExecuteUntil => Volatile.Read(ref _executeUntil);

    /// <inheritdoc/>
    public void Overran(long began, long ended) => Overrun?.Invoke(began, ended);

    /// <summary>Publishes what the lease says now.</summary>
    /// <param name="executeUntil">On the host actor's monotonic clock; <see cref="TimeSpan.MinValue"/> for not at all.</param>
    public void Publish(TimeSpan executeUntil)
    {
        var until = executeUntil == TimeSpan.MinValue ? long.MinValue : origin + (long)(executeUntil.TotalSeconds * time.TimestampFrequency);
        var before = Interlocked.Exchange(ref _executeUntil, until);
        if (until > before && before <= time.GetTimestamp())
            Renewed?.Invoke();
    }
}
