using System.Globalization;
using Trapline.HostNode.Leases;
using Trapline.Shared.Clocks;

namespace Trapline.HostNode.Tests.Leases;

/// <summary>The lease on its way to the scheduler's workers.</summary>
public sealed class LeasePermitTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly SetClock _scheduler = new(1_000);
    private readonly SetClock _alwaysOn = new(1_000_000);

    [Fact]
    public void A_lease_that_was_held_when_the_machine_was_suspended_has_ended_when_it_wakes()
    {
        _alwaysOn.Now = Second * 100;
        var permit = new LeasePermit(_scheduler, _alwaysOn, origin: _alwaysOn.GetTimestamp());
        var renewals = 0;
        permit.Renewed += () => renewals++;
        permit.Publish(Second * 2);
        Assert.True(permit.Holds);
        Assert.Equal(2_000, permit.ToScheduler(Second * 2));

        _scheduler.Now += Second;
        _alwaysOn.Now += Second;
        Assert.True(permit.Holds);
        Assert.Equal(2_000, permit.ToScheduler(Second * 2));

        // Suspended for an hour: not a second of it passes for the scheduler.
        _alwaysOn.Now += TimeSpan.FromHours(1);
        Assert.False(permit.Holds);

        // Renewed, it holds again, and whoever waits hears of it.
        Assert.Equal(1, renewals);
        permit.Publish(TimeSpan.FromHours(1) + (Second * 3));
        Assert.True(permit.Holds);
        Assert.Equal(3_000, permit.ToScheduler(TimeSpan.FromHours(1) + (Second * 3)));
        Assert.Equal(2, renewals);
        permit.Publish(TimeSpan.MinValue);
        Assert.False(permit.Holds);
    }

    [SkippableFact]
    public void The_clock_that_runs_on_is_the_one_by_which_the_machine_counts_its_uptime()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "elsewhere there is none");
        var before = Uptime();
        var now = TimeSpan.FromSeconds((double)AlwaysOnClock.Instance.GetTimestamp() / AlwaysOnClock.Instance.TimestampFrequency);
        Assert.InRange(now, before - (Second / 50), Uptime() + (Second / 50));
    }

    private static TimeSpan Uptime() => TimeSpan.FromSeconds(double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture));

    private sealed class SetClock(long frequency) : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => frequency;

        public override long GetTimestamp() => (long)(Now.TotalSeconds * frequency);
    }
}
