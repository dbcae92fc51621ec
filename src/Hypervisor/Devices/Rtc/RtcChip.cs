using Trapline.Hypervisor.Time;

namespace Trapline.Hypervisor.Devices.Rtc;

/// <summary>
/// The Goldfish real-time clock (Android's <c>GOLDFISH-VIRTUAL-HARDWARE.TXT</c>, "Goldfish timer"): nanoseconds since 1970 in two
/// halves, and one alarm. Without locks; <see cref="RtcDevice"/> serializes.
/// <code>
///   0x00 TIME_LOW    reading latches the upper half; writing sets the clock from TIME_HIGH and the value
///   0x04 TIME_HIGH
///   0x08 ALARM_LOW   writing arms the alarm at ALARM_HIGH and the value
///   0x0c ALARM_HIGH
///   0x10 IRQ_ENABLED
///   0x14 CLEAR_ALARM
///   0x18 ALARM_STATUS  1 while armed
///   0x1c CLEAR_INTERRUPT
/// </code>
/// </summary>
public sealed class RtcChip
{
    private readonly IMachineClock _clock;
    private ulong _offset;
    private uint _timeHigh;
    private uint _alarmHigh;
    private ulong _alarm;
    private bool _armed;
    private bool _enabled;
    private bool _pending;

    /// <summary>Makes the chip at reset, or as it was saved.</summary>
    public RtcChip(IMachineClock clock, RtcStateV1? state = null)
    {
        _clock = clock;
        if (state is null)
            return;
        _offset = state.OffsetNanoseconds;
        _timeHigh = state.TimeHigh;
        _alarmHigh = state.AlarmHigh;
        _alarm = state.AlarmNanoseconds;
        _armed = state.Armed;
        _enabled = state.InterruptEnabled;
        _pending = state.InterruptPending;
    }

    /// <summary>The level of the interrupt pin.</summary>
    public bool Interrupt => _pending && _enabled;

    /// <summary>When the chip needs <see cref="Update"/> next, in ticks of the machine's clock.</summary>
    public ulong Deadline
    {
        get
        {
            if (!_armed)
                return ulong.MaxValue;
            const ulong NanosecondsPerTick = 1_000_000_000 / IMachineClock.FrequencyHz;
            var now = Now;
            var wait = _alarm > now ? ((_alarm - now) / NanosecondsPerTick) + 1 : 0;
            var ticks = _clock.Ticks;
            return wait > ulong.MaxValue - ticks ? ulong.MaxValue : ticks + wait;
        }
    }

    private ulong Now => _clock.WallClockNanoseconds + _offset;

    /// <summary>Fires the alarm if it is due.</summary>
    public void Update()
    {
        if (!_armed || _alarm > Now)
            return;
        _armed = false;
        _pending = true;
    }

    /// <summary>Reads a register.</summary>
    public uint Read(ulong offset)
    {
        switch (offset)
        {
            case 0x00:
                var now = Now;
                _timeHigh = (uint)(now >> 32);
                return (uint)now;
            case 0x04:
                return _timeHigh;
            case 0x08:
                return (uint)_alarm;
            case 0x0c:
                return _alarmHigh;
            case 0x10:
                return _enabled ? 1u : 0;
            case 0x18:
                return _armed ? 1u : 0;
            default:
                return 0;
        }
    }

    /// <summary>Writes a register.</summary>
    public void Write(ulong offset, uint value)
    {
        switch (offset)
        {
            case 0x00:
                _offset = (((ulong)_timeHigh << 32) | value) - _clock.WallClockNanoseconds;
                break;
            case 0x04:
                _timeHigh = value;
                break;
            case 0x08:
                _alarm = ((ulong)_alarmHigh << 32) | value;
                _armed = true;
                break;
            case 0x0c:
                _alarmHigh = value;
                break;
            case 0x10:
                _enabled = (value & 1) != 0;
                break;
            case 0x14:
                _armed = false;
                break;
            case 0x1c:
                _pending = false;
                break;
        }

        Update();
    }

    /// <summary>The chip as it stands.</summary>
    public RtcStateV1 Save() => new(_offset, _timeHigh, _alarmHigh, _alarm, _armed, _enabled, _pending);
}
