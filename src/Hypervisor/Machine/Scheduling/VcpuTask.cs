namespace Trapline.Hypervisor.Machine.Scheduling;

/// <summary>
/// One schedulable hart. Its state moves like this; every move is made under the scheduler's lock, except that
/// <see cref="Wake"/> on a task that is not parked only sets a flag and takes no lock at all:
/// <code>
///            Wake / deadline            a worker picks it
///   Parked ------------------> Queued -------------------> Running
///     ^                          ^                            |
///     |                          +---- more to do, or woken --+
///     +------------------------------- waits, not woken ------+-----> Finished
/// </code>
/// </summary>
public sealed class VcpuTask
{
    private readonly VcpuScheduler _scheduler;
    private int _woken;

    internal VcpuTask(VcpuScheduler scheduler, SchedulingGroup group, ISliceRunner runner)
    {
        _scheduler = scheduler;
        Group = group;
        Runner = runner;
    }

    internal enum TaskState
    {
        Parked,
        Queued,
        Running,
        Finished,
    }

    /// <summary>The machine that it belongs to.</summary>
    public SchedulingGroup Group { get; }

    /// <summary>The time that it has run.</summary>
    public TimeSpan RunTime => _scheduler.ToTimeSpan(Interlocked.Read(ref RunTicks));

    internal ISliceRunner Runner { get; }

    internal TaskState State { get; set; } = TaskState.Parked;

    /// <summary>Its place in the timer heap; -1 when it has no deadline.</summary>
    internal int TimerIndex { get; set; } = -1;

    internal long Deadline { get; set; } = SliceResult.NoDeadline;

    internal long RunTicks;

    /// <summary>Makes it run again if it waits: an interrupt has arrived, or the machine starts. Any thread; cheap when it is already awake.</summary>
    public void Wake()
    {
        // The flag is cleared by the worker before a slice starts, so whoever finds it set knows that a slice is still to come
        // which will see what he wanted to be seen.
        if (Interlocked.Exchange(ref _woken, 1) == 0)
            _scheduler.EnqueueIfParked(this);
    }

    internal void ClearWake() => Interlocked.Exchange(ref _woken, 0);

    internal bool WasWoken => Volatile.Read(ref _woken) != 0;
}
