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

    /// <summary>The largest size that <see cref="Resize"/> takes.</summary>
    public const int MaximumEntries = 16384;

    /// <summary>The number of contexts, of which 0 is not used.</summary>
    public const int Contexts = 512;

    /// <summary>Where a context's number stands in a tag.</summary>
    public const int ContextShift = 3;

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

    /// <summary>Allocates empty tables.</summary>
    public void Resize(int entries)
    {
        Invariant.Require(entries is >= 64 and <= MaximumEntries && (entries & (entries - 1)) == 0, "a TLB's size is a power of two");
        Free();
        Drops++;
        // SAFETY: one zeroed block holds the six tables one after the other.
        ulong* block = (ulong*)NativeMemory.AllocZeroed((nuint)entries * 6, sizeof(ulong));
        ReadTags = block;
        ReadAddends = (nint*)(block + entries);
        WriteTags = block + (2 * entries);
        WriteAddends = (nint*)(block + (3 * entries));
        FetchTags = block + (4 * entries);
        FetchAddends = (nint*)(block + (5 * entries));
        Mask = (ulong)entries - 1;
    }

    /// <summary>Frees the tables.</summary>
    public void Free()
    {
        // SAFETY: ReadTags is the start of the block that holds all six.
        NativeMemory.Free(ReadTags);
        ReadTags = WriteTags = FetchTags = null;
        ReadAddends = WriteAddends = FetchAddends = null;
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
        // SAFETY: the six tables are one block.
        NativeMemory.Clear(ReadTags, (nuint)((Mask + 1) * 6 * sizeof(ulong)));
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
