using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Engines.Interpreter;
using Trapline.Hypervisor.Engines.Jit.CodeMemory;
using Trapline.Hypervisor.Engines.Jit.Dump;
using Trapline.Hypervisor.Engines.Jit.Ir;
using Trapline.Hypervisor.Engines.Jit.X64;
using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Engines.Jit.Translation;

/// <summary>
/// A hart's translations. Each hart has its own, used by the thread that runs the hart only: so generated code is changed only while
/// nobody executes it, and dropping everything when code memory is full needs no agreement with others.
/// </summary>
/// <remarks>
/// An address is found in three steps. The jump table answers for an address and key; generated code asks it too. A miss counts how often
/// the address was asked for, and does not go on until it is worth it. Then the address is translated by the MMU, and the entries of the
/// page of RAM are looked through, which is where translations belong; at last a quick translation is made: a few blocks. Where samples
/// (<see cref="HotSpots"/>) find the hart in such code again and again, a region follows and takes the place of the quick code's entries. The key names the
/// meaning of virtual addresses (context of the TLB and <see cref="Mmu.CodeEpoch"/>): under the same key, jump table and links between
/// pages hold without asking the MMU again.
/// </remarks>
internal sealed unsafe class HartTranslations : IDisposable
{
    // So much is lost by misses of the TLB in a stay of some ten thousand instructions, counted in refills from the second level, in so many stays
    // more than in others: then it grows. A call of the interpreter costs ten times a refill and more.
    private const long LossOfPressure = 500;
    private const long LossOfCall = 10;
    private const int PressureLimit = 64;

    // The same of the jump table: entries that took the place of others in a stay.
    private const long EvictionsOfPressure = 4;

    // Instructions that are interpreted behind the end of a budget for want of known code: at most the longest block, and few if little is interpreted at all.
    private const int StrayPerThreshold = 8;
    private const int EpochBits = 20;
    private const int ContextBits = 9;

    // Instructions of a quick translation: enough for a small loop, and little that is not executed.
    private const int QuickLimit = 16;

    private readonly Hart _hart;
    private readonly CodeArena _arena;
    private readonly FloatAssembler _assembler = new();
    private readonly RegionBuilder _builder = new();
    private readonly List<EntryPoint> _newEntries = [];
    private readonly Dictionary<int, TranslatedPage> _pages = [];
    private readonly JumpTable _table = new();
    private readonly ExecutionCounts _counts;
    private readonly HotSpots _hotSpots = new();
    private readonly JitOptions _options;
    private RegionEmitter _emitter;
    private Stubs _stubs;
    private readonly TlbSize _tlbSize;
    private readonly InlineCaches _caches = new();
    private long _lossSeen;
    private int _pressure;
    private long _evictionsSeen;
    private int _tablePressure;
    private int _held;
    private uint _epochRound;
    private ulong _stay;
    private ulong _strayEnd;
    private uint _random = 1;

    /// <summary>Makes empty translations.</summary>
    public HartTranslations(Hart hart, JitOptions options)
    {
        _hart = hart;
        _options = options;
        _counts = new ExecutionCounts(options.Threshold);
        StayLeft = _stay = (ulong)Math.Max(options.SampleLength, RegionBuilder.BlockLimit);
        _tlbSize = new TlbSize((int)hart.State.Tlb.Mask + 1);
        _arena = CodeArena.Create(options.CodeBytesPerHart);
        (_stubs, _emitter) = Restart();
        Cold = InterpreterEngine.CacheOf(hart);
        Cold.Companion = this;
    }

    /// <summary>What interprets code that is not translated.</summary>
    public CodeCache Cold { get; }

    /// <summary>An exception of a callback, which could not pass through generated code.</summary>
    public Exception? Failure { get; set; }

    /// <summary>How the last callback that did not retire ended.</summary>
    public Outcome LastOutcome { get; set; }

    /// <summary>Instructions until the next sample.</summary>
    public ulong StayLeft { get; set; }

    /// <summary>
    /// A budget has ended, which may be anywhere in a loop: what follows is interpreted until it comes to code that is known. A translation that
    /// starts in the middle would be another copy of the loop, and be used until the next request.
    /// </summary>
    public void Cut() => _strayEnd = _hart.State.Instret + (ulong)Math.Min(RegionBuilder.BlockLimit, StrayPerThreshold * _options.Threshold);

    /// <summary>What <see cref="GuestRam.CodeWrites"/> was when translations were last compared with memory.</summary>
    public long CodeWritesSeen { get; private set; }

    /// <summary>What was done.</summary>
    public JitCounters Counters { get; } = new();

    /// <summary>What was done, and the code memory used; any thread.</summary>
    public HartCounters Read() => new(_hart, Counters, _assembler.Position, Math.Max(_held, _assembler.Position), _arena.Size);

    /// <summary>The hart.</summary>
    public Hart Hart => _hart;

    /// <summary>The function that enters generated code.</summary>
    public nint EnterFunction => _arena.Executable + _stubs.Enter;

    /// <summary>The function that generated code calls to have an instruction executed.</summary>
    public nint ExecuteFunction => _stubs.Execute == 0 ? JitCallbacks.ExecuteAddress : _arena.Executable + _stubs.Execute;

    /// <summary>Where generated code starts.</summary>
    public nint CodeBase => _arena.Executable;

    /// <summary>The jump table's address.</summary>
    public nint JumpTableAddress => _table.Address;

    /// <summary>Its <see cref="JumpTable.IndexMask"/> at present.</summary>
    public uint JumpTableMask => _table.IndexMask;

    /// <summary>Names the present meaning of virtual addresses: never 0.</summary>
    public uint Key
    {
        get
        {
            uint epoch = _hart.Mmu.CodeEpoch;
            if (epoch >> EpochBits != _epochRound)
                StartEpochRound(epoch >> EpochBits);
            return ((epoch & ((1u << EpochBits) - 1)) << ContextBits) | (uint)(_hart.State.Tlb.FetchContext >> SoftTlb.ContextShift);
        }
    }

    /// <summary>The position of the code at pc; 0 if there is none yet.</summary>
    public int Find(ulong pc, uint key)
    {
        int position = _table.Find(pc, key);
        if (position != 0)
        {
            _strayEnd = 0;
            return position;
        }
        // The guest may have set the count back.
        if (_strayEnd - _hart.State.Instret is > 0 and <= RegionBuilder.BlockLimit)
            return 0;
        return _counts.Count(pc) ? FindSlow(pc, key) : 0;
    }

    /// <summary>Lets a jump that left generated code go straight to a position.</summary>
    public void Link(int site, NativeExit reason, int position, uint key)
    {
        _assembler.Patch32(site, position - site - 4);
        if (reason == NativeExit.Link)
            return;
        _assembler.Patch32(site - WaysOut.KeyBeforeSite, (int)key);
        _assembler.Patch32(site + WaysOut.ReasonBehindSite(_assembler.IsCall(site)), (int)NativeExit.Relink);
    }

    /// <summary>Lets an indirect jump that left generated code go straight to a position when it comes to the same address again.</summary>
    public void SetCache(int number, ulong target, int position, uint key)
    {
        _caches.Set(_assembler, number, target, position, key);
        Counters.CachesSet++;
    }

    /// <summary>FENCE.I: drops pages that were written since they were translated or decoded.</summary>
    public void SynchronizeAll()
    {
        // In this order: what is decoded is then at least as new as CodeWritesSeen says.
        Synchronize();
        Cold.Synchronize();
    }

    private void Synchronize()
    {
        long writes = _hart.Ram.CodeWrites;
        if (writes == CodeWritesSeen)
            return;
        CodeWritesSeen = writes;
        foreach ((int pageIndex, TranslatedPage page) in _pages.ToArray())
        {
            if (_hart.Ram.CodeGeneration(pageIndex) != page.Generation)
                Drop(pageIndex, page);
        }
    }

    /// <summary>To be called when the instructions between samples are used up.</summary>
    /// <param name="pc">Where the hart is.</param>
    /// <param name="site">Where in code memory it was found.</param>
    /// <param name="key">Names the present meaning of addresses.</param>
    /// <param name="found">The block that it was about to execute.</param>
    public void Sample(ulong pc, int site, uint key, ExitWord found)
    {
        Counters.Sampled(_stay, found.Instructions, found.Accesses);
        StayLeft = _stay = NextStay();
        WatchTlb();
        WatchTable();
        if (_options.Tiers != JitTiers.Both || !_hotSpots.Count(pc, site, out ulong address) || !TryLocate(address, out int pageIndex))
            return;
        _hart.Mmu.RememberCode(address);
        TranslatedPage page = PageFor(pageIndex);
        Translate(pageIndex, ref page, address, isRegion: true);
        foreach (EntryPoint entry in _newEntries)
            _table.Set(entry.Address, key, entry.Position);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _table.Dispose();
        _arena.Dispose();
    }

    // Of different length, so that no loop of the guest keeps step with the samples.
    private ulong NextStay()
    {
        _random ^= _random << 13;
        _random ^= _random >> 17;
        _random ^= _random << 5;
        int stay = _options.SampleLength - (int)(_random % (uint)Math.Max(_options.SampleLength / 4, 1));
        // Less than the longest block would let nobody in.
        return (ulong)Math.Max(stay, RegionBuilder.BlockLimit);
    }

    // A guest whose memory is far larger than the TLB reaches gets a larger one.
    private void WatchTlb()
    {
        long loss = Counters.Refills + (LossOfCall * Counters.SlowAccesses);
        _pressure = Math.Max(0, _pressure + (loss - _lossSeen > LossOfPressure ? 1 : -1));
        _lossSeen = loss;
        if (_pressure < PressureLimit || _hart.State.Tlb.Mask + 1 == SoftTlb.MaximumEntries)
            return;
        _hart.State.Tlb.Grow();
        _tlbSize.Grow(_assembler);
    }

    // A guest that runs much code finds more of it in a larger one.
    private void WatchTable()
    {
        Counters.TableEvictions = _table.Evictions;
        _tablePressure = Math.Max(0, _tablePressure + (_table.Evictions - _evictionsSeen > EvictionsOfPressure ? 1 : -1));
        _evictionsSeen = _table.Evictions;
        if (_tablePressure < PressureLimit || !_table.IsSmall)
            return;
        _table.Grow();
        _hart.State.Engine[EngineWord.JumpMask] = _table.IndexMask;
    }

    private (Stubs, RegionEmitter) Restart()
    {
        // Position 0 means "none".
        const int First = 64;
        _tlbSize.Clear();
        _caches.Clear(_table.PatienceAddress);
        _assembler.Attach(_arena.Writable, First);
        var stubs = Stubs.Write(_assembler, HostConvention.OfThisHost, JitCallbacks.ExecuteAddress, _tlbSize);
        return (stubs, new RegionEmitter(_assembler, stubs, _tlbSize, _caches));
    }

    private void StartEpochRound(uint round)
    {
        _epochRound = round;
        DropAll();
    }

    private void DropAll()
    {
        _pages.Clear();
        _table.Clear();
        _hotSpots.Clear();
        _held = Math.Max(_held, _assembler.Position);
        (_stubs, _emitter) = Restart();
        Counters.Flushes++;
    }

    // Whatever is linked to an entry jumps there still: it now finds the way to the dispatcher.
    private void Drop(int pageIndex, TranslatedPage page)
    {
        foreach ((ulong address, int position) in page.Entries)
        {
            if (position == 0)
                continue;
            if (!HasRoom(64))
            {
                DropAll();
                return;
            }
            int stub = _assembler.Position;
            _assembler.Reset();
            _assembler.MoveConstant(Gpr.Rax, (long)address);
            _assembler.Jump(_stubs.Unknown);
            Redirect(position, stub);
        }
        _pages.Remove(pageIndex);
        foreach (ulong virtualPage in page.Entries.Keys.Select(address => address & ~Page.OffsetMask).Distinct())
            _table.Forget(virtualPage);
        Counters.DroppedPages++;
    }

    // An entry is long enough for a jump, since it ends in one that is never short.
    private void Redirect(int entry, int target)
    {
        int end = _assembler.Position;
        _assembler.Position = entry;
        _assembler.Jump(target);
        _assembler.Position = end;
    }

    private bool HasRoom(int bytes) => _assembler.Position + bytes <= _arena.Size;

    private int FindSlow(ulong pc, uint key)
    {
        if (!TryLocate(pc, out int pageIndex))
            return 0;
        _hart.Mmu.RememberCode(pc);
        TranslatedPage page = PageFor(pageIndex);
        if (page.Entries.TryGetValue(pc, out int position))
            Counters.TableMisses++;
        else
            position = Translate(pageIndex, ref page, pc, _options.Tiers == JitTiers.Regions);
        if (position != 0)
            _table.Set(pc, key, position);
        return position;
    }

    // Pages that the TLB does not hold because protection differs inside them are not translated either.
    private bool TryLocate(ulong pc, out int pageIndex)
    {
        ref SoftTlb tlb = ref _hart.State.Tlb;
        ulong page = pc & ~Page.OffsetMask;
        nuint index = (nuint)((pc >> Page.Shift) & tlb.Mask);
        pageIndex = 0;
        // SAFETY: the index is masked to the table.
        if (tlb.FetchTags[index] != (page | tlb.FetchContext))
        {
            if (!_hart.Mmu.TryTranslate(pc, 2, MemoryAccess.Fetch, out Gpa physical, out _) || !_hart.Ram.Contains(physical, 2))
                return false;
            _hart.Mmu.Install(MemoryAccess.Fetch, pc, physical);
            if (tlb.FetchTags[index] != (page | tlb.FetchContext))
                return false;
        }
        nint host = (nint)page + tlb.FetchAddends[index];
        pageIndex = (int)((host - _hart.Ram.HostAddress) >> Page.Shift);
        return true;
    }

    private TranslatedPage PageFor(int pageIndex)
    {
        if (_pages.TryGetValue(pageIndex, out TranslatedPage? page))
            return page;
        GuestRam ram = _hart.Ram;
        // The order matters, see GuestRam. Own writes are older than this translation, so they do not count.
        uint generation = ram.MarkCode(pageIndex);
        _hart.State.Tlb.DropWriteEntries(ram, pageIndex);
        page = new TranslatedPage(generation);
        Interlocked.MemoryBarrier();
        _pages.Add(pageIndex, page);
        return page;
    }

    private int Translate(int pageIndex, ref TranslatedPage page, ulong pc, bool isRegion)
    {
        if (!HasRoom(RegionEmitter.LargestRegion))
        {
            DropAll();
            page = PageFor(pageIndex);
        }
        long started = System.Diagnostics.Stopwatch.GetTimestamp();
        ReadOnlySpan<byte> bytes = _hart.Ram.SpanAt(_hart.Ram.PageAddress(pageIndex), Page.Size);
        ulong virtualPage = pc & ~Page.OffsetMask;
        if (isRegion)
            NotedJumps.Read(_table.Address, virtualPage, page.Targets);
        _builder.MayPass = isRegion && _options.Tiers == JitTiers.Both && page.Passed.Add(pc);
        Region region = _builder.Build(
            bytes, virtualPage, (int)(pc & Page.OffsetMask), isRegion ? RegionBuilder.InstructionLimit : QuickLimit, isRegion, isRegion ? page.Targets : null);
        int first = _assembler.Position;
        _newEntries.Clear();
        bool isListed = _options.Dump is { IsOpen: true } && RegionListing.Holds(region, _options.Dump.Address);
        _emitter.Marks = isListed ? [] : null;
        _caches.Learned = page.Targets;
        if (IsWorthIt(region, pc))
            _emitter.Emit(region, _newEntries);
        if (isListed)
            List(region, bytes, first);
        _hotSpots.Add(_assembler.Position, pc, isRegion);
        foreach (EntryPoint entry in _newEntries)
            Enter(page, entry, isRegion);
        // What is reached from outside and not an entry by itself.
        page.Entries.TryAdd(pc, 0);
        Counters.Translated(region, isRegion, _assembler.Position - first, System.Diagnostics.Stopwatch.GetElapsedTime(started));
        return page.Entries[pc];
    }

    // Quick code never takes the place of a region.
    private void Enter(TranslatedPage page, EntryPoint entry, bool isRegion)
    {
        if (page.Entries.TryGetValue(entry.Address, out int before) && before != 0)
        {
            if (_hotSpots.IsRegion(before) || !isRegion)
                return;
            Redirect(before, entry.Position);
        }
        page.Entries[entry.Address] = entry.Position;
    }

    private void List(Region region, ReadOnlySpan<byte> page, int first)
    {
        // SAFETY: the bytes were just written.
        var code = new ReadOnlySpan<byte>(_arena.Writable + first, _assembler.Position - first);
        _options.Dump!.Add(RegionListing.Write(region, page, _emitter.Marks!, code, (ulong)(_arena.Executable + first)));
    }

    private static bool IsWorthIt(Region region, ulong pc)
    {
        foreach (Block block in region.Blocks)
        {
            if (region.VirtualPage + (ulong)block.Start == pc)
                return block.Instructions > 0;
        }
        // Only what leads to it is a way in.
        return region.Blocks.Count > 0;
    }
}
