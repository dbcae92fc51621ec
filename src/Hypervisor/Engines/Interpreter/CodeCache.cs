using System.Runtime.CompilerServices;
using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Isa;
using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Engines.Interpreter;

/// <summary>
/// A hart's decoded instructions, by physical page. Runs are laid out one after the other in one block of native memory; when it is full,
/// everything is dropped. Each hart has its own, so nothing here is locked; how harts learn of each other's writes to code stands
/// at <see cref="GuestRam"/>.
/// </summary>
/// <remarks>
/// An address is found in two steps: the fetch table of the software TLB gives the host page for the virtual page, and an array
/// beside it the <see cref="CodePage"/>, which is believed only if it is for the same host page. So everything that invalidates
/// translations invalidates this too. Fetch permission by PMP regions smaller than a page is checked where a run is entered.
/// </remarks>
internal sealed unsafe class CodeCache : IDisposable
{
    // 64 MiB of address space; only what is used costs memory.
    private const int Capacity = 1 << 21;
    private const int LongestRun = 64;

    private readonly Hart _hart;
    private readonly Dictionary<int, CodePage> _pages = [];
    private readonly DecodedInstruction* _instructions;
    private CodePage?[] _byFetchEntry;
    private int _next = 1;
    private long _codeWritesSeen;

    public CodeCache(Hart hart)
    {
        _hart = hart;
        _byFetchEntry = new CodePage?[(int)hart.State.Tlb.Mask + 1];
        // SAFETY: positions handed out stay below Capacity.
        _instructions = (DecodedInstruction*)HostMemory.Default.Allocate((nuint)Capacity * (nuint)sizeof(DecodedInstruction));
    }

    ~CodeCache() => Free();

    /// <summary>What another engine, which interprets cold code through this cache, keeps beside it.</summary>
    public IDisposable? Companion { get; set; }

    /// <summary>Times that the cache was full and dropped everything.</summary>
    public long Flushes { get; private set; }

    /// <summary>Instructions decoded since the start.</summary>
    public long Decoded { get; private set; }

    /// <summary>
    /// The instruction at pc, or a null reference if fetching it trapped (pc then points to the handler) or exited (InstretLimit is 0).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref DecodedInstruction Find(ref HartState state)
    {
        ulong pc = state.Pc;
        ulong virtualPage = pc & ~Page.OffsetMask;
        nuint index = (nuint)((pc >> Page.Shift) & state.Tlb.Mask);
        CodePage?[] pages = _byFetchEntry;
        // SAFETY: the index is masked to the table; positions point into the cache.
        if (state.Tlb.FetchTags[index] == (virtualPage | state.Tlb.FetchContext) && index < (nuint)pages.Length)
        {
            CodePage? page = pages[index];
            if (page is not null && page.HostPage == (nint)virtualPage + state.Tlb.FetchAddends[index])
            {
                int position = page.Positions[(int)(pc & Page.OffsetMask) >> 1];
                if (position != 0)
                {
                    state.CodePage = virtualPage;
                    return ref _instructions[position];
                }
            }
        }
        return ref FindSlow(ref state);
    }

    /// <summary>Finds the instruction at pc, in the page of <paramref name="source"/>, and links it there.</summary>
    public ref DecodedInstruction FindAndLink(ref HartState state, ref DecodedInstruction source)
    {
        long flushes = Flushes;
        ref DecodedInstruction target = ref Find(ref state);
        if (!Unsafe.IsNullRef(ref target) && flushes == Flushes)
            source.Target = (int)(Unsafe.ByteOffset(ref source, ref target) / sizeof(DecodedInstruction));
        return ref target;
    }

    /// <summary>FENCE.I: drops pages that were written since they were decoded.</summary>
    public void Synchronize()
    {
        long writes = _hart.Ram.CodeWrites;
        if (writes == _codeWritesSeen)
            return;
        _codeWritesSeen = writes;
        foreach (CodePage page in _pages.Values)
        {
            if (_hart.Ram.CodeGeneration(page.PageIndex) != page.Generation)
            {
                page.Drop();
                _pages.Remove(page.PageIndex);
            }
        }
    }

    public void Dispose()
    {
        Companion?.Dispose();
        Companion = null;
        Free();
        GC.SuppressFinalize(this);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ref DecodedInstruction FindSlow(ref HartState state)
    {
        ulong pc = state.Pc;
        if (!TryLocate(ref state, out int pageIndex, out TrapCause cause))
            return ref Fault(ref state, cause);
        if (_next > Capacity - LongestRun - 1)
            Flush();
        CodePage page = PageFor(pageIndex);
        if (_byFetchEntry.Length != (int)state.Tlb.Mask + 1)
            _byFetchEntry = new CodePage?[(int)state.Tlb.Mask + 1];
        _byFetchEntry[(int)((pc >> Page.Shift) & state.Tlb.Mask)] = page;
        state.CodePage = pc & ~Page.OffsetMask;
        int offset = (int)(pc & Page.OffsetMask);
        if (page.Positions[offset >> 1] == 0)
            Build(page, offset);
        return ref _instructions[page.Positions[offset >> 1]];
    }

    // Most pages that are looked for are in the TLB, and only the run at pc is new, or the array beside the TLB held another page.
    private bool TryLocate(ref HartState state, out int pageIndex, out TrapCause cause)
    {
        ulong pc = state.Pc;
        ulong virtualPage = pc & ~Page.OffsetMask;
        nuint index = (nuint)((pc >> Page.Shift) & state.Tlb.Mask);
        cause = TrapCause.InstructionAccessFault;
        pageIndex = 0;
        // SAFETY: the index is masked to the table.
        if (state.Tlb.FetchTags[index] == (virtualPage | state.Tlb.FetchContext))
        {
            nint host = (nint)virtualPage + state.Tlb.FetchAddends[index];
            pageIndex = (int)((host - _hart.Ram.HostAddress) >> Page.Shift);
            return true;
        }
        if (!_hart.Mmu.TryTranslate(pc, 2, MemoryAccess.Fetch, out Gpa physical, out cause))
            return false;
        if (!_hart.Ram.Contains(physical, 2))
            return false;
        _hart.Mmu.Install(MemoryAccess.Fetch, pc, physical);
        pageIndex = _hart.Ram.PageIndex(physical);
        return true;
    }

    private ref DecodedInstruction Fault(ref HartState state, TrapCause cause)
    {
        if (_hart.RaiseException(cause, state.Pc) == Outcome.Exit)
            state.InstretLimit = 0;
        return ref Unsafe.NullRef<DecodedInstruction>();
    }

    private CodePage PageFor(int pageIndex)
    {
        if (_pages.TryGetValue(pageIndex, out CodePage? page))
            return page;
        GuestRam ram = _hart.Ram;
        // The order matters, see GuestRam. Own writes are older than this decoding, so they do not count.
        uint generation = ram.MarkCode(pageIndex);
        _hart.State.Tlb.DropWriteEntries(ram, pageIndex);
        page = new CodePage(pageIndex, generation, ram.HostAddress + ((nint)pageIndex << Page.Shift));
        Interlocked.MemoryBarrier();
        _pages.Add(pageIndex, page);
        return page;
    }

    private void Build(CodePage page, int offset)
    {
        ReadOnlySpan<byte> bytes = _hart.Ram.SpanAt(_hart.Ram.PageAddress(page.PageIndex), Page.Size);
        // SAFETY: FindSlow left room for the longest run and what ends it.
        var run = new Span<DecodedInstruction>(_instructions + _next, LongestRun + 1);
        int end = offset;
        int count = BlockScanner.Scan(bytes, ref end, page.Positions, run[..LongestRun], out BlockEnd reason);
        for (int k = 0; k < count; k++)
        {
            run[k].Handler = HandlerTable.ChainedFor(run[k].Row);
            page.Positions[run[k].PageOffset >> 1] = _next + k;
        }
        int total = count;
        if (reason != BlockEnd.Terminator)
            AddEnd(page, run, ref total, end, reason);
        CountRemaining(run[..total]);
        _next += total;
        Decoded += count;
    }

    private void AddEnd(CodePage page, Span<DecodedInstruction> run, ref int total, int offset, BlockEnd reason)
    {
        ref DecodedInstruction last = ref run[total];
        last = default;
        last.PageOffset = (ushort)offset;
        if (reason == BlockEnd.CrossesPage)
        {
            last.Handler = HandlerTable.CrossPage;
            last.Row = PseudoHandlers.CrossPageRow;
            last.Length = 4;
            last.Raw = _hart.Ram.ValueAt<ushort>(_hart.Ram.PageAddress(page.PageIndex) + (ulong)offset);
            page.Positions[offset >> 1] = _next + total;
        }
        else
        {
            last.Handler = HandlerTable.Continue;
            int known = reason == BlockEnd.FallsThrough ? page.Positions[offset >> 1] : 0;
            last.Target = known == 0 ? 0 : known - (_next + total);
        }
        total++;
    }

    // Continue retires nothing; every block end starts the count anew.
    private static void CountRemaining(Span<DecodedInstruction> run)
    {
        ushort remaining = 0;
        for (int k = run.Length - 1; k >= 0; k--)
        {
            if (run[k].Handler == HandlerTable.Continue)
            {
                run[k].Remaining = 0;
                continue;
            }
            bool ends = run[k].Row == PseudoHandlers.CrossPageRow || BlockScanner.EndsBlock(in run[k]);
            remaining = ends ? (ushort)1 : (ushort)(remaining + 1);
            run[k].Remaining = remaining;
        }
    }

    private void Flush()
    {
        foreach (CodePage page in _pages.Values)
            page.Drop();
        _pages.Clear();
        Array.Clear(_byFetchEntry);
        _next = 1;
        Flushes++;
    }

    private void Free() => HostMemory.Default.Free((nint)_instructions, (nuint)Capacity * (nuint)sizeof(DecodedInstruction));
}
