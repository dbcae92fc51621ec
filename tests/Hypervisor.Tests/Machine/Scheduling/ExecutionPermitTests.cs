using Trapline.Hypervisor.Machine.Scheduling;
using Xunit;

namespace Trapline.Hypervisor.Tests.Machine.Scheduling;

/// <summary>
/// A permit that ends at every point of the scheduler's work in turn: the clock moves by one tick whenever it is read, so a look at it that does not
/// belong to the slice is a tick older than the slice.
/// </summary>
public sealed class ExecutionPermitTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static TheoryData<long> Ends => [.. Enumerable.Range(1, 40).Select(tick => (long)tick)];

    [Theory]
    [MemberData(nameof(Ends))]
    public void No_slice_begins_at_or_after_the_end_of_the_permit(long end)
    {
        var time = new SteppingTime(notifyAt: end);
        var permit = new TestPermit(time);
        permit.Renew(until: end);
        using var scheduler = new VcpuScheduler(new SchedulerOptions { Workers = 1, Time = time, Permit = permit });
        var runner = new Witness(time, permit);
        var group = scheduler.AddGroup();
        group.Add(runner).Wake();
        group.Release();
        Assert.True(time.Reached.Wait(Patience));

        permit.Renew(until: long.MaxValue);

        Assert.True(runner.RanAfterRenewal.Wait(Patience));
        Assert.Equal(0, runner.BegunWithout);
        Assert.All(permit.Overruns, slice => Assert.InRange(slice.Began, 0, end - 1));
    }

    /// <summary>Moves by one tick with each reading.</summary>
    private sealed class SteppingTime(long notifyAt) : TimeProvider
    {
        private long _now = -1;

        public ManualResetEventSlim Reached { get; } = new();

        public long Last => Interlocked.Read(ref _now);

        public override long GetTimestamp()
        {
            var now = Interlocked.Increment(ref _now);
            if (now == notifyAt)
                Reached.Set();
            return now;
        }
    }

    /// <summary>Compares the time at which its slice began with the permit as it is then.</summary>
    private sealed class Witness(SteppingTime time, TestPermit permit) : ISliceRunner
    {
        public int BegunWithout { get; private set; }

        public ManualResetEventSlim RanAfterRenewal { get; } = new();

        public SliceResult RunSlice(TimeSpan budget)
        {
            if (time.Last >= permit.Until)
                BegunWithout++;
            if (permit.Until < long.MaxValue)
                return SliceResult.Runnable;
            RanAfterRenewal.Set();
            return SliceResult.Finished;
        }

        public void RequestExit()
        {
        }
    }
}
