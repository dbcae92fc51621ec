namespace Trapline.Hypervisor.Devices.Clint;

/// <summary>
/// Who raises a hart's machine timer interrupt. The CLINT does not poll the clock: it says when, and the machine arranges the
/// wake-up and the level of MTIP, which is high exactly while <c>mtime</c> is at or past the deadline.
/// </summary>
public interface ITimerTarget
{
    /// <summary>Sets the deadline; any thread. It replaces the one before, and one in the past is due at once.</summary>
    /// <param name="ticks">A value of <see cref="Time.IMachineClock.Ticks"/>; <see cref="ulong.MaxValue"/> for never.</param>
    void SetDeadline(ulong ticks);
}
