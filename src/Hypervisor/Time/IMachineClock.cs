namespace Trapline.Hypervisor.Time;

/// <summary>
/// The one clock through which all time enters a machine: <c>mtime</c>, the <c>time</c> CSR, timers and the real-time clock.
/// Implementations: real (follows the host) and virtual (derives from retired instructions).
/// </summary>
public interface IMachineClock
{
    /// <summary>Ticks per second of <see cref="Ticks"/>: the <c>timebase-frequency</c> of QEMU's <c>virt</c> board.</summary>
    const uint FrequencyHz = 10_000_000;

    /// <summary>The value of <c>mtime</c>: ticks of 100 ns since the machine was first started; never goes back.</summary>
    ulong Ticks { get; }

    /// <summary>Wall-clock time as the guest's real-time clock shows it, in nanoseconds since 1970-01-01 UTC.</summary>
    ulong WallClockNanoseconds { get; }
}
