namespace Trapline.Hypervisor.Devices.Virtio.Queues;

/// <summary>A saved virtqueue.</summary>
/// <param name="Size">Entries chosen by the driver.</param>
/// <param name="Ready">Whether the driver has handed it over.</param>
/// <param name="Descriptors">Guest-physical address of the descriptor table.</param>
/// <param name="DriverArea">Guest-physical address of the available ring.</param>
/// <param name="DeviceArea">Guest-physical address of the used ring.</param>
/// <param name="NextAvailable">The available index that is taken next.</param>
/// <param name="UsedIndex">The used index that is written next.</param>
/// <param name="SignalledIndex">The used index at the last interrupt decision.</param>
/// <param name="Fault">A <see cref="VirtqueueFault"/> as a number.</param>
public sealed record VirtioQueueStateV1(
    ushort Size, bool Ready, ulong Descriptors, ulong DriverArea, ulong DeviceArea,
    ushort NextAvailable, ushort UsedIndex, ushort SignalledIndex, int Fault);
