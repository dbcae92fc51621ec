using System.Buffers.Binary;

namespace Trapline.Hypervisor.Storage.Overlay;

/// <summary>
/// One page of the block map: where 1,020 clusters of the disk lie. Each page has two slots in the file; the current one is never
/// overwritten before its successor in the other slot is durable.
/// </summary>
internal sealed class MapPage
{
    /// <summary>Bytes of a slot.</summary>
    public const int Size = 4096;

    /// <summary>Entries of a page.</summary>
    public const int Entries = (Size - HeaderSize) / 4;

    /// <summary>An entry: the cluster is as in the base.</summary>
    public const uint InBase = 0;

    /// <summary>An entry: the cluster reads as zeros.</summary>
    public const uint Zeros = 1;

    /// <summary>An entry of this value or more: data cluster number entry minus this.</summary>
    public const uint FirstData = 2;

    private const int HeaderSize = 16; // checksum, page number, sequence

    /// <summary>The slot that counts, or 1 for a page never written, so that its first version goes to slot 0.</summary>
    public int CurrentSlot { get; set; } = 1;

    public ulong Sequence { get; set; }

    public uint[] Clusters { get; } = new uint[Entries];

    /// <summary>The bytes of a new version of the page.</summary>
    public byte[] Encode(int number, ulong sequence)
    {
        var slot = new byte[Size];
        BinaryPrimitives.WriteUInt32LittleEndian(slot.AsSpan(4), (uint)number);
        BinaryPrimitives.WriteUInt64LittleEndian(slot.AsSpan(8), sequence);
        for (var i = 0; i < Entries; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(slot.AsSpan(HeaderSize + (i * 4)), Clusters[i]);
        BinaryPrimitives.WriteUInt32LittleEndian(slot, Crc32C.Of(slot.AsSpan(4)));
        return slot;
    }

    /// <summary>What a slot of the file holds.</summary>
    public static SlotState Inspect(ReadOnlySpan<byte> slot, int number, out ulong sequence)
    {
        sequence = BinaryPrimitives.ReadUInt64LittleEndian(slot[8..]);
        if (!slot.ContainsAnyExcept((byte)0))
            return SlotState.NeverWritten;
        return BinaryPrimitives.ReadUInt32LittleEndian(slot) == Crc32C.Of(slot[4..])
            && BinaryPrimitives.ReadUInt32LittleEndian(slot[4..]) == (uint)number && sequence > 0
            ? SlotState.Good
            : SlotState.Torn;
    }

    /// <summary>Takes over a good slot.</summary>
    public static MapPage Decode(ReadOnlySpan<byte> slot, int slotNumber)
    {
        var page = new MapPage { CurrentSlot = slotNumber, Sequence = BinaryPrimitives.ReadUInt64LittleEndian(slot[8..]) };
        for (var i = 0; i < Entries; i++)
            page.Clusters[i] = BinaryPrimitives.ReadUInt32LittleEndian(slot[(HeaderSize + (i * 4))..]);
        return page;
    }
}

/// <summary>What a slot of the map holds.</summary>
internal enum SlotState
{
    NeverWritten,
    Good,
    Torn,
}
