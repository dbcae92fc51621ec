using System.Buffers.Binary;
using Trapline.Hypervisor.Memory;
using Trapline.Hypervisor.Storage;

namespace Trapline.Hypervisor.Machine.Snapshots;

/// <summary>
/// Writes a snapshot of a machine that is held. It reads RAM a batch of pages at a time, inside the <see cref="SaveGate"/>, and writes what it has read
/// from a buffer of its own: so a save can be given up while a write hangs.
/// </summary>
internal sealed class SnapshotWriter(GuestRam ram, SnapshotRecords records, SaveGate gate, ISnapshotStore store)
{
    /// <summary>Pages that are read at a time, and written at once where they are neighbours.</summary>
    private const int Batch = 256;

    private readonly byte[] _records = records.ToBytes();
    private readonly byte[] _buffer = new byte[Batch << Page.Shift];

    /// <summary>Writes all of RAM.</summary>
    /// <returns>The number of pages stored.</returns>
    public int WriteFull(string path, Guid id)
    {
        return Write(path, sink =>
        {
            var pages = new List<int>();
            InBatches(ram.PageCount, page =>
            {
                if (PageBytes(page).ContainsAnyExcept((byte)0))
                    pages.Add(page);
            });

            var (header, index) = Layout(id, Guid.Empty, pages);
            // The length first: pages of zeros stay holes.
            sink.SetLength(header.RamOffset + header.RamSize);
            for (var i = 0; i < pages.Count;)
                i += WriteRun(sink, pages, i, header.RamOffset + ((long)pages[i] << Page.Shift), neighbours: true);
            WriteMeta(sink, header, index);
            return pages.Count;
        });
    }

    /// <summary>Writes the pages that differ from a base snapshot.</summary>
    /// <returns>The number of pages stored.</returns>
    public int WriteIncremental(string path, Guid id, Guid baseId, IReadOnlyList<int> pages)
    {
        return Write(path, sink =>
        {
            var (header, index) = Layout(id, baseId, pages);
            sink.SetLength(header.RamOffset + ((long)pages.Count << Page.Shift));
            for (var i = 0; i < pages.Count;)
                i += WriteRun(sink, pages, i, header.RamOffset + ((long)i << Page.Shift), neighbours: false);
            WriteMeta(sink, header, index);
            return pages.Count;
        });
    }

    private int Write(string path, Func<ISnapshotSink, int> content)
    {
        using var sink = store.Create(path);
        var pages = content(sink);
        sink.Flush();
        gate.Publish(sink.Publish, sink.Retract);
        return pages;
    }

    private (SnapshotHeader Header, byte[] Index) Layout(Guid id, Guid baseId, IReadOnlyList<int> pages)
    {
        var index = new byte[pages.Count * SnapshotHeader.IndexEntrySize];
        InBatches(pages.Count, i =>
        {
            var entry = index.AsSpan(i * SnapshotHeader.IndexEntrySize);
            BinaryPrimitives.WriteUInt32LittleEndian(entry, (uint)pages[i]);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], Crc32C.Of(PageBytes(pages[i])));
        });

        var indexOffset = SnapshotHeader.Size + _records.Length;
        var header = new SnapshotHeader
        {
            Id = id,
            BaseId = baseId,
            RecordsOffset = SnapshotHeader.Size,
            RecordsLength = _records.Length,
            IndexOffset = indexOffset,
            IndexEntries = pages.Count,
            RamOffset = SnapshotHeader.RamBehind(indexOffset, pages.Count),
            RamSize = (long)ram.Size,
            RecordsChecksum = Crc32C.Of(_records),
            IndexChecksum = Crc32C.Of(index),
        };
        return (header, index);
    }

    private void WriteMeta(ISnapshotSink sink, SnapshotHeader header, byte[] index)
    {
        sink.Write(_records, header.RecordsOffset);
        sink.Write(index, header.IndexOffset);
        sink.Write(header.ToBytes(), 0);
    }

    private void InBatches(int count, Action<int> read)
    {
        for (var from = 0; from < count; from += Batch)
        {
            using (gate.Enter())
            {
                for (var i = from; i < Math.Min(count, from + Batch); i++)
                    read(i);
            }
        }
    }

    /// <summary>Pages that lie side by side in the file go out in one write.</summary>
    /// <returns>How many.</returns>
    private int WriteRun(ISnapshotSink sink, IReadOnlyList<int> pages, int first, long offset, bool neighbours)
    {
        var run = 0;
        using (gate.Enter())
        {
            for (; run < Batch && first + run < pages.Count && (!neighbours || pages[first + run] == pages[first] + run); run++)
                PageBytes(pages[first + run]).CopyTo(_buffer.AsSpan(run << Page.Shift));
        }

        sink.Write(_buffer.AsSpan(0, run << Page.Shift), offset);
        return run;
    }

    private ReadOnlySpan<byte> PageBytes(int page) => ram.SpanAt(ram.PageAddress(page), Page.Size);
}
