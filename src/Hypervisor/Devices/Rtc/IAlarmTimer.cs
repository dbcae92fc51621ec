namespace Trapline.Hypervisor.Devices.Rtc;

/// <summary>Who wakes the clock chip when its alarm is due: the machine, by calling <see cref="RtcDevice.AlarmDue"/>.</summary>
public interface IAlarmTimer
{
    /// <summary>Sets or replaces the time of the wake-up; any thread, must not call back at once.</summary>
    /// <param name="ticks">A value of <see cref="Time.IMachineClock.Ticks"/>; <see cref="ulong.MaxValue"/> for never.</param>
    void SetDeadline(ulong ticks);
}
