using Trapline.Controller.Clocks;
using Trapline.Controller.Tests.Simulation;

namespace Trapline.Controller.Tests.Clocks;

/// <summary>The controller's clock, while the wall clock is set.</summary>
public sealed class SteadyClockTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly VirtualTime _time = new();
    private readonly SteadyClock _clock;

    public SteadyClockTests() => _clock = new SteadyClock(_time.Provider);

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void It_does_not_step_with_the_wall_clock_and_says_how_far_that_is_off(int direction)
    {
        var began = _clock.Utc;
        _time.RunUntil(Second);
        _time.SetWallClock(direction * Hour);
        Assert.Equal(new Moment(began + Second, Second), _clock.Now);
        Assert.Equal(direction * Hour, _clock.Drift);
    }

    [Fact]
    public void It_follows_when_it_is_told_to()
    {
        _time.SetWallClock(Hour);
        _clock.Set(_clock.Drift);
        Assert.Equal(TimeSpan.Zero, _clock.Drift);
        Assert.Equal(_time.WallClock, _clock.Utc);
        Assert.Equal(TimeSpan.Zero, _clock.Monotonic);
    }

    [Fact]
    public void It_begins_with_the_journal_where_that_is_ahead_of_the_wall_clock()
    {
        _clock.BeginAt(_time.WallClock - Hour);
        Assert.Equal(TimeSpan.Zero, _clock.Drift);
        _clock.BeginAt(_time.WallClock + Hour);
        Assert.Equal(-Hour, _clock.Drift);
    }

    [Fact]
    public void Whoever_is_held_up_while_it_reads_both_clocks_sees_no_step()
    {
        var slow = new SteadyClock(new HeldUp(_time));
        Assert.Equal(TimeSpan.Zero, slow.Drift);
    }

    /// <summary>Each look at the wall clock takes a second, and what it saw is old by then.</summary>
    private sealed class HeldUp(VirtualTime time) : TimeProvider
    {
        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow()
        {
            time.RunUntil(time.Now + Second);
            return time.WallClock;
        }

        public override long GetTimestamp() => time.Now.Ticks;
    }
}
