using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Engines.Jit.X64;

/// <summary>
/// Where indirect jumps find code: direct-mapped by guest address and key, 16 bytes an entry (address, key, position in code memory). An
/// entry counts only under the key that it was made with. It begins small, and <see cref="Grow">grows</see> once, in place, for guests with much code.
/// </summary>
internal sealed unsafe class JumpTable : IDisposable
{
    public const int AddressOffset = 0;
    public const int KeyOffset = 8;
    public const int CodeOffset = 12;

    /// <summary>Its size once it has grown; <see cref="NotedJumps"/> lie behind it.</summary>
    public const int Bytes = MostEntries * EntryBytes;

    /// <summary>Where the patience of <see cref="InlineCaches"/> is counted.</summary>
    public const int PatienceOffset = Bytes + NotedJumps.Bytes;

    private const int FewestEntries = 8192;
    private const int MostEntries = 65_536;
    private const int EntryBytes = 16;

    private const int AllBytes = PatienceOffset + InlineCaches.PatienceBytes;

    // What lies behind the entries in use is address space, and costs no memory.
    private nint _entries = HostMemory.Default.Allocate(AllBytes);
    private int _count = FewestEntries;

    ~JumpTable() => Release();

    /// <summary>What is XORed to an address first: the same addresses in several address spaces have entries apart.</summary>
    public static uint SaltOf(uint key) => key * 0x9E37_79B1;

    /// <summary>Times that an entry took the place of another one under the same key.</summary>
    public long Evictions { get; private set; }

    /// <summary>Whether it can grow.</summary>
    public bool IsSmall => _count == FewestEntries;

    /// <summary>ANDed to a salted address gives the entry's distance in units of 8 bytes; bit 0 of an address is clear.</summary>
    public uint IndexMask => (uint)(_count - 1) << 1;

    /// <summary>Where it lies.</summary>
    public nint Address => _entries;

    /// <summary>Where the patience of inline caches is counted.</summary>
    public nint PatienceAddress => _entries + PatienceOffset;

    /// <summary>The position of the code for an address; 0 if unknown.</summary>
    public int Find(ulong address, uint key)
    {
        // SAFETY: the index is masked to the table.
        byte* entry = (byte*)_entries + ((long)((address ^ SaltOf(key)) & IndexMask) * 8);
        return *(ulong*)entry == address && *(uint*)(entry + KeyOffset) == key ? *(int*)(entry + CodeOffset) : 0;
    }

    /// <summary>Sets an entry.</summary>
    public void Set(ulong address, uint key, int position)
    {
        // SAFETY: the index is masked to the table.
        byte* entry = (byte*)_entries + ((long)((address ^ SaltOf(key)) & IndexMask) * 8);
        if (*(uint*)(entry + KeyOffset) == key && *(ulong*)entry != address)
            Evictions++;
        *(ulong*)entry = address;
        *(uint*)(entry + KeyOffset) = key;
        *(int*)(entry + CodeOffset) = position;
    }

    /// <summary>Takes its largest size. Whoever knows <see cref="IndexMask"/> must be told; what it holds is mostly not found any more.</summary>
    public void Grow() => _count = MostEntries;

    /// <summary>Forgets the addresses of a page, under all keys: no key is 0.</summary>
    public void Forget(ulong virtualPage)
    {
        // SAFETY: the table has so many entries.
        for (byte* entry = (byte*)_entries, end = entry + ((long)_count * EntryBytes); entry < end; entry += EntryBytes)
        {
            if (((*(ulong*)entry ^ virtualPage) & ~Page.OffsetMask) == 0)
                *(uint*)(entry + KeyOffset) = 0;
        }
    }

    /// <summary>Empties it.</summary>
    // SAFETY: the block has so many entries.
    public void Clear() => new Span<byte>((void*)_entries, _count * EntryBytes).Clear();

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
