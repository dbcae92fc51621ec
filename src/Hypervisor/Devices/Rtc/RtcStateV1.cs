namespace Trapline.Hypervisor.Devices.Rtc;

/// <summary>A saved real-time clock.</summary>
/// <param name="OffsetNanoseconds">What the guest set the clock ahead of the machine's wall clock (wraps at 2^64).</param>
/// <param name="TimeHigh">The upper half latched by the last read of the lower.</param>
/// <param name="AlarmHigh">The upper half of the alarm, waiting for the lower.</param>
/// <param name="AlarmNanoseconds">When the alarm is due, while armed.</param>
/// <param name="Armed">Whether an alarm is set.</param>
/// <param name="InterruptEnabled">Whether the alarm may raise the interrupt.</param>
/// <param name="InterruptPending">Whether it has.</param>
public sealed record RtcStateV1(
    ulong OffsetNanoseconds, uint TimeHigh, uint AlarmHigh, ulong AlarmNanoseconds,
    bool Armed, bool InterruptEnabled, bool InterruptPending);
