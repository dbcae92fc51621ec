using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using Trapline.Hypervisor.Memory;
using Trapline.Hypervisor.Storage;

namespace Trapline.Hypervisor.Machine.Snapshots;

/// <summary>
/// The pages of RAM that a snapshot file stores. What is read into a machine's RAM is checked there, so that what was checked is what the guest gets,
/// whatever becomes of the file. A page that the index does not name is a page of zeros, and has to be one in the file as well: machines that map the
/// file would find there whatever a disk has put into the hole.
/// </summary>
internal sealed class SnapshotPages(string path, SafeFileHandle file, SnapshotHeader header, byte[] index)
{
    /// <summary>Pages that are read at a time.</summary>
    private const int Batch = 256;

    private int Count => index.Length / SnapshotHeader.IndexEntrySize;

    /// <summary>What is wrong with an index's order; null if nothing is.</summary>
    public static string? Disorder(ReadOnlySpan<byte> index, long pages)
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

    /// <summary>Reads the stored pages to their places.</summary>
    /// <param name="ram">RAM of the size that the header says.</param>
    /// <param name="check">Whether each page is compared with its checksum, as it lies in RAM then.</param>
    /// <returns>What is wrong with one, or null.</returns>
    public MachineError? ReadInto(GuestRam ram, bool check)
    {
        for (var first = 0; first < Count;)
        {
            var run = RunFrom(first);
            var target = ram.SpanAt(ram.PageAddress(PageNumber(first)), run << Page.Shift);
            if (!WholeRead.TryFill(file, target, PageOffset(first)))
                return SnapshotHeader.Damaged(path, "it became shorter while it was read");
            for (var i = 0; check && i < run; i++)
            {
                if (Crc32C.Of(target.Slice(i << Page.Shift, Page.Size)) != PageChecksum(first + i))
                    return SnapshotHeader.Damaged(path, $"page {PageNumber(first + i)} has the wrong checksum");
            }

            first += run;
        }

        return null;
    }

    /// <summary>Looks for data where a full snapshot has holes. Reads only what the file system says is data.</summary>
    /// <returns>What is wrong, or null.</returns>
    public MachineError? CheckHoles(ISparseFiles files)
    {
        var buffer = new byte[Batch << Page.Shift];
        var entry = 0; // the first that may name a page at or behind the one that is looked at
        foreach (var extent in files.DataIn(file, header.RamOffset, header.RamOffset + header.RamSize))
        {
            var end = PageAt(extent.Offset + extent.Length + Page.Size - 1);
            for (var page = PageAt(extent.Offset); page < end;)
            {
                while (entry < Count && PageNumber(entry) < page)
                    entry++;
                var stored = entry < Count ? PageNumber(entry) : end;
                if (stored == page)
                {
                    page++;
                    continue;
                }

                var pages = Math.Min(Math.Min(stored, end) - page, Batch);
                var hole = buffer.AsSpan(0, pages << Page.Shift);
                if (!WholeRead.TryFill(file, hole, header.RamOffset + ((long)page << Page.Shift)))
                    return SnapshotHeader.Damaged(path, "it became shorter while it was read");
                if (hole.IndexOfAnyExcept((byte)0) is >= 0 and var at)
                    return SnapshotHeader.Damaged(path, $"page {page + (at >> Page.Shift)} is none of those that were stored, and is not empty");
                page += pages;
            }
        }

        return null;
    }

    /// <summary>How many pages from an entry on lie side by side in the file and in RAM.</summary>
    private int RunFrom(int first)
    {
        var run = 1;
        while (run < Batch && first + run < Count && PageNumber(first + run) == PageNumber(first) + run)
            run++;
        return run;
    }

    private int PageAt(long offset) => (int)((offset - header.RamOffset) >> Page.Shift);

    private int PageNumber(int entry) => (int)BinaryPrimitives.ReadUInt32LittleEndian(index.AsSpan(entry * SnapshotHeader.IndexEntrySize));

    private uint PageChecksum(int entry) => BinaryPrimitives.ReadUInt32LittleEndian(index.AsSpan((entry * SnapshotHeader.IndexEntrySize) + 4));

    private long PageOffset(int entry) =>
        header.RamOffset + ((long)(header.IsIncremental ? entry : PageNumber(entry)) << Page.Shift);
}
