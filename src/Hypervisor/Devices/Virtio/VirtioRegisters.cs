namespace Trapline.Hypervisor.Devices.Virtio;

/// <summary>Registers of the memory-mapped transport (virtio 1.2, section 4.2.2) and the bits of the device status (section 2.1).</summary>
internal static class VirtioRegisters
{
    public const uint Magic = 0x7472_6976; // "virt"
    public const uint ModernVersion = 2;

    public const ulong MagicValue = 0x000;
    public const ulong VersionRegister = 0x004;
    public const ulong DeviceIdRegister = 0x008;
    public const ulong VendorIdRegister = 0x00c;
    public const ulong DeviceFeatures = 0x010;
    public const ulong DeviceFeaturesSelect = 0x014;
    public const ulong DriverFeatures = 0x020;
    public const ulong DriverFeaturesSelect = 0x024;
    public const ulong QueueSelect = 0x030;
    public const ulong QueueSizeMax = 0x034;
    public const ulong QueueSize = 0x038;
    public const ulong QueueReady = 0x044;
    public const ulong QueueNotify = 0x050;
    public const ulong InterruptStatusRegister = 0x060;
    public const ulong InterruptAcknowledge = 0x064;
    public const ulong StatusRegister = 0x070;
    public const ulong QueueDescriptorsLow = 0x080;
    public const ulong QueueDescriptorsHigh = 0x084;
    public const ulong QueueDriverLow = 0x090;
    public const ulong QueueDriverHigh = 0x094;
    public const ulong QueueDeviceLow = 0x0a0;
    public const ulong QueueDeviceHigh = 0x0a4;
    public const ulong SharedLengthLow = 0x0b0;
    public const ulong SharedLengthHigh = 0x0b4;
    public const ulong SharedBaseLow = 0x0b8;
    public const ulong SharedBaseHigh = 0x0bc;
    public const ulong ConfigGenerationRegister = 0x0fc;
    public const ulong ConfigBase = 0x100;

    public const uint StatusAcknowledge = 1;
    public const uint StatusDriver = 2;
    public const uint StatusDriverOk = 4;
    public const uint StatusFeaturesOk = 8;
    public const uint StatusNeedsReset = 64;
    public const uint StatusFailed = 128;

    public const uint InterruptUsed = 1;
    public const uint InterruptConfig = 2;
}
