namespace Trapline.Hypervisor.Devices.Virtio.Block;

/// <summary>Numbers of the block device (virtio 1.2, section 5.2).</summary>
internal static class BlockRegisters
{
    public const int SectorSize = 512;

    public const ulong FeatureSegmentMax = 1UL << 2;
    public const ulong FeatureReadOnly = 1UL << 5;
    public const ulong FeatureBlockSize = 1UL << 6;
    public const ulong FeatureFlush = 1UL << 9;
    public const ulong FeatureWriteZeroes = 1UL << 14;

    public const uint TypeIn = 0;
    public const uint TypeOut = 1;
    public const uint TypeFlush = 4;
    public const uint TypeGetId = 8;
    public const uint TypeWriteZeroes = 13;

    public const byte StatusOk = 0;
    public const byte StatusIoError = 1;
    public const byte StatusUnsupported = 2;

    public const int HeaderSize = 16;
    public const int IdSize = 20;
    public const int RangeSize = 16; // struct virtio_blk_discard_write_zeroes
    public const uint RangeFlagUnmap = 1;
}
