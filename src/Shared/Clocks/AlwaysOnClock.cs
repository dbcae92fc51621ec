using System.Runtime.InteropServices;

namespace Trapline.Shared.Clocks;

/// <summary>
/// A monotonic clock that runs on while the machine is suspended (Linux: CLOCK_BOOTTIME, clock_gettime(2)); elsewhere the monotonic clock that there is. For
/// rights that others may have taken away meanwhile: they have to end. What others were promised is measured with the clock that stands still, and so
/// lasts longer: on both sides of a lease that errs on the safe side.
/// </summary>
public sealed class AlwaysOnClock : TimeProvider
{
    private const int BootTime = 7;

    private AlwaysOnClock()
    {
    }

    /// <summary>The machine's.</summary>
    public static TimeProvider Instance { get; } = OperatingSystem.IsLinux() ? new AlwaysOnClock() : System;

    /// <inheritdoc/>
    public override long TimestampFrequency => 1_000_000_000;

    /// <inheritdoc/>
    public override long GetTimestamp()
    {
        Invariant.Require(GetTime(BootTime, out var now) == 0, "Linux has CLOCK_BOOTTIME");
        return (now.Seconds * TimestampFrequency) + now.Nanoseconds;
    }

    [DllImport("libc", EntryPoint = "clock_gettime")]
    private static extern int GetTime(int clock, out TimeSpec now);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct TimeSpec(nint Seconds, nint Nanoseconds);
}
