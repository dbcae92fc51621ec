namespace Trapline.Hypervisor.Devices.Virtio.Input;

/// <summary>What became of a press of the power button: a closed set.</summary>
public enum PowerPress
{
    /// <summary>A driver listens, and was given the key. What the guest makes of it is its own matter.</summary>
    Heard,

    /// <summary>No driver listens: none has started the device, or it broke the rules and has to reset it, or the machine does not execute.</summary>
    NobodyListens,

    /// <summary>A driver is there but offers too few buffers: the whole press was dropped (virtio 1.2, section 5.8.6.2).</summary>
    NoBuffers,
}
