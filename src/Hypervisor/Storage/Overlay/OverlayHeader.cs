using System.Buffers.Binary;
using System.Text;

namespace Trapline.Hypervisor.Storage.Overlay;

/// <summary>
/// The head of an overlay file. It is kept twice, in the first two blocks; a change goes to the older copy and is flushed, so that
/// one good copy exists at any moment.
/// </summary>
/// <param name="Sequence">Grows with each change: the copy with the higher number counts.</param>
/// <param name="LengthBytes">The size of the disk.</param>
/// <param name="ClusterShift">log2 of the bytes in a cluster.</param>
/// <param name="Base">The image below.</param>
/// <param name="Incarnation">The incarnation that opened the disk last for writing; older ones are refused.</param>
/// <param name="Clean">Whether the last writer closed the file: then no part of it may be torn.</param>
internal sealed record OverlayHeader(
    ulong Sequence, long LengthBytes, int ClusterShift, ImageIdentity Base, ulong Incarnation, bool Clean)
{
    public const int Size = 4096;
    public const int Copies = 2;
    public const uint FormatVersion = 1;
    public const int MinClusterShift = 12;
    public const int MaxClusterShift = 21;

    /// <summary>The most clusters of a disk: with clusters of 64 KiB, 4 TiB. It bounds the map, which is read when a disk is opened.</summary>
    public const long MaxClusters = 1L << 26;

    private const int SequenceAt = 16;
    private const int ChecksumAt = Size - 4;
    private const uint FlagClean = 1;

    private static ReadOnlySpan<byte> Magic => "TRPLOVL\n"u8;

    public int ClusterSize => 1 << ClusterShift;

    public byte[] Encode()
    {
        var block = new byte[Size];
        Magic.CopyTo(block);
        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(8), FormatVersion);
        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(12), (uint)ClusterShift);
        BinaryPrimitives.WriteUInt64LittleEndian(block.AsSpan(SequenceAt), Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(block.AsSpan(24), LengthBytes);
        BinaryPrimitives.WriteInt64LittleEndian(block.AsSpan(32), Base.LengthBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(block.AsSpan(40), Incarnation);
        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(48), Clean ? FlagClean : 0);
        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(52), (uint)Base.Id.Length);
        Encoding.ASCII.GetBytes(Base.Id, block.AsSpan(56, ImageIdentity.MaxIdLength));
        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(ChecksumAt), Crc32C.Of(block.AsSpan(0, ChecksumAt)));
        return block;
    }

    /// <summary>Reads one copy; null with the reason where it is not good.</summary>
    public static OverlayHeader? Decode(ReadOnlySpan<byte> block, out StorageFaultKind fault)
    {
        fault = StorageFaultKind.NotAnOverlay;
        if (block.Length < Size || !block.StartsWith(Magic))
            return null;
        fault = StorageFaultKind.Corrupt;
        if (BinaryPrimitives.ReadUInt32LittleEndian(block[ChecksumAt..]) != Crc32C.Of(block[..ChecksumAt]))
            return null;
        if (BinaryPrimitives.ReadUInt32LittleEndian(block[8..]) != FormatVersion)
        {
            fault = StorageFaultKind.UnknownVersion;
            return null;
        }

        var shift = BinaryPrimitives.ReadUInt32LittleEndian(block[12..]);
        var length = BinaryPrimitives.ReadInt64LittleEndian(block[24..]);
        var baseLength = BinaryPrimitives.ReadInt64LittleEndian(block[32..]);
        var idLength = BinaryPrimitives.ReadUInt32LittleEndian(block[52..]);
        if (shift is < MinClusterShift or > MaxClusterShift || length <= 0 || length > MaxClusters << (int)shift
            || baseLength < 0 || idLength > ImageIdentity.MaxIdLength)
            return null;
        return new OverlayHeader(
            BinaryPrimitives.ReadUInt64LittleEndian(block[SequenceAt..]), length, (int)shift,
            new ImageIdentity(baseLength, Encoding.ASCII.GetString(block.Slice(56, (int)idLength))),
            BinaryPrimitives.ReadUInt64LittleEndian(block[40..]),
            (BinaryPrimitives.ReadUInt32LittleEndian(block[48..]) & FlagClean) != 0);
    }

    /// <summary>Whether another writer may have changed the header: cheap enough to ask before every write.</summary>
    public static bool HasChangedSince(IDiskFile file, ulong sequence)
    {
        Span<byte> field = stackalloc byte[8];
        for (var copy = 0; copy < Copies; copy++)
        {
            if (!file.TryRead(((long)copy * Size) + SequenceAt, field) || BinaryPrimitives.ReadUInt64LittleEndian(field) > sequence)
                return true;
        }

        return false;
    }

    /// <summary>The copy that counts of those in a file, and where it lies; null with the reason where none is good.</summary>
    public static (OverlayHeader Header, int Copy)? ReadNewest(IDiskFile file, out StorageFaultKind fault)
    {
        (OverlayHeader Header, int Copy)? newest = null;
        fault = StorageFaultKind.NotAnOverlay;
        Span<byte> block = stackalloc byte[Size];
        for (var copy = 0; copy < Copies; copy++)
        {
            if (!file.TryRead((long)copy * Size, block))
                continue;
            var header = Decode(block, out var why);
            if (header is null)
                fault = why == StorageFaultKind.NotAnOverlay ? fault : why;
            else if (newest is null || header.Sequence > newest.Value.Header.Sequence)
                newest = (header, copy);
        }

        return newest;
    }
}
