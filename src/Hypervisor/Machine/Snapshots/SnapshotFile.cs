using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using Trapline.Hypervisor.Memory;
using Trapline.Hypervisor.Storage;

namespace Trapline.Hypervisor.Machine.Snapshots;

/// <summary>
/// An open snapshot, checked. Files are hostile input; whatever is wrong with one is an error that names it. RAM that is mapped is
/// checked page by page only when asked for (<c>verify</c>), because reading all of it is what mapping avoids.
/// </summary>
internal sealed class SnapshotFile : IDisposable
{
    private const int ChainLimit = 64;

    private readonly SafeFileHandle _file;
    private readonly byte[] _index;
    private readonly SnapshotFile? _base;

    private SnapshotFile(string path, SafeFileHandle file, SnapshotHeader header, SnapshotRecords records, byte[] index, SnapshotFile? baseFile)
    {
        Path = path;
        _file = file;
        Header = header;
        Records = records;
        _index = index;
        _base = baseFile;
    }

    public string Path { get; }

    public SnapshotHeader Header { get; }

    public SnapshotRecords Records { get; }

    private int Pages => _index.Length / SnapshotHeader.IndexEntrySize;

    /// <summary>Opens a snapshot and, for an incremental one, those that it builds upon, which lie in the same folder.</summary>
    public static Result<SnapshotFile> Open(string path) => Open(path, ChainLimit);

    /// <summary>Compares each stored page with its checksum.</summary>
    public MachineError? Verify()
    {
        var page = new byte[Page.Size];
        for (var i = 0; i < Pages; i++)
        {
            if (RandomAccess.Read(_file, page, PageOffset(i)) != page.Length || Crc32C.Of(page) != PageChecksum(i))
                return SnapshotHeader.Damaged(Path, $"page {PageNumber(i)} has the wrong checksum");
        }

        return _base?.Verify();
    }

    /// <summary>Builds RAM: the full snapshot's pages shared and copied on write, those of incremental ones copied.</summary>
    public GuestRam MapRam()
    {
        if (_base is null)
            return GuestRam.MapCopyOnWrite(_file, Header.RamOffset, (ulong)Header.RamSize);
        var ram = _base.MapRam();
        for (var i = 0; i < Pages; i++)
        {
            var target = ram.SpanAt(ram.PageAddress(PageNumber(i)), Page.Size);
            if (RandomAccess.Read(_file, target, PageOffset(i)) != Page.Size)
                throw new IOException($"{Path} became shorter while it was read");
        }

        return ram;
    }

    public void Dispose()
    {
        _file.Dispose();
        _base?.Dispose();
    }

    private static Result<SnapshotFile> Open(string path, int chainLeft)
    {
        SafeFileHandle? file = null;
        try
        {
            file = File.OpenHandle(path);
            var opened = Read(path, file, chainLeft);
            if (opened.Error is null)
                file = null; // the snapshot owns it now
            return opened;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return new MachineError(MachineErrorKind.FileAccess, $"snapshot {path} cannot be read ({e.Message})", "give an existing snapshot file");
        }
        finally
        {
            file?.Dispose();
        }
    }

    private static Result<SnapshotFile> Read(string path, SafeFileHandle file, int chainLeft)
    {
        var length = RandomAccess.GetLength(file);
        var headerBytes = new byte[SnapshotHeader.Size];
        var read = RandomAccess.Read(file, headerBytes, 0);
        if (!SnapshotHeader.Parse(headerBytes.AsSpan(0, read), length, path).TryGet(out var header, out var error))
            return error;

        var recordBytes = new byte[header.RecordsLength];
        var index = new byte[header.IndexEntries * SnapshotHeader.IndexEntrySize];
        if (!ReadAll(file, recordBytes, header.RecordsOffset) || Crc32C.Of(recordBytes) != header.RecordsChecksum)
            return SnapshotHeader.Damaged(path, "the checksum of its records is wrong");
        if (!ReadAll(file, index, header.IndexOffset) || Crc32C.Of(index) != header.IndexChecksum)
            return SnapshotHeader.Damaged(path, "the checksum of its page index is wrong");
        if (CheckIndex(index, header.RamSize / Page.Size) is { } disorder)
            return SnapshotHeader.Damaged(path, disorder);
        if (!SnapshotRecords.Parse(recordBytes, path).TryGet(out var records, out error))
            return error;

        SnapshotFile? baseFile = null;
        if (header.IsIncremental && OpenBase(path, header, records, chainLeft, out baseFile) is { } baseError)
            return baseError;
        return new SnapshotFile(path, file, header, records, index, baseFile);
    }

    private static MachineError? OpenBase(string path, SnapshotHeader header, SnapshotRecords records, int chainLeft, out SnapshotFile? baseFile)
    {
        baseFile = null;
        if (chainLeft == 0)
            return SnapshotHeader.Bad(path, $"builds upon more than {ChainLimit} others", "take a full snapshot");
        if (!records.Get<BaseReferenceV1>(BaseReferenceV1.RecordName).TryGet(out var reference, out var error))
            return error;
        // A name in a hostile file must not lead out of its folder.
        if (reference.FileName.Length == 0 || System.IO.Path.GetFileName(reference.FileName) != reference.FileName)
            return SnapshotHeader.Damaged(path, "the name of its base is not a plain file name");
        var folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!;
        var opened = Open(System.IO.Path.Combine(folder, reference.FileName), chainLeft - 1);
        if (!opened.TryGet(out var found, out error))
            return error with { Wrong = $"{path} builds upon a snapshot that cannot be used: {error.Wrong}" };
        if (found.Header.Id != header.BaseId || found.Header.RamSize != header.RamSize)
        {
            found.Dispose();
            return SnapshotHeader.Bad(path, $"builds upon another snapshot than {found.Path}", $"bring back the one with id {header.BaseId}");
        }

        baseFile = found;
        return null;
    }

    private static string? CheckIndex(ReadOnlySpan<byte> index, long pages)
    {
        long last = -1;
        for (; index.Length >= SnapshotHeader.IndexEntrySize; index = index[SnapshotHeader.IndexEntrySize..])
        {
            long page = BinaryPrimitives.ReadUInt32LittleEndian(index);
            if (page <= last || page >= pages)
                return $"its page index names page {page} after {last}";
            last = page;
        }

        return null;
    }

    private static bool ReadAll(SafeFileHandle file, Span<byte> destination, long offset)
    {
        while (!destination.IsEmpty)
        {
            var read = RandomAccess.Read(file, destination, offset);
            if (read <= 0)
                return false;
            destination = destination[read..];
            offset += read;
        }

        return true;
    }

    private int PageNumber(int entry) => (int)BinaryPrimitives.ReadUInt32LittleEndian(_index.AsSpan(entry * SnapshotHeader.IndexEntrySize));

    private uint PageChecksum(int entry) => BinaryPrimitives.ReadUInt32LittleEndian(_index.AsSpan((entry * SnapshotHeader.IndexEntrySize) + 4));

    private long PageOffset(int entry) =>
        Header.RamOffset + ((long)(Header.IsIncremental ? entry : PageNumber(entry)) << Page.Shift);
}

/// <summary>Names the snapshot that an incremental one builds upon.</summary>
/// <param name="FileName">The base's file name, in the same folder.</param>
internal sealed record BaseReferenceV1(string FileName)
{
    public const string RecordName = "base";
}
