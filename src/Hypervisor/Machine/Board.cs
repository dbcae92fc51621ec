using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Devices.Clint;
using Trapline.Hypervisor.Devices.Plic;
using Trapline.Hypervisor.Devices.Rtc;
using Trapline.Hypervisor.Devices.Uart;
using Trapline.Hypervisor.Devices.Virtio;
using Trapline.Hypervisor.Devices.Virtio.Entropy;
using Trapline.Hypervisor.Devices.Virtio.Input;
using Trapline.Hypervisor.Machine.Boot;
using Trapline.Hypervisor.Machine.Clocks;
using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Machine;

/// <summary>
/// The virtual hardware of a machine, as <see cref="MachineBuilder"/> has put it together: what runs on it is the matter of
/// <see cref="VirtualMachine"/>.
/// </summary>
internal sealed class Board : IDisposable
{
    public required GuestRam Ram { get; init; }

    public required PhysicalBus Bus { get; init; }

    public required IPausableClock Clock { get; init; }

    public required IReadOnlyList<Hart> Harts { get; init; }

    public required IReadOnlyList<MachineTimer> MachineTimers { get; init; }

    public required DeviceAlarm RtcAlarm { get; init; }

    public required PowerSwitch Power { get; init; }

    public required ClintDevice Clint { get; init; }

    public required PlicDevice Plic { get; init; }

    public required UartDevice Uart { get; init; }

    public required RtcDevice Rtc { get; init; }

    /// <summary>The eight slots; null for an empty one.</summary>
    public required IReadOnlyList<VirtioSlot?> Slots { get; init; }

    /// <summary>What is in one of them; null on a board without.</summary>
    public required VirtioPowerButton? PowerButton { get; init; }

    /// <summary>The generator of a repeatable run; null where the host's is used.</summary>
    public required SeededEntropy? Entropy { get; init; }

    /// <summary>What a firmware finds at reset; null in a direct boot.</summary>
    public required ResetRom? Rom { get; init; }

    public required DiskSet Disks { get; init; }

    public void Dispose()
    {
        foreach (var hart in Harts)
            hart.Dispose();
        Ram.Dispose();
        Disks.Dispose();
    }
}
