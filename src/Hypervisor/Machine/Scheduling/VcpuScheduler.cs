namespace Trapline.Hypervisor.Machine.Scheduling;

/// <summary>
/// Runs the harts of all machines of a process on a few threads of its own.
///
/// A worker takes the runnable group (machine) with the least virtual time, runs the hart of it that has waited longest for one slice, and adds
/// the time used, divided by the machine's weight, to its virtual time: so under contention each machine gets processor time in proportion
/// to its weight, however many harts it has. A machine that slept starts at the present virtual time: sleeping earns no credit beyond one
/// slice. A machine with a cap that has used its share of the present period is set aside until the next one.
///
/// A hart that waits for an interrupt is in no queue. Its deadline, if any, lies in one heap for the whole process, and one idle worker
/// sleeps until the earliest of them; workers that are busy look at the heap between slices. A thousand idle machines therefore cost a
/// thousand heap entries, and no thread and no timer each.
///
/// One lock guards all of it. It is taken twice per slice of about a millisecond and once per wake of a sleeping hart, which
/// even at 64 workers leaves it idle most of the time; in return there is one queue, and fairness is exact.
/// </summary>
public sealed class VcpuScheduler : IDisposable
{
    private readonly SchedulerOptions _options;
    private readonly TimeProvider _time;
    private readonly long _sliceTicks;
    private readonly long _periodTicks;
    private readonly SortedSet<SchedulingGroup> _runQueue = new(new ByVirtualTime());
    private readonly SortedSet<SchedulingGroup> _throttled = new(new ByPeriodEnd());
    private readonly TimerHeap _timers = new();
    private readonly Thread[] _workers;
    private double _minimumVirtualTime;
    private long _nextGroupId;
    private int _idleWorkers;
    private bool _timekeeperAsleep;
    private long _timekeeperWakesAt = SliceResult.NoDeadline;
    private bool _stopping;

    /// <summary>Starts the workers.</summary>
    public VcpuScheduler(SchedulerOptions? options = null)
    {
        _options = options ?? new SchedulerOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Workers, 1);
        _time = _options.Time;
        _sliceTicks = FromTimeSpan(_options.Slice);
        _periodTicks = FromTimeSpan(_options.CapPeriod);
        if (_options.Permit is { } permit)
            permit.Renewed += WakeAll;
        _workers = new Thread[_options.Workers];
        for (var i = 0; i < _workers.Length; i++)
        {
            _workers[i] = new Thread(WorkerLoop) { IsBackground = true, Name = $"vcpu-{i}" };
            _workers[i].Start();
        }
    }

    /// <summary>How many threads run guest code.</summary>
    public int Workers => _workers.Length;

    /// <summary>The clock that deadlines are given on.</summary>
    public TimeProvider Time => _time;

    internal object Gate { get; } = new();

    /// <summary>Adds a machine, held once: nothing runs until <see cref="SchedulingGroup.Release"/>.</summary>
    public SchedulingGroup AddGroup()
    {
        lock (Gate)
            return new SchedulingGroup(this, _nextGroupId++) { Holds = 1 };
    }

    /// <summary>Stops the workers at the end of their present slices and waits for them.</summary>
    public void Dispose()
    {
        if (_options.Permit is { } permit)
            permit.Renewed -= WakeAll;
        lock (Gate)
        {
            _stopping = true;
            Monitor.PulseAll(Gate);
        }

        foreach (var worker in _workers)
        {
            if (worker != Thread.CurrentThread)
                worker.Join();
        }
    }

    internal TimeSpan ToTimeSpan(long ticks) => _time.GetElapsedTime(0, ticks);

    internal long FromTimeSpan(TimeSpan span) => (long)(span.TotalSeconds * _time.TimestampFrequency);

    internal void EnqueueIfParked(VcpuTask task)
    {
        lock (Gate)
        {
            if (task.State == VcpuTask.TaskState.Parked)
                Enqueue(task);
        }
    }

    internal Task HoldAsync(SchedulingGroup group)
    {
        lock (Gate)
        {
            if (group.Holds++ == 0)
                Dequeue(group);
            if (group.Running > 0)
            {
                foreach (var task in group.Tasks)
                {
                    if (task.State == VcpuTask.TaskState.Running)
                        task.Runner.RequestExit();
                }
            }

            return group.WhenQuiet();
        }
    }

    internal void Release(SchedulingGroup group)
    {
        lock (Gate)
        {
            if (group.Holds == 0)
                throw new InvalidOperationException("The group is not held.");
            if (--group.Holds == 0)
                MakeEligible(group);
        }
    }

    internal void Remove(SchedulingGroup group)
    {
        lock (Gate)
        {
            Dequeue(group);
            group.Ready.Clear();
            foreach (var task in group.Tasks)
            {
                _timers.Remove(task);
                if (task.State == VcpuTask.TaskState.Running)
                    task.Runner.RequestExit();
                else
                    task.State = VcpuTask.TaskState.Finished;
            }

            group.Tasks.Clear();
            // A removed group stays held, so that a task that ends its slice later finds no way back.
            group.Holds = int.MaxValue / 2;
        }
    }

    private bool MayExecute => _options.Permit?.Holds ?? true;

    private void WakeAll()
    {
        lock (Gate)
            Monitor.PulseAll(Gate);
    }

    private void WorkerLoop()
    {
        lock (Gate)
        {
            while (!_stopping)
            {
                var now = _time.GetTimestamp();
                WakeDue(now);
                if (!MayExecute)
                    Monitor.Wait(Gate);
                else if (PickNext() is { } task)
                    RunOne(task);
                else
                    WaitForWork(now);
            }
        }
    }

    /// <summary>Runs one slice of a task; the lock is held on entry and on return, but not meanwhile.</summary>
    private void RunOne(VcpuTask task)
    {
        var group = task.Group;
        task.State = VcpuTask.TaskState.Running;
        group.Running++;
        task.ClearWake();
        // Charged in advance, so that two workers do not both take the machine that was furthest behind.
        var advance = _sliceTicks / (double)group.Weight;
        group.VirtualTime += advance;
        MakeEligible(group);

        SliceResult result;
        long used;
        Monitor.Exit(Gate);
        try
        {
            result = RunSlice(task, out used);
        }
        finally
        {
            Monitor.Enter(Gate);
        }

        Interlocked.Add(ref task.RunTicks, used);
        Interlocked.Add(ref group.RunTicks, used);
        Dequeue(group);
        group.VirtualTime += (used / (double)group.Weight) - advance;
        group.UsedInPeriod += used;
        group.Running--;
        Settle(task, result);
        MakeEligible(group);
        if (group.Running == 0)
            group.SignalQuiet();
    }

    /// <summary>
    /// Looks at the permit once more, behind the time at which the slice counts as begun: since an earlier look this thread, or the whole process, may have
    /// been held up.
    /// </summary>
    private SliceResult RunSlice(VcpuTask task, out long used)
    {
        used = 1;
        var start = _time.GetTimestamp();
        if (!MayExecute)
            return SliceResult.Runnable;
        var result = task.Runner.RunSlice(_options.Slice);
        var end = _time.GetTimestamp();
        used = Math.Max(1, end - start);
        if (!MayExecute)
            _options.Permit!.Overran(start, end);
        return result;
    }

    private void Settle(VcpuTask task, SliceResult result)
    {
        if (result.End == SliceEnd.Finished || task.Group.Tasks.Count == 0)
        {
            task.State = VcpuTask.TaskState.Finished;
            _timers.Remove(task);
        }
        else if (result.End == SliceEnd.Runnable || task.WasWoken)
        {
            _timers.Remove(task);
            task.State = VcpuTask.TaskState.Queued;
            task.Group.Ready.Enqueue(task);
        }
        else
        {
            task.State = VcpuTask.TaskState.Parked;
            if (result.WakeAtTimestamp == SliceResult.NoDeadline)
                _timers.Remove(task);
            else
                SetTimer(task, result.WakeAtTimestamp);
        }
    }

    private void Enqueue(VcpuTask task)
    {
        _timers.Remove(task);
        task.State = VcpuTask.TaskState.Queued;
        task.Group.Ready.Enqueue(task);
        MakeEligible(task.Group);
    }

    /// <summary>Puts a group into the run queue if it has something to run and nothing keeps it from running.</summary>
    private void MakeEligible(SchedulingGroup group)
    {
        if (group.InRunQueue || group.Throttled || group.Holds > 0 || group.Ready.Count == 0)
            return;
        if (group.IsCapped && ThrottleIfSpent(group, _time.GetTimestamp()))
            return;
        // Whoever slept may go first, by one slice; more would let a sleeper block the others on return.
        var floor = _minimumVirtualTime - (_sliceTicks / (double)group.Weight);
        if (group.VirtualTime < floor)
            group.VirtualTime = floor;
        group.InRunQueue = true;
        _runQueue.Add(group);
        if (_idleWorkers > 0)
            Monitor.Pulse(Gate);
    }

    private void Dequeue(SchedulingGroup group)
    {
        if (group.InRunQueue)
        {
            _runQueue.Remove(group);
            group.InRunQueue = false;
        }

        if (group.Throttled && group.Holds > 0)
        {
            _throttled.Remove(group);
            group.Throttled = false;
        }
    }

    private VcpuTask? PickNext()
    {
        var group = _runQueue.Min;
        if (group is null)
            return null;
        _runQueue.Remove(group);
        group.InRunQueue = false;
        _minimumVirtualTime = Math.Max(_minimumVirtualTime, group.VirtualTime);
        return group.Ready.Dequeue();
    }

    private bool ThrottleIfSpent(SchedulingGroup group, long now)
    {
        var quota = (long)(group.CapCores * _periodTicks);
        var periods = (now - group.PeriodStart) / _periodTicks;
        if (periods > 0)
        {
            group.PeriodStart += periods * _periodTicks;
            var earned = (double)quota * periods;
            group.UsedInPeriod = group.UsedInPeriod > earned ? group.UsedInPeriod - (long)earned : 0;
        }

        if (group.UsedInPeriod < quota)
            return false;
        group.Throttled = true;
        _throttled.Add(group);
        WakeTimekeeperBefore(group.PeriodStart + _periodTicks);
        return true;
    }

    private void WakeDue(long now)
    {
        while (_timers.TryTakeDue(now, out var task))
        {
            if (task.State == VcpuTask.TaskState.Parked)
                Enqueue(task);
        }

        while (_throttled.Min is { } group && group.PeriodStart + _periodTicks <= now)
        {
            _throttled.Remove(group);
            group.Throttled = false;
            MakeEligible(group);
        }
    }

    private void SetTimer(VcpuTask task, long deadline)
    {
        _timers.Set(task, deadline);
        WakeTimekeeperBefore(deadline);
    }

    private void WakeTimekeeperBefore(long deadline)
    {
        // Pulsing wakes one waiter, and which one is not ours to choose: the new one becomes timekeeper if the old one still sleeps.
        if (_timekeeperAsleep && deadline < _timekeeperWakesAt)
        {
            _timekeeperAsleep = false;
            Monitor.Pulse(Gate);
        }
    }

    /// <summary>Sleeps until there may be something to do. One of the idle workers, the timekeeper, sleeps only until the next deadline.</summary>
    private void WaitForWork(long now)
    {
        var deadline = _timers.NextDeadline;
        if (_throttled.Min is { } group)
            deadline = Math.Min(deadline, group.PeriodStart + _periodTicks);

        _idleWorkers++;
        if (_timekeeperAsleep || deadline == SliceResult.NoDeadline)
        {
            Monitor.Wait(Gate);
        }
        else
        {
            _timekeeperAsleep = true;
            _timekeeperWakesAt = deadline;
            var wait = Math.Max(0, _time.GetElapsedTime(now, deadline).TotalMilliseconds);
            // Rounded up: waking a little late is what any timer does, waking early costs a second sleep.
            Monitor.Wait(Gate, (int)Math.Min(int.MaxValue, Math.Ceiling(wait)));
            if (_timekeeperWakesAt == deadline)
                _timekeeperAsleep = false;
        }

        _idleWorkers--;
    }

    private sealed class ByVirtualTime : IComparer<SchedulingGroup>
    {
        public int Compare(SchedulingGroup? x, SchedulingGroup? y)
        {
            var byTime = x!.VirtualTime.CompareTo(y!.VirtualTime);
            return byTime != 0 ? byTime : x.Id.CompareTo(y.Id);
        }
    }

    private sealed class ByPeriodEnd : IComparer<SchedulingGroup>
    {
        public int Compare(SchedulingGroup? x, SchedulingGroup? y)
        {
            var byTime = x!.PeriodStart.CompareTo(y!.PeriodStart);
            return byTime != 0 ? byTime : x.Id.CompareTo(y.Id);
        }
    }
}
