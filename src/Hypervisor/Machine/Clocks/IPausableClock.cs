using Trapline.Hypervisor.Time;

namespace Trapline.Hypervisor.Machine.Clocks;

/// <summary>A machine's clock as the machine drives it: it stands still while the machine is paused.</summary>
public interface IPausableClock : IMachineClock
{
    /// <summary>Stops it. Called with no hart running.</summary>
    void Pause();

    /// <summary>Lets it go on from where it stopped. Called with no hart running.</summary>
    void Resume();

    /// <summary><see cref="IMachineClock.Ticks"/> at a host timestamp that was just taken: reading the host's clock is most of an exit's cost.</summary>
    ulong TicksAt(long timestamp);

    /// <summary>The host timestamp at which <see cref="IMachineClock.Ticks"/> will have reached a value; <see cref="long.MaxValue"/> for never.</summary>
    long HostTimestampOf(ulong ticks);
}
