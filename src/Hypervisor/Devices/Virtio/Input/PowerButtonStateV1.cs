namespace Trapline.Hypervisor.Devices.Virtio.Input;

/// <summary>A saved power button, apart from its transport and queues: what its configuration space shows.</summary>
/// <param name="Select">The kind of information that the driver has selected.</param>
/// <param name="Subselect">Which of that kind.</param>
public sealed record PowerButtonStateV1(byte Select, byte Subselect);
