using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Trapline.Hypervisor.Memory;

/// <summary>
/// A hart's software TLB as generated code sees it: for reading, writing and fetching one direct-mapped table of tags and one of
/// addends each, in native memory.
/// </summary>
/// <remarks>
/// An access of <c>size</c> bytes (1, 2, 4, 8) at virtual address <c>va</c> hits when
/// <c>Tags[(va >> 12) &amp; Mask] == ((va &amp; (~0xFFF | (size - 1))) | Context)</c>: the bits of a misaligned address make the
/// comparison fail. Then the host address is <c>va + Addends[(va >> 12) &amp; Mask]</c>. Contexts occupy bits 3 to 11 and are never
/// zero, so a zeroed table is empty. A context stands for an address space and privilege; changing it costs one store, and dropping
/// all entries of a context means never using its number again until the tables are cleared.
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct SoftTlb
{
    /// <summary>Entries of each table at first: a power of two.</summary>
    public const int InitialEntries = 1024;

    /// <summary>Entries after <see cref="Grow"/>.</summary>
    public const int MaximumEntries = 16384;

    /// <summary>The distance from one table to the next, whatever their size: in the order of the fields.</summary>
    public const int TableBytes = MaximumEntries * sizeof(ulong);

    /// <summary>The number of contexts, of which 0 is not used.</summary>
    public const int Contexts = 512;

    /// <summary>Where a context's number stands in a tag.</summary>
    public const int ContextShift = 3;

    private const int Tables = 6;
    private const int BlockBytes = (Tables * TableBytes) + (LargePage.Count * LargePage.EntryBytes);

    /// <summary>Tags for loads.</summary>
    public ulong* ReadTags;

    /// <summary>Addends for loads.</summary>
    public nint* ReadAddends;

    /// <summary>Tags for stores and AMOs.</summary>
    public ulong* WriteTags;

    /// <summary>Addends for stores and AMOs.</summary>
    public nint* WriteAddends;

    /// <summary>Tags for fetches.</summary>
    public ulong* FetchTags;

    /// <summary>Addends for fetches.</summary>
    public nint* FetchAddends;

    /// <summary>The second level: pages of 2 MiB for loads and stores, direct-mapped by address.</summary>
    public LargePage* LargePages;

    /// <summary>Entries of each table less one.</summary>
    public ulong Mask;

    /// <summary>The context of loads and stores, shifted by <see cref="ContextShift"/>.</summary>
    public ulong DataContext;

    /// <summary>The context of fetches, shifted by <see cref="ContextShift"/>.</summary>
    public ulong FetchContext;

    /// <summary>Times that entries were dropped: whoever keeps a copy of an entry forgets it when this changes.</summary>
    public ulong Drops;

    /// <summary>Reads through the table. False on a miss or a misaligned address.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool TryLoad<T>(ulong va, out T value) where T : unmanaged
    {
        nuint index = (nuint)((va >> Page.Shift) & Mask);
        // SAFETY: the index is masked to the table; a tag that matches vouches for the addend.
        if (ReadTags[index] == ((va & (~Page.OffsetMask | (ulong)(sizeof(T) - 1))) | DataContext))
        {
            value = *(T*)(nint)((nint)va + ReadAddends[index]);
            return true;
        }
        value = default;
        return false;
    }

    /// <summary>Writes through the table. False on a miss or a misaligned address.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool TryStore<T>(ulong va, T value) where T : unmanaged
    {
        nuint index = (nuint)((va >> Page.Shift) & Mask);
        // SAFETY: as in TryLoad.
        if (WriteTags[index] == ((va & (~Page.OffsetMask | (ulong)(sizeof(T) - 1))) | DataContext))
        {
            *(T*)(nint)((nint)va + WriteAddends[index]) = value;
            return true;
        }
        return false;
    }

    /// <summary>The memory behind a writable, aligned address, for atomic access. False on a miss or a misaligned address.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool TryLocate<T>(ulong va, out nint host) where T : unmanaged
    {
        nuint index = (nuint)((va >> Page.Shift) & Mask);
        // SAFETY: as in TryLoad; used for AMOs, which need the right to write.
        bool hit = WriteTags[index] == ((va & (~Page.OffsetMask | (ulong)(sizeof(T) - 1))) | DataContext);
        host = hit ? (nint)va + WriteAddends[index] : 0;
        return hit;
    }

    /// <summary>The same for a readable address, as LR needs it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool TryLocateToRead<T>(ulong va, out nint host) where T : unmanaged
    {
        nuint index = (nuint)((va >> Page.Shift) & Mask);
        // SAFETY: as in TryLoad.
        bool hit = ReadTags[index] == ((va & (~Page.OffsetMask | (ulong)(sizeof(T) - 1))) | DataContext);
        host = hit ? (nint)va + ReadAddends[index] : 0;
        return hit;
    }

    /// <summary>The memory that <see cref="TryLocate"/> or <see cref="TryLocateToRead"/> found.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    // SAFETY: the address was vouched for by a tag in this safe interval; write entries are dropped by the hart's own thread only.
    public static ref T At<T>(nint host) where T : unmanaged => ref *(T*)host;

    /// <summary>Allocates empty tables. There is room for the largest ones; the host gives memory to what is used.</summary>
    public void Allocate()
    {
        // SAFETY: one zeroed block holds the six tables and the second level one after the other.
        byte* block = (byte*)HostMemory.Default.Allocate(BlockBytes);
        ReadTags = (ulong*)block;
        ReadAddends = (nint*)(block + TableBytes);
        WriteTags = (ulong*)(block + (2 * TableBytes));
        WriteAddends = (nint*)(block + (3 * TableBytes));
        FetchTags = (ulong*)(block + (4 * TableBytes));
        FetchAddends = (nint*)(block + (5 * TableBytes));
        LargePages = (LargePage*)(block + (Tables * TableBytes));
        Mask = InitialEntries - 1;
    }

    /// <summary>
    /// Makes the tables as large as they can be. Nothing is dropped: what now stands in the wrong place is not found any more, and no match is wrong,
    /// since a tag names the whole page.
    /// </summary>
    public void Grow() => Mask = MaximumEntries - 1;

    /// <summary>Frees the tables.</summary>
    public void Free()
    {
        // SAFETY: ReadTags is the start of the block.
        HostMemory.Default.Free((nint)ReadTags, BlockBytes);
        ReadTags = WriteTags = FetchTags = null;
        ReadAddends = WriteAddends = FetchAddends = null;
        LargePages = null;
    }

    /// <summary>
    /// Tells the second level that all of the 2 MiB around an address are in RAM, mapped in one piece and protected alike.
    /// </summary>
    /// <param name="va">The address.</param>
    /// <param name="context">The context, as in tags.</param>
    /// <param name="write">Whether stores are allowed, else loads. Stores look at each page's flags besides.</param>
    /// <param name="host">The host address of the 2 MiB.</param>
    public readonly void InstallLarge(ulong va, ulong context, bool write, nint host)
    {
        ulong first = va & ~(LargePage.Bytes - 1);
        // SAFETY: the index is masked to the table.
        ref LargePage entry = ref LargePages[(va >> LargePage.Shift) & (LargePage.Count - 1)];
        ulong tag = first | context;
        nint addend = host - (nint)first;
        if (entry.Addend != addend || (entry.ReadTag != tag && entry.WriteTag != tag))
            entry = new LargePage { Addend = addend };
        (write ? ref entry.WriteTag : ref entry.ReadTag) = tag;
    }

    /// <summary>Installs an entry that maps the page of <paramref name="va"/> to the host page at <paramref name="hostPage"/>.</summary>
    public readonly void Install(TlbTable table, ulong va, ulong context, nint hostPage)
    {
        nuint index = (nuint)((va >> Page.Shift) & Mask);
        ulong page = va & ~Page.OffsetMask;
        // SAFETY: the index is masked to the table.
        TagsOf(table)[index] = page | context;
        AddendsOf(table)[index] = hostPage - (nint)page;
    }

    /// <summary>Removes the entries for the page of <paramref name="va"/> in every context.</summary>
    public void RemovePage(ulong va)
    {
        Drops++;
        nuint index = (nuint)((va >> Page.Shift) & Mask);
        // SAFETY: the index is masked to the table.
        ReadTags[index] = 0;
        WriteTags[index] = 0;
        FetchTags[index] = 0;
    }

    /// <summary>Empties all tables.</summary>
    public void Clear()
    {
        Drops++;
        for (int table = 0; table < Tables; table++)
        {
            // SAFETY: the six tables stand one after the other.
            NativeMemory.Clear((byte*)ReadTags + (table * TableBytes), (nuint)((Mask + 1) * sizeof(ulong)));
        }
        // SAFETY: the second level has so many entries.
        new Span<LargePage>(LargePages, LargePage.Count).Clear();
    }

    /// <summary>
    /// Removes write entries for pages that have flags, and reports each such page as written.
    /// </summary>
    public void DropFlaggedWriteEntries(GuestRam ram)
    {
        Drops++;
        for (nuint index = 0; index <= (nuint)Mask; index++)
        {
            // SAFETY: the index stays inside the table.
            ulong tag = WriteTags[index];
            if (tag == 0)
                continue;
            nint host = (nint)(tag & ~Page.OffsetMask) + WriteAddends[index];
            int page = (int)((host - ram.HostAddress) >> Page.Shift);
            if (ram.FlagsOf(page) == PageFlags.None)
                continue;
            WriteTags[index] = 0;
            ram.NoteWritten(page);
        }
    }

    /// <summary>Removes this hart's write entries for one page of RAM, without reporting it as written.</summary>
    public void DropWriteEntries(GuestRam ram, int pageIndex)
    {
        Drops++;
        nint wanted = ram.HostAddress + ((nint)pageIndex << Page.Shift);
        for (nuint index = 0; index <= (nuint)Mask; index++)
        {
            // SAFETY: the index stays inside the table.
            if (WriteTags[index] != 0 && (nint)(WriteTags[index] & ~Page.OffsetMask) + WriteAddends[index] == wanted)
                WriteTags[index] = 0;
        }
    }

    private readonly ulong* TagsOf(TlbTable table) => table switch
    {
        TlbTable.Read => ReadTags,
        TlbTable.Write => WriteTags,
        _ => FetchTags,
    };

    private readonly nint* AddendsOf(TlbTable table) => table switch
    {
        TlbTable.Read => ReadAddends,
        TlbTable.Write => WriteAddends,
        _ => FetchAddends,
    };
}

/// <summary>An entry of the second level of a <see cref="SoftTlb"/>: 2 MiB of the guest. Its tags are like those of the first level.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct LargePage
{
    /// <summary>Bits of an address inside it.</summary>
    public const int Shift = 21;

    /// <summary>Bytes of guest memory.</summary>
    public const ulong Bytes = 1UL << Shift;

    /// <summary>Entries of the table.</summary>
    public const int Count = 512;

    /// <summary>The size of an entry.</summary>
    public const int EntryBytes = 32;

    /// <summary>Matches if loads are allowed.</summary>
    public ulong ReadTag;

    /// <summary>Matches if stores are allowed.</summary>
    public ulong WriteTag;

    /// <summary>What to add to a guest address.</summary>
    public nint Addend;

    private readonly ulong _unused;
}

/// <summary>The three tables of a <see cref="SoftTlb"/>.</summary>
public enum TlbTable
{
    /// <summary>Loads.</summary>
    Read,

    /// <summary>Stores and AMOs.</summary>
    Write,

    /// <summary>Instruction fetches.</summary>
    Fetch,
}
