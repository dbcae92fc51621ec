namespace Trapline.Hypervisor.Machine.Scheduling;

/// <summary>
/// The harts of one machine as the scheduler sees them: what they share is their weight, their cap, and whether they are held.
/// All mutable state is guarded by the scheduler's lock.
/// </summary>
public sealed class SchedulingGroup
{
    /// <summary>The weight of a machine for which none was chosen.</summary>
    public const int DefaultWeight = 1024;

    /// <summary>The least weight.</summary>
    public const int MinimumWeight = 1;

    /// <summary>The greatest weight.</summary>
    public const int MaximumWeight = 1 << 20;

    private readonly VcpuScheduler _scheduler;
    private List<TaskCompletionSource>? _quietWaiters;

    internal SchedulingGroup(VcpuScheduler scheduler, long id) => (_scheduler, Id) = (scheduler, id);

    /// <summary>The share of the processors under contention, in proportion to the weights of others.</summary>
    public int Weight { get; private set; } = DefaultWeight;

    /// <summary>The most processor time, in cores (0.5 is half of one core); infinite without a cap.</summary>
    public double CapCores { get; private set; } = double.PositiveInfinity;

    /// <summary>The time that its harts have run.</summary>
    public TimeSpan RunTime => _scheduler.ToTimeSpan(Interlocked.Read(ref RunTicks));

    internal long Id { get; }

    internal List<VcpuTask> Tasks { get; } = [];

    /// <summary>Tasks that are runnable and wait for a worker, in order of arrival.</summary>
    internal Queue<VcpuTask> Ready { get; } = new();

    internal double VirtualTime { get; set; }

    internal bool InRunQueue { get; set; }

    internal int Running { get; set; }

    internal int Holds { get; set; }

    internal long RunTicks;

    /// <summary>The time used in the current cap period; what is used beyond the quota is carried over as a debt.</summary>
    internal long UsedInPeriod { get; set; }

    internal long PeriodStart { get; set; }

    internal bool Throttled { get; set; }

    internal bool IsCapped => !double.IsPositiveInfinity(CapCores);

    /// <summary>Changes weight and cap; takes effect at once.</summary>
    /// <param name="weight">From <see cref="MinimumWeight"/> to <see cref="MaximumWeight"/>.</param>
    /// <param name="capCores">Above 0; infinity for no cap.</param>
    public void SetShare(int weight, double capCores)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(weight, MinimumWeight);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(weight, MaximumWeight);
        if (!(capCores > 0))
            throw new ArgumentOutOfRangeException(nameof(capCores), capCores, "A cap must be above 0.");
        lock (_scheduler.Gate)
        {
            Weight = weight;
            CapCores = capCores;
        }
    }

    /// <summary>Adds a task, parked.</summary>
    public VcpuTask Add(ISliceRunner runner)
    {
        var task = new VcpuTask(_scheduler, this, runner);
        lock (_scheduler.Gate)
            Tasks.Add(task);
        return task;
    }

    /// <summary>
    /// Keeps the group from running until as many <see cref="Release"/> have been called. The task completes when no hart of it executes: at once,
    /// or within one slice. Any thread, also one that is running a slice of this group (which then must not wait for it).
    /// </summary>
    public Task HoldAsync() => _scheduler.HoldAsync(this);

    /// <summary>Takes back one <see cref="HoldAsync"/>.</summary>
    public void Release() => _scheduler.Release(this);

    /// <summary>Takes the group out of the scheduler for good. Its tasks finish at the end of their current slice.</summary>
    public void Remove() => _scheduler.Remove(this);

    internal Task WhenQuiet()
    {
        if (Running == 0)
            return Task.CompletedTask;
        var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        (_quietWaiters ??= []).Add(waiter);
        return waiter.Task;
    }

    internal void SignalQuiet()
    {
        if (_quietWaiters is null)
            return;
        foreach (var waiter in _quietWaiters)
            waiter.SetResult();
        _quietWaiters = null;
    }
}
