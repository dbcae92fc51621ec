using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using Trapline.Hypervisor.Memory;
using Trapline.Hypervisor.Storage;

namespace Trapline.Hypervisor.Machine.Snapshots;

/// <summary>
/// Writes a snapshot file: into a temporary file beside the target, flushed to the disk, then renamed over it, so that at every
/// moment, also across a power failure, the target is either the old file or the whole new one.
/// </summary>
internal sealed class SnapshotWriter
{
    private readonly GuestRam _ram;
    private readonly byte[] _records;

    public SnapshotWriter(GuestRam ram, SnapshotRecords records) => (_ram, _records) = (ram, records.ToBytes());

    /// <summary>Writes all of RAM.</summary>
    /// <returns>The number of pages stored.</returns>
    public int WriteFull(string path, Guid id)
    {
        return Write(path, file =>
        {
            var pages = new List<int>();
            for (var page = 0; page < _ram.PageCount; page++)
            {
                if (PageBytes(page).ContainsAnyExcept((byte)0))
                    pages.Add(page);
            }

            var (header, index) = Layout(id, Guid.Empty, pages);
            // The length first: pages of zeros stay holes.
            RandomAccess.SetLength(file, header.RamOffset + header.RamSize);
            WriteRuns(file, pages, page => header.RamOffset + ((long)page << Page.Shift));
            WriteMeta(file, header, index);
            return pages.Count;
        });
    }

    /// <summary>Writes the pages that differ from a base snapshot.</summary>
    /// <returns>The number of pages stored.</returns>
    public int WriteIncremental(string path, Guid id, Guid baseId, IReadOnlyList<int> pages)
    {
        return Write(path, file =>
        {
            var (header, index) = Layout(id, baseId, pages);
            RandomAccess.SetLength(file, header.RamOffset + ((long)pages.Count << Page.Shift));
            for (var i = 0; i < pages.Count; i++)
                RandomAccess.Write(file, PageBytes(pages[i]), header.RamOffset + ((long)i << Page.Shift));
            WriteMeta(file, header, index);
            return pages.Count;
        });
    }

    private static int Write(string path, Func<SafeFileHandle, int> content)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var temporary = Path.Combine(folder, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}.tmp");
        try
        {
            int pages;
            using (var file = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                pages = content(file);
                RandomAccess.FlushToDisk(file);
            }

            File.Move(temporary, path, overwrite: true);
            FolderSync.Flush(folder);
            return pages;
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private (SnapshotHeader Header, byte[] Index) Layout(Guid id, Guid baseId, IReadOnlyList<int> pages)
    {
        var index = new byte[pages.Count * SnapshotHeader.IndexEntrySize];
        for (var i = 0; i < pages.Count; i++)
        {
            var entry = index.AsSpan(i * SnapshotHeader.IndexEntrySize);
            BinaryPrimitives.WriteUInt32LittleEndian(entry, (uint)pages[i]);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], Crc32C.Of(PageBytes(pages[i])));
        }

        var indexOffset = SnapshotHeader.Size + _records.Length;
        var ramOffset = (indexOffset + index.Length + Page.Size - 1) & ~(Page.Size - 1);
        var header = new SnapshotHeader
        {
            Id = id,
            BaseId = baseId,
            RecordsOffset = SnapshotHeader.Size,
            RecordsLength = _records.Length,
            IndexOffset = indexOffset,
            IndexEntries = pages.Count,
            RamOffset = ramOffset,
            RamSize = (long)_ram.Size,
            RecordsChecksum = Crc32C.Of(_records),
            IndexChecksum = Crc32C.Of(index),
        };
        return (header, index);
    }

    private void WriteMeta(SafeFileHandle file, SnapshotHeader header, byte[] index)
    {
        RandomAccess.Write(file, _records, header.RecordsOffset);
        RandomAccess.Write(file, index, header.IndexOffset);
        RandomAccess.Write(file, header.ToBytes(), 0);
    }

    /// <summary>Neighbouring pages go out in one write.</summary>
    private void WriteRuns(SafeFileHandle file, List<int> pages, Func<int, long> offsetOf)
    {
        const int RunLimit = 256;
        for (var i = 0; i < pages.Count;)
        {
            var run = 1;
            while (i + run < pages.Count && run < RunLimit && pages[i + run] == pages[i] + run)
                run++;
            RandomAccess.Write(file, _ram.SpanAt(_ram.PageAddress(pages[i]), run << Page.Shift), offsetOf(pages[i]));
            i += run;
        }
    }

    private ReadOnlySpan<byte> PageBytes(int page) => _ram.SpanAt(_ram.PageAddress(page), Page.Size);
}
