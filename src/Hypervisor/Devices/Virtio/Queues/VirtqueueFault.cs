namespace Trapline.Hypervisor.Devices.Virtio.Queues;

/// <summary>How a driver broke the rules of a virtqueue: a closed set. The device then needs a reset (virtio 1.2, section 2.1.2).</summary>
public enum VirtqueueFault
{
    /// <summary>It did not.</summary>
    None,

    /// <summary>Queue size or the addresses of its parts make no sense.</summary>
    BadLayout,

    /// <summary>A ring, table or buffer is not in RAM.</summary>
    OutsideMemory,

    /// <summary>The available index ran further ahead than the queue is long.</summary>
    BadAvailableIndex,

    /// <summary>A descriptor index is not in its table.</summary>
    BadDescriptorIndex,

    /// <summary>A descriptor of no bytes.</summary>
    EmptyDescriptor,

    /// <summary>More descriptors than a chain may have, or a loop of them.</summary>
    ChainTooLong,

    /// <summary>More than 2^32 bytes in a chain.</summary>
    ChainTooLarge,

    /// <summary>A readable descriptor after a writable one.</summary>
    ReadableAfterWritable,

    /// <summary>An indirect table that was not negotiated, is nested, chained on, or of a bad size.</summary>
    BadIndirect,

    /// <summary>A chain without the parts that this kind of device needs.</summary>
    BadRequest,
}
