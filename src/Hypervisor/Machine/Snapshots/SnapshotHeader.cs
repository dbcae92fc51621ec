using System.Buffers.Binary;
using Trapline.Hypervisor.Storage;

namespace Trapline.Hypervisor.Machine.Snapshots;

/// <summary>
/// The first page of a snapshot file. All numbers are little-endian. Records, page index and RAM lie behind it one after the other, RAM from the next page
/// on and to the end of the file.
/// <code>
///     0  magic "TRAPSNAP"            48  records: offset
///     8  format version (uint32)     56  records: length
///    12  flags: 1 incremental        64  page index: offset
///    16  this snapshot's id          72  page index: entries (uint64)
///    32  base snapshot's id          80  RAM: offset, a multiple of the page size
///                                    88  RAM: size of the machine's RAM
///                                    96  CRC-32C of records, 100 of page index, 104 of bytes 0 to 103; zeros from there
/// </code>
/// The page index has 8 bytes per stored page: its number in RAM and its CRC-32C, in ascending order. A full snapshot stores RAM at its
/// own offsets, with holes for pages of zeros, so that it can be mapped; an incremental one stores its pages one after the other.
/// Formats differ in the boards that they can describe: 1 has none with a power button, and a reader of 1 would leave it out of the machine.
/// </summary>
internal sealed record SnapshotHeader
{
    public const int Size = 4096;
    public const int IndexEntrySize = 8;
    public const uint CurrentVersion = 2;
    public const uint OldestVersion = 1;

    private const int ChecksumAt = 104;
    private const uint IncrementalFlag = 1;

    private static ReadOnlySpan<byte> Magic => "TRAPSNAP"u8;

    public required Guid Id { get; init; }

    /// <summary>The snapshot that this one builds upon; empty for a full one.</summary>
    public Guid BaseId { get; init; }

    public required long RecordsOffset { get; init; }

    public required long RecordsLength { get; init; }

    public required long IndexOffset { get; init; }

    public required long IndexEntries { get; init; }

    public required long RamOffset { get; init; }

    public required long RamSize { get; init; }

    public required uint RecordsChecksum { get; init; }

    public required uint IndexChecksum { get; init; }

    public bool IsIncremental => BaseId != Guid.Empty;

    public byte[] ToBytes()
    {
        var bytes = new byte[Size];
        var span = bytes.AsSpan();
        Magic.CopyTo(span);
        BinaryPrimitives.WriteUInt32LittleEndian(span[8..], CurrentVersion);
        BinaryPrimitives.WriteUInt32LittleEndian(span[12..], IsIncremental ? IncrementalFlag : 0);
        Id.TryWriteBytes(span[16..]);
        BaseId.TryWriteBytes(span[32..]);
        var at = 48;
        foreach (var number in (ReadOnlySpan<long>)[RecordsOffset, RecordsLength, IndexOffset, IndexEntries, RamOffset, RamSize])
        {
            BinaryPrimitives.WriteInt64LittleEndian(span[at..], number);
            at += 8;
        }

        BinaryPrimitives.WriteUInt32LittleEndian(span[96..], RecordsChecksum);
        BinaryPrimitives.WriteUInt32LittleEndian(span[100..], IndexChecksum);
        BinaryPrimitives.WriteUInt32LittleEndian(span[ChecksumAt..], Crc32C.Of(span[..ChecksumAt]));
        return bytes;
    }

    public static Result<SnapshotHeader> Parse(ReadOnlySpan<byte> span, long fileLength, string name)
    {
        if (span.Length < Size || !span[..8].SequenceEqual(Magic))
            return Bad(name, "is not a Trapline snapshot", "give a file that --snapshot-to has written");
        var version = BinaryPrimitives.ReadUInt32LittleEndian(span[8..]);
        if (version is < OldestVersion or > CurrentVersion)
            return Bad(name, $"is a snapshot of format {version}", $"this version reads formats {OldestVersion} to {CurrentVersion}");
        if (BinaryPrimitives.ReadUInt32LittleEndian(span[ChecksumAt..]) != Crc32C.Of(span[..ChecksumAt]))
            return Damaged(name, "its header's checksum is wrong");
        if (span[(ChecksumAt + sizeof(uint))..Size].ContainsAnyExcept((byte)0))
            return Damaged(name, "the bytes behind its header are not zero");
        var header = new SnapshotHeader
        {
            Id = new Guid(span.Slice(16, 16)),
            BaseId = new Guid(span.Slice(32, 16)),
            RecordsOffset = BinaryPrimitives.ReadInt64LittleEndian(span[48..]),
            RecordsLength = BinaryPrimitives.ReadInt64LittleEndian(span[56..]),
            IndexOffset = BinaryPrimitives.ReadInt64LittleEndian(span[64..]),
            IndexEntries = BinaryPrimitives.ReadInt64LittleEndian(span[72..]),
            RamOffset = BinaryPrimitives.ReadInt64LittleEndian(span[80..]),
            RamSize = BinaryPrimitives.ReadInt64LittleEndian(span[88..]),
            RecordsChecksum = BinaryPrimitives.ReadUInt32LittleEndian(span[96..]),
            IndexChecksum = BinaryPrimitives.ReadUInt32LittleEndian(span[100..]),
        };
        return header.CheckSections(fileLength, name) is { } error ? error : header;
    }

    internal static MachineError Damaged(string name, string how) =>
        Bad(name, $"is damaged: {how}", "take the snapshot again, or copy the file again");

    internal static MachineError Bad(string name, string wrong, string right) =>
        new(MachineErrorKind.BadSnapshot, $"{name} {wrong}", right);

    /// <summary>A checksum proves no good will: sizes are checked as if everything else were invented.</summary>
    private MachineError? CheckSections(long fileLength, string name)
    {
        if (RamSize <= 0 || RamSize % Memory.Page.Size != 0 || (ulong)RamSize > Memory.GuestRam.MaximumBytes)
            return Damaged(name, $"a RAM of {RamSize} bytes is impossible");
        var pages = RamSize / Memory.Page.Size;
        if (IndexEntries < 0 || IndexEntries > pages || RecordsLength is < 0 or > SnapshotRecords.TotalLimit)
            return Damaged(name, "a section has an impossible size");
        var ramLength = IsIncremental ? IndexEntries * Memory.Page.Size : RamSize;
        if (RecordsOffset != Size || IndexOffset != RecordsOffset + RecordsLength || RamOffset != RamBehind(IndexOffset, IndexEntries))
            return Damaged(name, "its sections do not lie one after the other");
        return fileLength == RamOffset + ramLength ? null : Damaged(name, $"it has {fileLength} bytes, its header says {RamOffset + ramLength}");
    }

    /// <summary>Where RAM lies behind a page index: at the next page, so that it can be mapped.</summary>
    internal static long RamBehind(long indexOffset, long entries) =>
        (indexOffset + (entries * IndexEntrySize) + Memory.Page.Size - 1) & -Memory.Page.Size;
}
