using Trapline.Hypervisor.Devices.Virtio.Queues;

namespace Trapline.Hypervisor.Devices.Virtio;

/// <summary>A saved virtio device: its transport and queues. The functions keep nothing that is not in here or at their host side.</summary>
/// <param name="DeviceId">Which kind of device; a restored one must be of the same kind.</param>
/// <param name="Status">The device status.</param>
/// <param name="DeviceFeaturesSelect">The word of device features that is read.</param>
/// <param name="DriverFeaturesSelect">The word of driver features that is written.</param>
/// <param name="DriverFeatures">The features that the driver took.</param>
/// <param name="QueueSelect">The queue that queue registers speak of.</param>
/// <param name="InterruptStatus">The pending interrupt reasons.</param>
/// <param name="ConfigGeneration">The number of configuration changes.</param>
/// <param name="Queues">The queues, in order.</param>
public sealed record VirtioStateV1(
    uint DeviceId, uint Status, uint DeviceFeaturesSelect, uint DriverFeaturesSelect, ulong DriverFeatures,
    uint QueueSelect, uint InterruptStatus, uint ConfigGeneration, VirtioQueueStateV1[] Queues);
