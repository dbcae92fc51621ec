using Trapline.Hypervisor.Machine.Scheduling;
using Xunit;

namespace Trapline.Hypervisor.Tests.Machine.Scheduling;

/// <summary>What runs on while an <see cref="IExecutionPermit"/> has lapsed, and after it was renewed: nothing, then everything.</summary>
public sealed class PermitLapseTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Nothing_begins_before_the_permit_or_after_it_has_ended()
    {
        const int Workers = 3;
        var time = new HandMovedTime();
        var permit = new TestPermit(time);
        using var scheduler = new VcpuScheduler(new SchedulerOptions { Workers = Workers, Time = time, Permit = permit });
        var harts = Enumerable.Range(0, 4).Select(_ => new Hart(time)).ToList();
        harts.ForEach(hart => Start(scheduler, hart));
        Assert.DoesNotContain(harts, hart => hart.RunsWithin(TimeSpan.FromMilliseconds(50)));

        permit.Renew(until: 100);
        Assert.All(harts, hart => Assert.True(hart.RunsWithin(Patience)));
        time.Now = 100;

        // Each worker may be in a slice, whenever the host lets it go on; it ends that one and begins no other.
        var (ended, readings) = (harts.Sum(hart => hart.Ended), time.Readings);
        await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        Assert.InRange(harts.Sum(hart => hart.Ended) - ended, 0, Workers);
        Assert.InRange(time.Readings - readings, 0, 10 * Workers); // workers sleep meanwhile, they do not look again and again

        permit.Renew(until: 200);
        var at = harts.ConvertAll(hart => hart.Ended);
        Assert.True(SpinWait.SpinUntil(() => harts.Zip(at).All(h => h.First.Ended > h.Second + Workers), Patience), "all run again");
        Assert.All(harts, hart => Assert.Equal(100, hart.LastBegan));
    }

    [Fact]
    public void A_wake_and_a_deadline_wait_for_the_permit()
    {
        var time = new HandMovedTime();
        var permit = new TestPermit(time);
        using var scheduler = new VcpuScheduler(new SchedulerOptions { Workers = 1, Time = time, Permit = permit });
        var hart = new Hart(time) { Answer = new SliceResult(SliceEnd.Waiting, 50) };
        permit.Renew(until: 10);
        var task = Start(scheduler, hart);
        Assert.True(hart.RunsWithin(Patience));

        time.Now = 60; // the process was suspended: deadline and permit have both passed
        task.Wake();
        Assert.False(hart.RunsWithin(TimeSpan.FromMilliseconds(50)));
        permit.Renew(until: 100);
        Assert.True(hart.RunsWithin(Patience));
    }

    [Fact]
    public void A_slice_that_ended_after_the_permit_is_told_once_with_its_times()
    {
        var time = new HandMovedTime();
        var permit = new TestPermit(time);
        using var scheduler = new VcpuScheduler(new SchedulerOptions { Workers = 1, Time = time, Permit = permit });
        using var ended = new ManualResetEventSlim();
        var hart = new Hart(time) { Answer = new SliceResult(SliceEnd.Waiting, SliceResult.NoDeadline) };
        permit.Renew(until: 100);
        var task = Start(scheduler, hart);
        Assert.True(hart.RunsWithin(Patience));
        time.Now = 90;
        hart.InSlice = () => time.Now = 5000; // suspended in the middle
        task.Wake();
        Assert.True(hart.RunsWithin(Patience));
        Assert.True(permit.OverrunsWithin(Patience));
        hart.InSlice = null;
        permit.Renew(until: 6000);
        task.Wake();
        Assert.True(hart.RunsWithin(Patience));
        Assert.Equal([(90, 5000)], permit.Overruns);
    }

    private static VcpuTask Start(VcpuScheduler scheduler, ISliceRunner runner)
    {
        var group = scheduler.AddGroup();
        var task = group.Add(runner);
        task.Wake();
        group.Release();
        return task;
    }

    private sealed class HandMovedTime : TimeProvider
    {
        private long _now;
        private long _readings;

        public long Readings => Interlocked.Read(ref _readings);

        public long Now
        {
            get => Interlocked.Read(ref _now);
            set => Interlocked.Exchange(ref _now, value);
        }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp()
        {
            Interlocked.Increment(ref _readings);
            return Now;
        }
    }

    /// <summary>Notes when its slices begin.</summary>
    private sealed class Hart(HandMovedTime time) : ISliceRunner
    {
        private readonly SemaphoreSlim _slices = new(0);
        private int _ended;

        public long LastBegan { get; private set; }

        public int Ended => Volatile.Read(ref _ended);

        public SliceResult Answer { get; init; } = SliceResult.Runnable;

        public Action? InSlice { get; set; }

        /// <summary>Whether a slice ends within the time, from now on.</summary>
        public bool RunsWithin(TimeSpan limit) => _slices.Wait(limit);

        public SliceResult RunSlice(TimeSpan budget)
        {
            LastBegan = time.Now;
            InSlice?.Invoke();
            Interlocked.Increment(ref _ended);
            _slices.Release();
            return Answer;
        }

        public void RequestExit()
        {
        }
    }
}
