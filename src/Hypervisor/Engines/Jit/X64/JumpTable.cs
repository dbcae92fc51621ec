using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Engines.Jit.X64;

/// <summary>
/// Where indirect jumps find code: direct-mapped by guest address and key, 16 bytes an entry (address, key, position in code memory). An
/// entry counts only under the key that it was made with. It is small at first, and grows for guests with more code that is hot.
/// </summary>
internal sealed unsafe class JumpTable : IDisposable
{
    /// <summary>Entries at first.</summary>
    public const int FewestEntries = 8192;

    /// <summary>Entries at most.</summary>
    public const int MostEntries = 65536;

    public const int AddressOffset = 0;
    public const int KeyOffset = 8;
    public const int CodeOffset = 12;

    /// <summary>The most that it takes; <see cref="NotedJumps"/> lie behind it. What is not used yet costs nothing.</summary>
    public const int Bytes = MostEntries * EntryBytes;

    /// <summary>Where the patience of <see cref="InlineCaches"/> is counted.</summary>
    public const int PatienceOffset = Bytes + NotedJumps.Bytes;

    private const int EntryBytes = 16;
    private const int Growth = 4;

    private const int AllBytes = PatienceOffset + InlineCaches.PatienceBytes;

    private nint _entries = HostMemory.Default.Allocate(AllBytes);

    ~JumpTable() => Release();

    /// <summary>What is XORed to an address first: the same addresses in several address spaces have entries apart.</summary>
    public static uint SaltOf(uint key) => key * 0x9E37_79B1;

    /// <summary>How many entries it has.</summary>
    public int Entries { get; private set; } = FewestEntries;

    /// <summary>ANDed to a salted address gives the entry's distance in units of 8 bytes; bit 0 of an address is clear.</summary>
    public int IndexMask => (Entries - 1) << 1;

    /// <summary>Times that an entry took the place of another one under the same key.</summary>
    public long Evictions { get; private set; }

    /// <summary>Where it lies.</summary>
    public nint Address => _entries;

    /// <summary>Where the patience of inline caches is counted.</summary>
    public nint PatienceAddress => _entries + PatienceOffset;

    /// <summary>The position of the code for an address; 0 if unknown.</summary>
    public int Find(ulong address, uint key)
    {
        // SAFETY: the index is masked to the table.
        byte* entry = (byte*)_entries + ((long)((address ^ SaltOf(key)) & (uint)IndexMask) * 8);
        return *(ulong*)entry == address && *(uint*)(entry + KeyOffset) == key ? *(int*)(entry + CodeOffset) : 0;
    }

    /// <summary>Sets an entry.</summary>
    public void Set(ulong address, uint key, int position)
    {
        // SAFETY: the index is masked to the table.
        byte* entry = (byte*)_entries + ((long)((address ^ SaltOf(key)) & (uint)IndexMask) * 8);
        if (*(uint*)(entry + KeyOffset) == key && *(ulong*)entry != address)
            Evictions++;
        *(ulong*)entry = address;
        *(uint*)(entry + KeyOffset) = key;
        *(int*)(entry + CodeOffset) = position;
    }

    /// <summary>Empties it: no key is 0.</summary>
    // SAFETY: the block has room for the most entries.
    public void Clear() => new Span<byte>((void*)_entries, Entries * EntryBytes).Clear();

    /// <summary>Makes it larger, and empties it.</summary>
    /// <returns>Whether it was not the largest already.</returns>
    public bool TryGrow()
    {
        if (Entries == MostEntries)
            return false;
        Clear();
        Entries = Math.Min(Entries * Growth, MostEntries);
        return true;
    }

    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private void Release()
    {
        nint entries = Interlocked.Exchange(ref _entries, 0);
        if (entries != 0)
            HostMemory.Default.Free(entries, AllBytes);
    }
}
