using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;

namespace Trapline.Hypervisor.Memory;

/// <summary>
/// A machine's RAM. Host memory is used only for pages that were touched; built from a snapshot file, unmodified pages are shared
/// by all machines that started from it.
/// </summary>
/// <remarks>
/// Two things must learn of writes: engines that cache code, and dirty tracking. Neither may slow down ordinary stores, which go
/// through write entries of a hart's software TLB without any notification. The rules, for harts that run in parallel:
/// <list type="number">
/// <item>A write entry is installed only while the page's flags byte is zero.</item>
/// <item>Any other write (slow path, device, page-table update) stores first and calls <see cref="NoteWritten"/> afterwards.</item>
/// <item>Whoever sets a flag then asks every hart to drop its write entries for pages with flags; a hart that finds such an entry
/// when it gets to the request calls <see cref="NoteWritten"/> for the page: it may have been written meanwhile.</item>
/// <item>Who caches code sets <see cref="PageFlags.Code"/>, then reads the generation, sees that the flag still stands, then reads
/// the bytes. Who notes a write clears the flag, then counts the generation.</item>
/// <item>FENCE.I compares generations, and only if <see cref="CodeWrites"/> moved. A hart also gets to its requests at each FENCE:
/// "to make a store to instruction memory visible to all harts, the writing hart must also execute a data FENCE before requesting
/// that all remote harts execute a FENCE.I" (unprivileged specification, chapter Zifencei).</item>
/// </list>
/// Store, barrier, read flags on one side; set flag, barrier, read bytes on the other: one of the two sees the other's step.
/// </remarks>
public sealed unsafe class GuestRam : IGuestMemory, IDisposable
{
    /// <summary>The largest RAM a machine can have.</summary>
    public const ulong MaximumBytes = 1UL << 37;

    private readonly IHostMemory _host;
    private readonly byte* _bytes;
    private readonly byte* _flags;
    private readonly uint* _generations;
    private readonly long* _codeWrites;
    private readonly Lock _holdersLock = new();
    private IWriteEntryHolder[] _holders = [];
    private volatile bool _tracking;
    private int _disposed;

    /// <summary>Builds zero-filled RAM.</summary>
    /// <param name="bytes">Size: a multiple of the page size, at most <see cref="MaximumBytes"/>.</param>
    /// <param name="host">Where host memory comes from.</param>
    public GuestRam(ulong bytes, IHostMemory? host = null)
        : this(bytes, host ?? HostMemory.Default, h => h.Allocate((nuint)bytes))
    {
    }

    private GuestRam(ulong bytes, IHostMemory host, Func<IHostMemory, nint> allocate)
    {
        ArgumentOutOfRangeException.ThrowIfZero(bytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, MaximumBytes);
        if ((bytes & Page.OffsetMask) != 0)
            throw new ArgumentException("RAM is a whole number of pages", nameof(bytes));
        _host = host;
        Size = bytes;
        // SAFETY: all accesses below stay inside these blocks, which live until Dispose.
        _bytes = (byte*)allocate(host);
        _flags = (byte*)host.Allocate((nuint)PageCount);
        _generations = (uint*)host.Allocate((nuint)PageCount * sizeof(uint));
        _codeWrites = (long*)host.Allocate(sizeof(long));
    }

    /// <summary>Frees what nobody disposed.</summary>
    ~GuestRam() => Release();

    /// <summary>Where RAM starts, as on QEMU's <c>virt</c> board.</summary>
    public static Gpa Base => new(0x8000_0000);

    /// <summary>Bytes of RAM.</summary>
    public ulong Size { get; }

    /// <summary>The first address after RAM.</summary>
    public Gpa End => Base + Size;

    /// <summary>Pages of RAM.</summary>
    public int PageCount => checked((int)(Size >> Page.Shift));

    /// <summary>The host address of the first byte of RAM: for engines and snapshots.</summary>
    public nint HostAddress => (nint)_bytes;

    /// <summary>Where the host keeps the flags: one byte for each page, see <see cref="PageFlags"/>.</summary>
    public nint FlagsAddress => (nint)_flags;

    /// <summary>Grows whenever cached code was written to: nothing to compare for FENCE.I while it stands still.</summary>
    public long CodeWrites => Volatile.Read(ref *_codeWrites);

    /// <summary>Where the host keeps <see cref="CodeWrites"/>.</summary>
    public nint CodeWritesAddress => (nint)_codeWrites;

    /// <summary>Whether writes are recorded for <see cref="CollectDirtyPages"/>.</summary>
    public bool IsTrackingDirtyPages => _tracking;

    /// <summary>Builds RAM whose content is part of a file; the guest's writes stay private to this machine.</summary>
    /// <param name="file">The open file; may be closed afterwards.</param>
    /// <param name="offset">Where the content starts: a multiple of the page size.</param>
    /// <param name="bytes">Size of the content and of RAM.</param>
    /// <param name="host">Where host memory comes from.</param>
    /// <exception cref="IOException">The file is too short.</exception>
    public static GuestRam MapCopyOnWrite(SafeFileHandle file, long offset, ulong bytes, IHostMemory? host = null)
        => new(bytes, host ?? HostMemory.Default, h => h.MapCopyOnWrite(file, offset, (nuint)bytes));

    /// <summary>Whether a whole range is RAM.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Contains(Gpa address, ulong length)
    {
        ulong offset = address.Value - Base.Value;
        return offset < Size && length <= Size - offset;
    }

    /// <summary>The number, from 0, of the page of RAM that holds an address inside RAM.</summary>
    public int PageIndex(Gpa address)
    {
        Invariant.Require(Contains(address, 1), "only RAM has page indexes");
        return (int)((address.Value - Base.Value) >> Page.Shift);
    }

    /// <summary>The address of a page of RAM.</summary>
    public Gpa PageAddress(int pageIndex) => Base + ((ulong)pageIndex << Page.Shift);

    /// <inheritdoc/>
    public bool TryRead(Gpa address, Span<byte> destination)
    {
        if (!TryGetReadOnlySpan(address, destination.Length, out ReadOnlySpan<byte> source))
            return false;
        source.CopyTo(destination);
        return true;
    }

    /// <inheritdoc/>
    public bool TryWrite(Gpa address, ReadOnlySpan<byte> source)
    {
        if (!Contains(address, (ulong)source.Length))
            return false;
        source.CopyTo(SpanAt(address, source.Length));
        NoteWrittenRange(address, source.Length);
        return true;
    }

    /// <inheritdoc/>
    public bool TryGetReadOnlySpan(Gpa address, int length, out ReadOnlySpan<byte> span)
    {
        bool inside = length >= 0 && Contains(address, (ulong)length);
        span = inside ? SpanAt(address, length) : default;
        return inside;
    }

    /// <inheritdoc/>
    public bool TryGetSpan(Gpa address, int length, out Span<byte> span)
    {
        bool inside = length >= 0 && Contains(address, (ulong)length);
        span = inside ? SpanAt(address, length) : default;
        if (inside)
            NoteWrittenRange(address, length);
        return inside;
    }

    /// <summary>
    /// The host's own view of a range, without counting it as written: for snapshots and for engines that call
    /// <see cref="NoteWritten"/> themselves.
    /// </summary>
    /// <exception cref="InvariantViolatedException">Part of the range is not RAM.</exception>
    public Span<byte> SpanAt(Gpa address, int length)
    {
        Invariant.Require(Contains(address, (ulong)length), "the range is RAM");
        // SAFETY: the range was checked to be inside the block.
        return new Span<byte>(_bytes + (address.Value - Base.Value), length);
    }

    /// <summary>The host's own view of one naturally aligned value, for atomic access by page-table walks and AMOs.</summary>
    /// <exception cref="InvariantViolatedException">Not RAM, or not aligned.</exception>
    public ref T ValueAt<T>(Gpa address) where T : unmanaged
    {
        Invariant.Require(Contains(address, (ulong)sizeof(T)) && (address.Value & (ulong)(sizeof(T) - 1)) == 0, "an aligned value in RAM");
        // SAFETY: checked just now.
        return ref *(T*)(_bytes + (address.Value - Base.Value));
    }

    /// <summary>The flags of a page.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public PageFlags FlagsOf(int pageIndex)
    {
        Invariant.Require((uint)pageIndex < (uint)PageCount, "a page of RAM");
        // SAFETY: checked just now.
        return (PageFlags)Volatile.Read(ref _flags[pageIndex]);
    }

    /// <summary>Counts the times that a page was written while code of it was cached.</summary>
    public uint CodeGeneration(int pageIndex)
    {
        Invariant.Require((uint)pageIndex < (uint)PageCount, "a page of RAM");
        // SAFETY: checked just now.
        return Volatile.Read(ref _generations[pageIndex]);
    }

    /// <summary>
    /// Records that code of a page is about to be cached. The caller reads the bytes afterwards, and drops its own write entry for
    /// the page.
    /// </summary>
    /// <returns>The generation of what is about to be read: the cache is stale once <see cref="CodeGeneration"/> differs.</returns>
    public uint MarkCode(int pageIndex)
    {
        for (; ; )
        {
            if ((SetFlag(pageIndex, PageFlags.Code) & PageFlags.Code) == 0)
                RequestDropWriteEntries();
            uint generation = CodeGeneration(pageIndex);
            Interlocked.MemoryBarrier();
            // A writer clears the flag, then counts: only while the flag still stands does the next count come after this one.
            if ((FlagsOf(pageIndex) & PageFlags.Code) != 0)
                return generation;
        }
    }

    /// <summary>Records that a page was just written other than through a write entry. Any thread.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void NoteWritten(int pageIndex)
    {
        Interlocked.MemoryBarrier();
        if (FlagsOf(pageIndex) != PageFlags.None)
            NoteWrittenSlow(pageIndex);
    }

    /// <summary>Adds a hart that keeps write entries.</summary>
    public void Attach(IWriteEntryHolder holder)
    {
        lock (_holdersLock)
            _holders = [.. _holders, holder];
    }

    /// <summary>Removes a hart.</summary>
    public void Detach(IWriteEntryHolder holder)
    {
        lock (_holdersLock)
            _holders = [.. _holders.Where(h => h != holder)];
    }

    /// <summary>Starts to record written pages; all pages count as clean. Any thread, while the machine runs.</summary>
    public void StartDirtyTracking()
    {
        _tracking = true;
        for (int page = 0; page < PageCount; page++)
            SetFlag(page, PageFlags.Clean);
        RequestDropWriteEntries();
    }

    /// <summary>Stops recording. Any thread, while the machine runs.</summary>
    public void StopDirtyTracking()
    {
        _tracking = false;
        for (int page = 0; page < PageCount; page++)
            ClearFlags(page, PageFlags.Clean);
    }

    /// <summary>
    /// Hands over the pages written since tracking started or since the last call, and starts anew. While harts run, a page may be
    /// handed over one round later than its write; with the machine paused and every hart's requests serviced before the call
    /// (<c>Hart.ServiceRequests</c>), the result is complete. Content must be read after this call.
    /// </summary>
    /// <param name="dirty">Receives the index of each written page, ascending.</param>
    /// <returns>How many pages were handed over.</returns>
    public int CollectDirtyPages(Action<int> dirty)
    {
        Invariant.Require(_tracking, "dirty tracking is on");
        int count = 0;
        for (int page = 0; page < PageCount; page++)
        {
            if ((FlagsOf(page) & PageFlags.Clean) != 0)
                continue;
            SetFlag(page, PageFlags.Clean);
            count++;
            dirty(page);
        }
        if (count > 0)
            RequestDropWriteEntries();
        return count;
    }

    /// <summary>Gives the memory back. No hart or device may use it any more.</summary>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private void NoteWrittenRange(Gpa address, int length)
    {
        if (length == 0)
            return;
        int last = PageIndex(address + (ulong)(length - 1));
        for (int page = PageIndex(address); page <= last; page++)
            NoteWritten(page);
    }

    private void NoteWrittenSlow(int pageIndex)
    {
        PageFlags before = ClearFlags(pageIndex, PageFlags.Code | PageFlags.Clean);
        if ((before & PageFlags.Code) == 0)
            return;
        // SAFETY: ClearFlags checked the index.
        Interlocked.Increment(ref _generations[pageIndex]);
        Interlocked.Increment(ref *_codeWrites);
    }

    private void RequestDropWriteEntries()
    {
        Interlocked.MemoryBarrier();
        foreach (IWriteEntryHolder holder in Volatile.Read(ref _holders))
            holder.RequestDropWriteEntries();
    }

    private PageFlags SetFlag(int pageIndex, PageFlags flag)
    {
        for (; ; )
        {
            PageFlags before = FlagsOf(pageIndex);
            // SAFETY: FlagsOf checked the index.
            if ((before & flag) == flag ||
                Interlocked.CompareExchange(ref _flags[pageIndex], (byte)(before | flag), (byte)before) == (byte)before)
            {
                return before;
            }
        }
    }

    private PageFlags ClearFlags(int pageIndex, PageFlags flags)
    {
        for (; ; )
        {
            PageFlags before = FlagsOf(pageIndex);
            // SAFETY: FlagsOf checked the index.
            if ((before & flags) == 0 ||
                Interlocked.CompareExchange(ref _flags[pageIndex], (byte)(before & ~flags), (byte)before) == (byte)before)
            {
                return before;
            }
        }
    }

    private void Release()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0 || _bytes is null)
            return;
        _host.Free((nint)_bytes, (nuint)Size);
        if (_flags is not null)
            _host.Free((nint)_flags, (nuint)PageCount);
        if (_generations is not null)
            _host.Free((nint)_generations, (nuint)PageCount * sizeof(uint));
        if (_codeWrites is not null)
            _host.Free((nint)_codeWrites, sizeof(long));
    }
}
