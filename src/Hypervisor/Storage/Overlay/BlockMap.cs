namespace Trapline.Hypervisor.Storage.Overlay;

/// <summary>
/// The block map of an overlay in memory, and how it is read from and written to the file. Pages that say nothing are not kept.
/// Not thread-safe; <see cref="OverlayDisk"/> locks.
/// </summary>
internal sealed class BlockMap
{
    private readonly OverlayHeader _header;
    private readonly MapPage?[] _pages;
    private readonly HashSet<int> _dirty = [];

    private BlockMap(OverlayHeader header)
    {
        _header = header;
        _pages = new MapPage?[PageCount(header)];
    }

    /// <summary>The next data cluster that nothing refers to.</summary>
    public uint NextFree { get; private set; }

    /// <summary>Clusters of the disk.</summary>
    public static long ClusterCount(OverlayHeader header) => (header.LengthBytes + header.ClusterSize - 1) >> header.ClusterShift;

    /// <summary>Where the data clusters begin.</summary>
    public static long DataStart(OverlayHeader header)
    {
        var mapEnd = SlotOffset(PageCount(header), 0);
        return (mapEnd + header.ClusterSize - 1) & ~((long)header.ClusterSize - 1);
    }

    public uint this[long cluster] => _pages[cluster / MapPage.Entries]?.Clusters[cluster % MapPage.Entries] ?? MapPage.InBase;

    public void Set(long cluster, uint entry)
    {
        var number = (int)(cluster / MapPage.Entries);
        var page = _pages[number] ??= new MapPage();
        page.Clusters[cluster % MapPage.Entries] = entry;
        _dirty.Add(number);
    }

    /// <summary>Refers a cluster of the disk to the next free data cluster.</summary>
    public void Allocate(long cluster) => Set(cluster, MapPage.FirstData + NextFree++);

    /// <summary>Encodes the changed pages for their other slots, and counts them as unchanged.</summary>
    public List<PendingPage> TakeDirty()
    {
        var pending = new List<PendingPage>(_dirty.Count);
        foreach (var number in _dirty)
        {
            var page = _pages[number]!;
            var slot = 1 - page.CurrentSlot;
            pending.Add(new PendingPage(number, slot, SlotOffset(number, slot), page.Encode(number, page.Sequence + 1)));
        }

        _dirty.Clear();
        return pending;
    }

    /// <summary>Pages written to their other slots are durable: those slots count from now on.</summary>
    public void Commit(List<PendingPage> written)
    {
        foreach (var pending in written)
        {
            var page = _pages[pending.Number]!;
            page.CurrentSlot = pending.Slot;
            page.Sequence++;
        }
    }

    /// <summary>Reads and checks the map of a file.</summary>
    public static BlockMap? Load(IDiskFile file, OverlayHeader header, out (StorageFaultKind Kind, string Detail) fault)
    {
        fault = default;
        var fileLength = file.Length;
        if (fileLength < DataStart(header))
        {
            fault = (StorageFaultKind.Truncated, $"the file has {fileLength} bytes, its map ends at {DataStart(header)}");
            return null;
        }

        var map = new BlockMap(header);
        var check = new MapCheck(header, (fileLength - DataStart(header)) >> header.ClusterShift);
        var slots = new byte[2 * MapPage.Size];
        for (var number = 0; number < map._pages.Length; number++)
        {
            if (!file.TryRead(SlotOffset(number, 0), slots))
            {
                fault = (StorageFaultKind.IoError, $"map page {number} cannot be read");
                return null;
            }

            if (!TryChoose(slots, number, header.Clean, out map._pages[number]))
            {
                fault = (StorageFaultKind.Corrupt, $"map page {number} fails its checksum");
                return null;
            }

            if (map._pages[number] is { } page && check.Page(page, number) is { } wrong)
            {
                fault = wrong;
                return null;
            }
        }

        map.NextFree = check.NextFree;
        return map;
    }

    private static bool TryChoose(ReadOnlySpan<byte> slots, int number, bool clean, out MapPage? page)
    {
        page = null;
        var first = MapPage.Inspect(slots[..MapPage.Size], number, out var firstSequence);
        var second = MapPage.Inspect(slots[MapPage.Size..], number, out var secondSequence);
        var torn = (first == SlotState.Torn ? 1 : 0) + (second == SlotState.Torn ? 1 : 0);

        // A writer that was cut off leaves at most the slot that it was writing torn. One that closed the file leaves none.
        if (torn == 2 || (torn == 1 && clean))
            return false;
        var useFirst = first == SlotState.Good && (second != SlotState.Good || firstSequence > secondSequence);
        if (useFirst)
            page = MapPage.Decode(slots[..MapPage.Size], 0);
        else if (second == SlotState.Good)
            page = MapPage.Decode(slots[MapPage.Size..], 1);
        return first != SlotState.Good || second != SlotState.Good || firstSequence != secondSequence;
    }

    private static int PageCount(OverlayHeader header) => (int)((ClusterCount(header) + MapPage.Entries - 1) / MapPage.Entries);

    private static long SlotOffset(int number, int slot) =>
        (OverlayHeader.Copies * OverlayHeader.Size) + (((long)number * 2) + slot) * MapPage.Size;

    /// <summary>Checks what entries say against the file and each other.</summary>
    private sealed class MapCheck(OverlayHeader header, long dataClusters)
    {
        private readonly HashSet<uint> _seen = [];

        public uint NextFree { get; private set; }

        public (StorageFaultKind Kind, string Detail)? Page(MapPage page, int number)
        {
            for (var i = 0; i < MapPage.Entries; i++)
            {
                var entry = page.Clusters[i];
                if (entry == MapPage.InBase)
                    continue;
                var cluster = ((long)number * MapPage.Entries) + i;
                if (cluster >= ClusterCount(header))
                    return (StorageFaultKind.Corrupt, $"the map speaks of cluster {cluster}, beyond the end of the disk");
                if (entry == MapPage.Zeros)
                    continue;
                var data = entry - MapPage.FirstData;
                if (data >= dataClusters)
                    return (StorageFaultKind.Truncated, $"cluster {cluster} lies in data cluster {data}, the file ends before it");
                if (!_seen.Add(data))
                    return (StorageFaultKind.Corrupt, $"data cluster {data} is used twice");
                NextFree = Math.Max(NextFree, data + 1);
            }

            return null;
        }
    }
}

/// <summary>A page version on its way to the file.</summary>
internal readonly record struct PendingPage(int Number, int Slot, long Offset, byte[] Bytes);
