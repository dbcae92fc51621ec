using Trapline.Hypervisor.Devices.Rtc;

namespace Trapline.Hypervisor.Tests.Devices;

public sealed class RtcTests
{
    private const ulong TimeLow = 0x00;
    private const ulong TimeHigh = 0x04;
    private const ulong AlarmLow = 0x08;
    private const ulong AlarmHigh = 0x0c;
    private const ulong IrqEnabled = 0x10;
    private const ulong ClearAlarm = 0x14;
    private const ulong AlarmStatus = 0x18;
    private const ulong ClearInterrupt = 0x1c;
    private const ulong Start = 0x1234_5678_ffff_fff0;

    private readonly TestClock _clock = new() { WallClockNanoseconds = Start, Ticks = 1000 };
    private readonly TestTimer _timer = new();
    private readonly TestLine _line = new();

    [Fact]
    public void Reading_the_low_half_latches_the_high_half()
    {
        var rtc = Make();
        Assert.Equal(0xffff_fff0u, rtc.Read(TimeLow, 4));
        _clock.WallClockNanoseconds += 0x100;
        Assert.Equal(0x1234_5678u, rtc.Read(TimeHigh, 4));
        Assert.Equal(0xf0u, rtc.Read(TimeLow, 4));
        Assert.Equal(0x1234_5679u, rtc.Read(TimeHigh, 4));
    }

    [Fact]
    public void The_guest_sets_its_clock_and_it_runs_on_from_there()
    {
        var rtc = Make();
        rtc.Write(TimeHigh, 4, 0x10);
        rtc.Write(TimeLow, 4, 0x20);
        _clock.WallClockNanoseconds += 5;
        Assert.Equal(0x25u, rtc.Read(TimeLow, 4));
        Assert.Equal(0x10u, rtc.Read(TimeHigh, 4));
    }

    [Fact]
    public void An_alarm_sets_a_deadline_and_interrupts_when_due()
    {
        var rtc = Make();
        rtc.Write(IrqEnabled, 4, 1);
        SetAlarm(rtc, Start + 1000);
        Assert.Equal(1u, rtc.Read(AlarmStatus, 4));
        Assert.Equal(1000u + 11, _timer.Deadline); // 1000 ns are 10 ticks; one more so that it is not early
        Advance(500);
        rtc.AlarmDue();
        Assert.False(_line.Level); // too early does no harm, and the timer is set again
        Assert.Equal(2, _timer.Calls - 1);
        Advance(600);
        rtc.AlarmDue();
        Assert.True(_line.Level);
        Assert.Equal(0u, rtc.Read(AlarmStatus, 4));
        rtc.Write(ClearInterrupt, 4, 1);
        Assert.False(_line.Level);
    }

    [Fact]
    public void An_alarm_in_the_past_is_due_at_once_and_needs_the_enable_bit_to_interrupt()
    {
        var rtc = Make();
        SetAlarm(rtc, Start - 1);
        Assert.False(_line.Level);
        rtc.Write(IrqEnabled, 4, 1);
        Assert.True(_line.Level);
    }

    [Fact]
    public void A_cleared_alarm_never_comes()
    {
        var rtc = Make();
        rtc.Write(IrqEnabled, 4, 1);
        SetAlarm(rtc, Start + 1000);
        rtc.Write(ClearAlarm, 4, 1);
        Assert.Equal(ulong.MaxValue, _timer.Deadline);
        Advance(5000);
        rtc.AlarmDue();
        Assert.False(_line.Level);
    }

    [Fact]
    public void An_alarm_beyond_all_time_does_not_overflow()
    {
        var rtc = Make();
        SetAlarm(rtc, ulong.MaxValue);
        _clock.Ticks = ulong.MaxValue - 5;
        rtc.AlarmDue();
        Assert.Equal(ulong.MaxValue, _timer.Deadline);
    }

    [Fact]
    public void A_restored_clock_keeps_offset_alarm_and_interrupt()
    {
        var rtc = Make();
        rtc.Write(TimeHigh, 4, 0x10);
        rtc.Write(TimeLow, 4, 0);
        rtc.Write(IrqEnabled, 4, 1);
        SetAlarm(rtc, 0x10_0000_1000);
        var state = Records.RoundTrip(rtc.Save());
        var timer = new TestTimer();
        var restored = new RtcDevice(_clock, timer, _line, state);
        Records.AssertSame(state, restored.Save());
        Assert.Equal(_timer.Deadline, timer.Deadline);
        Advance(0x2000);
        restored.AlarmDue();
        Assert.True(_line.Level);

        var again = new TestLine();
        _ = new RtcDevice(_clock, timer, again, Records.RoundTrip(restored.Save()));
        Assert.True(again.Level);
    }

    private RtcDevice Make() => new(_clock, _timer, _line);

    private void Advance(ulong nanoseconds)
    {
        _clock.WallClockNanoseconds += nanoseconds;
        _clock.Ticks += nanoseconds / 100;
    }

    private static void SetAlarm(RtcDevice rtc, ulong nanoseconds)
    {
        rtc.Write(AlarmHigh, 4, nanoseconds >> 32);
        rtc.Write(AlarmLow, 4, nanoseconds & 0xffff_ffff);
    }
}
