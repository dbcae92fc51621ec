namespace Trapline.Hypervisor.DeviceTree;

/// <summary>Numbers of the flattened device-tree format (Devicetree Specification v0.4, chapter 5).</summary>
internal static class FdtFormat
{
    /// <summary>First word of every blob (section 5.2).</summary>
    public const uint Magic = 0xd00dfeed;

    /// <summary>The version written, and the newest understood.</summary>
    public const uint Version = 17;

    /// <summary>The oldest version that a version 17 blob is compatible with.</summary>
    public const uint LastCompatibleVersion = 16;

    /// <summary>Bytes in the header of version 17.</summary>
    public const int HeaderSize = 40;

    /// <summary>Bytes in one entry of the memory reservation block (section 5.3).</summary>
    public const int ReservationSize = 16;

    // Tokens of the structure block (section 5.4.1).
    public const uint BeginNode = 1;
    public const uint EndNode = 2;
    public const uint Prop = 3;
    public const uint Nop = 4;
    public const uint End = 9;
}
