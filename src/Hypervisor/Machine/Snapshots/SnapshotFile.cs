using Microsoft.Win32.SafeHandles;
using Trapline.Hypervisor.Memory;
using Trapline.Hypervisor.Storage;

namespace Trapline.Hypervisor.Machine.Snapshots;

/// <summary>
/// An open snapshot, checked. Files are hostile input; whatever is wrong with one is an error that names it. RAM comes from it in two ways: read, with
/// every page compared with its checksum and every hole found empty; or mapped, from a file that is known to be good, because reading all of it is what
/// mapping avoids. All bytes that are neither records, index nor RAM have to be zero, so that no change of a file goes unnoticed.
/// </summary>
internal sealed class SnapshotFile : IDisposable
{
    private const int ChainLimit = 64;

    private readonly SafeFileHandle _file;
    private readonly SnapshotPages _pages;
    private readonly SnapshotFile? _base;

    private SnapshotFile(string path, SafeFileHandle file, SnapshotHeader header, SnapshotRecords records, SnapshotPages pages, SnapshotFile? baseFile)
    {
        Path = path;
        _file = file;
        Header = header;
        Records = records;
        _pages = pages;
        _base = baseFile;
    }

    public string Path { get; }

    public SnapshotHeader Header { get; }

    public SnapshotRecords Records { get; }

    /// <summary>Opens a snapshot and, for an incremental one, those that it builds upon, which lie in the same folder.</summary>
    public static Result<SnapshotFile> Open(string path) => Open(path, ChainLimit);

    /// <summary>Reads RAM, and checks all of it: what is checked is what is then there.</summary>
    /// <param name="ram">RAM of the size that the header says, filled with zeros.</param>
    /// <param name="files">Tells holes from data.</param>
    /// <returns>What is wrong, or null.</returns>
    public MachineError? ReadInto(GuestRam ram, ISparseFiles files)
    {
        try
        {
            var problem = _base is null ? _pages.CheckHoles(files) : _base.ReadInto(ram, files);
            return problem ?? _pages.ReadInto(ram, check: true);
        }
        catch (IOException e)
        {
            return SnapshotHeader.Damaged(Path, e.Message);
        }
    }

    /// <summary>Builds RAM unchecked: the full snapshot's pages shared and copied on write, those of incremental ones copied.</summary>
    public Result<GuestRam> MapRam()
    {
        if (_base is null)
            return GuestRam.MapCopyOnWrite(_file, Header.RamOffset, (ulong)Header.RamSize);
        if (!_base.MapRam().TryGet(out var ram, out var error))
            return error;
        if (_pages.ReadInto(ram, check: false) is not { } problem)
            return ram;
        ram.Dispose();
        return problem;
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
        if (!WholeRead.TryFill(file, recordBytes, header.RecordsOffset) || Crc32C.Of(recordBytes) != header.RecordsChecksum)
            return SnapshotHeader.Damaged(path, "the checksum of its records is wrong");
        if (!WholeRead.TryFill(file, index, header.IndexOffset) || Crc32C.Of(index) != header.IndexChecksum)
            return SnapshotHeader.Damaged(path, "the checksum of its page index is wrong");
        if (SnapshotPages.Disorder(index, header.RamSize / Page.Size) is { } disorder)
            return SnapshotHeader.Damaged(path, disorder);
        var gap = new byte[header.RamOffset - header.IndexOffset - index.Length];
        if (!WholeRead.TryFill(file, gap, header.RamOffset - gap.Length) || gap.AsSpan().ContainsAnyExcept((byte)0))
            return SnapshotHeader.Damaged(path, "the bytes between its page index and RAM are not zero");
        if (!SnapshotRecords.Parse(recordBytes, path).TryGet(out var records, out error))
            return error;

        SnapshotFile? baseFile = null;
        if (header.IsIncremental && OpenBase(path, header, records, chainLeft, out baseFile) is { } baseError)
            return baseError;
        return new SnapshotFile(path, file, header, records, new SnapshotPages(path, file, header, index), baseFile);
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
}

/// <summary>Names the snapshot that an incremental one builds upon.</summary>
/// <param name="FileName">The base's file name, in the same folder.</param>
internal sealed record BaseReferenceV1(string FileName)
{
    public const string RecordName = "base";
}
