using Trapline.Hypervisor.Machine.Scheduling;
using Xunit;

namespace Trapline.Hypervisor.Tests.Machine.Scheduling;

/// <summary>
/// Fairness, caps and waking with one worker and a clock that only the harts themselves move: each slice takes exactly the time
/// that it says, so that the figures are exact and nothing depends on the speed of the host.
/// </summary>
public sealed class VcpuSchedulerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public void Machines_get_time_in_proportion_to_their_weights()
    {
        var time = new HandMovedTime();
        using var scheduler = new VcpuScheduler(new SchedulerOptions { Workers = 1, Time = time });
        using var done = new ManualResetEventSlim();
        var light = new Spinner(time, done, stopAt: TimeSpan.FromSeconds(2));
        var heavy = new Spinner(time, done, stopAt: TimeSpan.FromSeconds(2));
        var (groupOfLight, groupOfHeavy) = (scheduler.AddGroup(), scheduler.AddGroup());
        groupOfLight.SetShare(1000, double.PositiveInfinity);
        groupOfHeavy.SetShare(3000, double.PositiveInfinity);

        Start(groupOfLight, light);
        Start(groupOfHeavy, heavy);
        time.Running = true;
        Assert.True(done.Wait(Patience));

        Assert.InRange(heavy.Slices / (double)light.Slices, 2.9, 3.1);
    }

    [Fact]
    public void A_machine_with_four_harts_gets_no_more_than_one_with_one()
    {
        var time = new HandMovedTime();
        using var scheduler = new VcpuScheduler(new SchedulerOptions { Workers = 1, Time = time });
        using var done = new ManualResetEventSlim();
        var (wide, narrow) = (scheduler.AddGroup(), scheduler.AddGroup());
        var harts = Enumerable.Range(0, 4).Select(_ => new Spinner(time, done, TimeSpan.FromSeconds(2))).ToArray();
        var single = new Spinner(time, done, TimeSpan.FromSeconds(2));

        foreach (var task in harts.Select(wide.Add).ToList())
            task.Wake();
        narrow.Add(single).Wake();
        wide.Release();
        narrow.Release();
        time.Running = true;
        Assert.True(done.Wait(Patience));

        Assert.InRange(harts.Sum(h => h.Slices) / (double)single.Slices, 0.95, 1.05);
        Assert.InRange(harts.Min(h => h.Slices) / (double)harts.Max(h => h.Slices), 0.95, 1.0);
    }

    [Fact]
    public void A_cap_holds_although_the_processor_is_free()
    {
        var time = new HandMovedTime();
        using var scheduler = new VcpuScheduler(new SchedulerOptions { Workers = 1, Time = time });
        using var done = new ManualResetEventSlim();
        var capped = new Spinner(time, done, stopAt: TimeSpan.FromSeconds(5));
        var free = new Spinner(time, done, stopAt: TimeSpan.FromSeconds(5));
        var (groupOfCapped, groupOfFree) = (scheduler.AddGroup(), scheduler.AddGroup());
        groupOfCapped.SetShare(SchedulingGroup.MaximumWeight, capCores: 0.25);

        Start(groupOfCapped, capped);
        Start(groupOfFree, free);
        time.Running = true;
        Assert.True(done.Wait(Patience));

        Assert.InRange(capped.Slices / (double)(capped.Slices + free.Slices), 0.24, 0.26);
    }

    [Fact]
    public void A_machine_that_slept_cannot_block_the_others_when_it_returns()
    {
        var time = new HandMovedTime();
        using var scheduler = new VcpuScheduler(new SchedulerOptions { Workers = 1, Time = time });
        using var done = new ManualResetEventSlim();
        var order = new List<char>();
        var steady = new Spinner(time, done, TimeSpan.FromSeconds(1)) { OnSlice = _ => order.Add('s') };
        var sleeper = new Spinner(time, done, TimeSpan.FromSeconds(1)) { OnSlice = _ => order.Add('w') };
        var (groupOfSteady, groupOfSleeper) = (scheduler.AddGroup(), scheduler.AddGroup());
        groupOfSleeper.Release();
        var sleeping = groupOfSleeper.Add(sleeper);
        steady.OnSlice = n =>
        {
            order.Add('s');
            if (n == 500)
                sleeping.Wake();
        };

        Start(groupOfSteady, steady);
        time.Running = true;
        Assert.True(done.Wait(Patience));

        var first = order.IndexOf('w');
        Assert.InRange(first, 499, 503);
        var burst = order.Skip(first).TakeWhile(c => c == 'w').Count();
        Assert.InRange(burst, 1, 3);
    }

    [Fact]
    public async Task A_waiting_hart_runs_when_woken_and_a_wake_during_its_slice_is_not_lost()
    {
        using var scheduler = new VcpuScheduler(new SchedulerOptions { Workers = 2 });
        var group = scheduler.AddGroup();
        var waiter = new Waiter();
        var task = group.Add(waiter);
        group.Release();

        task.Wake();
        await waiter.Next().WaitAsync(Patience);
        for (var i = 0; i < 1000; i++)
        {
            task.Wake();
            await waiter.Next().WaitAsync(Patience);
        }

        waiter.InSlice = () =>
        {
            waiter.InSlice = null;
            task.Wake();
        };
        task.Wake();
        await waiter.Next().WaitAsync(Patience);
        await waiter.Next().WaitAsync(Patience);
    }

    [Fact]
    public async Task A_deadline_wakes_a_waiting_hart_and_the_earliest_comes_first()
    {
        var time = new HandMovedTime();
        using var scheduler = new VcpuScheduler(new SchedulerOptions { Workers = 1, Time = time });
        var group = scheduler.AddGroup();
        var late = new Waiter { Deadline = scheduler.FromTimeSpan(TimeSpan.FromMilliseconds(150)) };
        var early = new Waiter { Deadline = scheduler.FromTimeSpan(TimeSpan.FromMilliseconds(100)) };
        foreach (var task in new[] { late, early }.Select(group.Add).ToList())
            task.Wake();
        group.Release();
        await late.Next().WaitAsync(Patience);
        await early.Next().WaitAsync(Patience);

        (late.Deadline, early.Deadline) = (SliceResult.NoDeadline, SliceResult.NoDeadline);
        time.Move(TimeSpan.FromMilliseconds(100));
        await early.Next().WaitAsync(Patience);
        Assert.Equal(0, late.Pending);
        time.Move(TimeSpan.FromMilliseconds(50));
        await late.Next().WaitAsync(Patience);
        Assert.Equal(0, early.Pending);
    }

    [Fact]
    public async Task Held_means_that_nothing_executes_and_holds_add_up()
    {
        using var scheduler = new VcpuScheduler(new SchedulerOptions { Workers = 2 });
        var group = scheduler.AddGroup();
        var running = 0;
        var slices = 0;
        var runners = Enumerable.Range(0, 3).Select(_ => new Waiter
        {
            Runnable = true,
            InSlice = () =>
            {
                Interlocked.Increment(ref running);
                Interlocked.Increment(ref slices);
                Interlocked.Decrement(ref running);
            },
        }).ToArray();
        foreach (var task in runners.Select(group.Add).ToList())
            task.Wake();
        group.Release();
        foreach (var runner in runners)
            await runner.Next().WaitAsync(Patience);

        for (var round = 0; round < 200; round++)
        {
            await group.HoldAsync().WaitAsync(Patience);
            Assert.Equal(0, Volatile.Read(ref running));
            var before = Volatile.Read(ref slices);
            await group.HoldAsync().WaitAsync(Patience);
            group.Release();
            await Task.Yield();
            Assert.Equal(before, Volatile.Read(ref slices));
            group.Release();
        }

        var resumedFrom = Volatile.Read(ref slices);
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref slices) > resumedFrom, Patience));
        group.Remove();
    }

    [Fact]
    public async Task A_removed_machine_does_not_run_again_and_others_do()
    {
        using var scheduler = new VcpuScheduler(new SchedulerOptions { Workers = 1 });
        var (first, second) = (scheduler.AddGroup(), scheduler.AddGroup());
        var (gone, stays) = (new Waiter(), new Waiter());
        var goneTask = first.Add(gone);
        var staysTask = second.Add(stays);
        first.Release();
        second.Release();
        goneTask.Wake();
        await gone.Next().WaitAsync(Patience);

        first.Remove();
        goneTask.Wake();
        staysTask.Wake();
        await stays.Next().WaitAsync(Patience);

        Assert.Equal(0, gone.Pending);
    }

    private static void Start(SchedulingGroup group, ISliceRunner runner)
    {
        group.Add(runner).Wake();
        group.Release();
    }

    /// <summary>A clock that stands still until someone moves it.</summary>
    private sealed class HandMovedTime : TimeProvider
    {
        private long _now;
        private volatile bool _running;

        /// <summary>Nobody's slice counts before all are there.</summary>
        public bool Running
        {
            get => _running;
            set => _running = value;
        }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Interlocked.Read(ref _now);

        public TimeSpan Move(TimeSpan by) => TimeSpan.FromTicks(Interlocked.Add(ref _now, by.Ticks));
    }

    /// <summary>Always has work; each slice takes the whole budget of the hand-moved clock.</summary>
    private sealed class Spinner(HandMovedTime time, ManualResetEventSlim done, TimeSpan stopAt) : ISliceRunner
    {
        public int Slices { get; private set; }

        public Action<int>? OnSlice { get; set; }

        public SliceResult RunSlice(TimeSpan budget)
        {
            if (done.IsSet)
                return SliceResult.Finished;
            if (!time.Running)
                return SliceResult.Runnable;
            OnSlice?.Invoke(++Slices);
            if (OnSlice is null)
                Slices++;
            if (time.Move(budget) >= stopAt)
                done.Set();
            return SliceResult.Runnable;
        }

        public void RequestExit()
        {
        }
    }

    /// <summary>Waits after each slice and lets the test await slices one by one.</summary>
    private sealed class Waiter : ISliceRunner
    {
        private readonly SemaphoreSlim _slices = new(0);

        public long Deadline { get; set; } = SliceResult.NoDeadline;

        public bool Runnable { get; init; }

        public Action? InSlice { get; set; }

        public int Pending => _slices.CurrentCount;

        public Task Next() => _slices.WaitAsync();

        public SliceResult RunSlice(TimeSpan budget)
        {
            InSlice?.Invoke();
            var deadline = Deadline;
            _slices.Release();
            return Runnable ? SliceResult.Runnable : new SliceResult(SliceEnd.Waiting, deadline);
        }

        public void RequestExit()
        {
        }
    }
}
