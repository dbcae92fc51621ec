namespace Trapline.Hypervisor.Devices.Virtio;

/// <summary>Feature bits that all devices share (virtio 1.2, chapter 6).</summary>
public static class VirtioFeatures
{
    /// <summary>Indirect descriptor tables.</summary>
    public const ulong IndirectDescriptors = 1UL << 28;

    /// <summary>Notification thresholds in the rings.</summary>
    public const ulong EventIndex = 1UL << 29;

    /// <summary>The modern interface; drivers without it are refused.</summary>
    public const ulong Version1 = 1UL << 32;

    /// <summary>What every device here offers.</summary>
    public const ulong Common = IndirectDescriptors | EventIndex | Version1;
}
