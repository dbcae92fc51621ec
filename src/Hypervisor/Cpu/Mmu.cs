using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Cpu;

/// <summary>
/// A hart's memory management: translates what the software TLB misses and fills it. Loads and stores that miss come here through
/// <see cref="MemoryUnit"/>.
/// </summary>
public sealed class Mmu
{
    private const byte BareKind = 0x80;
    private const byte SumKind = 0x10;
    private const byte MxrKind = 0x20;

    private readonly Hart _hart;
    private readonly TranslationContexts _contexts = new();
    private readonly SuperpageTlb _superpages = new();
    private readonly NotedRegions _codePages = new();
    private uint _codePageFlushes;
    private uint _wrapsSeen;

    // Whether the last translation holds for the 2 MiB around the address.
    private bool _isLarge;

    internal Mmu(Hart hart) => _hart = hart;

    private ref HartState State => ref _hart.State;

    /// <summary>
    /// Together with <see cref="SoftTlb.FetchContext"/> names what virtual code addresses mean: an engine that remembers where it went
    /// from an address, after telling <see cref="RememberCode"/>, may go there again while both are the same.
    /// </summary>
    public uint CodeEpoch => _codePageFlushes + _contexts.Wraps;

    /// <summary>Times that the TLB did not know an address.</summary>
    public long TlbMisses { get; private set; }

    /// <summary>Those of them that the second level knew.</summary>
    public long SecondLevelHits { get; private set; }

    /// <summary>Those of them for which page tables were walked; what is left was not translated at all.</summary>
    public long PageWalks { get; private set; }

    /// <summary>Says that the engine remembers something about the page of an address.</summary>
    public void RememberCode(ulong va) => _codePages.Add(va >> Page.Shift);

    /// <summary>Empties the TLB.</summary>
    public void FlushAll()
    {
        _contexts.Forget();
        UpdateContexts();
    }

    /// <summary>SFENCE.VMA for one address-space identifier.</summary>
    public void FlushAsid(ulong asid)
    {
        _contexts.ForgetAsid(asid);
        UpdateContexts();
    }

    /// <summary>SFENCE.VMA for one address; drops it in all address spaces.</summary>
    public void FlushPage(Gva address)
    {
        if (_contexts.MayBeSuperpage(address.Value))
            FlushAll();
        else
            State.Tlb.RemovePage(address.Value);
        if (!_codePages.MayContain(address.Value >> Page.Shift))
            return;
        _codePages.Clear();
        _codePageFlushes++;
    }

    /// <summary>Selects the contexts after a change of privilege, <c>satp</c>, MPRV, MPP, SUM or MXR.</summary>
    public void UpdateContexts()
    {
        ref HartState state = ref State;
        byte flags = (byte)(((state.Mstatus & MstatusBits.Sum) != 0 ? SumKind : 0) | ((state.Mstatus & MstatusBits.Mxr) != 0 ? MxrKind : 0));
        uint wraps;
        do
        {
            wraps = _contexts.Wraps;
            state.Tlb.FetchContext = ContextOf(state.Privilege, 0);
            state.Tlb.DataContext = ContextOf(DataPrivilege, flags);
        }
        while (wraps != _contexts.Wraps);
        if (wraps == _wrapsSeen)
            return;
        // Numbers are used again.
        _wrapsSeen = wraps;
        _superpages.Clear();
    }

    /// <summary>Translates for a debugger: without side effects, in the present mode. False when nothing is mapped there.</summary>
    public bool TryTranslateForDebugger(Gva address, out Gpa physical)
    {
        Privilege privilege = DataPrivilege;
        if (IsBare(privilege))
        {
            physical = new Gpa(address.Value);
            return true;
        }
        WalkRequest request = RequestFor(address.Value, MemoryAccess.Load, privilege) with { Sum = true, Mxr = true, UpdateBits = false };
        bool mapped = PageTableWalk.TryTranslate(new WalkMemory(_hart.Ram, _hart.Pmp), in request, out WalkResult result);
        if (!mapped)
        {
            // A kernel's debugger may ask for user memory and the other way round.
            request = request with { Privilege = privilege == Privilege.User ? Privilege.Supervisor : Privilege.User };
            mapped = PageTableWalk.TryTranslate(new WalkMemory(_hart.Ram, _hart.Pmp), in request, out result);
        }
        physical = result.Address;
        return mapped;
    }

    /// <summary>Translates and checks an access that does not leave its page. False: a fault, whose cause is given.</summary>
    internal bool TryTranslate(ulong va, ulong size, MemoryAccess access, out Gpa physical, out TrapCause cause)
    {
        Privilege privilege = access == MemoryAccess.Fetch ? State.Privilege : DataPrivilege;
        physical = new Gpa(va);
        TlbMisses++;
        ulong context = access == MemoryAccess.Fetch ? State.Tlb.FetchContext : State.Tlb.DataContext;
        _isLarge = true;
        if (!IsBare(privilege) && _superpages.TryFind(va, context, access, out Gpa known))
        {
            SecondLevelHits++;
            physical = known;
        }
        else if (!IsBare(privilege))
        {
            PageWalks++;
            WalkRequest request = RequestFor(va, access, privilege);
            if (!PageTableWalk.TryTranslate(new WalkMemory(_hart.Ram, _hart.Pmp), in request, out WalkResult result))
            {
                cause = result.Fault == WalkFault.Page ? PageFaultOf(access) : AccessFaultOf(access);
                return false;
            }
            physical = result.Address;
            _isLarge = result.Level > 0;
            if (_isLarge)
            {
                _contexts.NoteSuperpage(va, result.Level);
                _superpages.Add(va, context, access, result.Level, physical);
            }
        }
        cause = AccessFaultOf(access);
        return _hart.Pmp.Allows(physical.Value, size, access, privilege);
    }

    /// <summary>
    /// Installs an entry for a translation that <see cref="TryTranslate"/> made, if one may exist: RAM, uniformly protected, not
    /// watched by the debugger, and for writing without flags.
    /// </summary>
    internal void Install(MemoryAccess access, ulong va, Gpa physical)
    {
        ulong page = physical.Value & ~Page.OffsetMask;
        if (!_hart.Ram.Contains(new Gpa(page), 1) || !_hart.Pmp.IsUniform(page) || _hart.Debug?.WatchesPage(va) == true)
            return;
        nint host = _hart.Ram.HostAddress + (nint)(page - GuestRam.Base.Value);
        ref SoftTlb tlb = ref State.Tlb;
        if (_isLarge && access != MemoryAccess.Fetch)
            InstallLarge(va, page, access == MemoryAccess.Store);
        switch (access)
        {
            case MemoryAccess.Load:
                tlb.Install(TlbTable.Read, va, tlb.DataContext, host);
                break;
            case MemoryAccess.Fetch:
                tlb.Install(TlbTable.Fetch, va, tlb.FetchContext, host);
                break;
            default:
                if (_hart.Ram.FlagsOf(_hart.Ram.PageIndex(physical)) == PageFlags.None)
                    tlb.Install(TlbTable.Write, va, tlb.DataContext, host);
                break;
        }
    }

    private void InstallLarge(ulong va, ulong page, bool write)
    {
        ulong first = page & ~(LargePage.Bytes - 1);
        if (_hart.Debug is not null || !_hart.Ram.Contains(new Gpa(first), LargePage.Bytes) || !_hart.Pmp.IsUniform(first, LargePage.Bytes))
            return;
        State.Tlb.InstallLarge(va, State.Tlb.DataContext, write, _hart.Ram.HostAddress + (nint)(first - GuestRam.Base.Value));
    }

    internal static TrapCause AccessFaultOf(MemoryAccess access) => access switch
    {
        MemoryAccess.Load => TrapCause.LoadAccessFault,
        MemoryAccess.Store => TrapCause.StoreAccessFault,
        _ => TrapCause.InstructionAccessFault,
    };

    private static TrapCause PageFaultOf(MemoryAccess access) => access switch
    {
        MemoryAccess.Load => TrapCause.LoadPageFault,
        MemoryAccess.Store => TrapCause.StorePageFault,
        _ => TrapCause.InstructionPageFault,
    };

    // "When MPRV=1, load and store memory addresses are translated and protected as though the current privilege mode were set to MPP."
    private Privilege DataPrivilege => State.Privilege == Privilege.Machine && (State.Mstatus & MstatusBits.Mprv) != 0
        ? (Privilege)((State.Mstatus & MstatusBits.Mpp) >> MstatusBits.MppShift)
        : State.Privilege;

    private bool IsBare(Privilege privilege) => privilege == Privilege.Machine || SatpField.ModeOf(State.Satp) == 0;

    private ulong ContextOf(Privilege privilege, byte flags) => IsBare(privilege)
        ? _contexts.Find(ref State, 0, (byte)(BareKind | (byte)privilege))
        : _contexts.Find(ref State, State.Satp, (byte)(flags | (byte)privilege));

    private WalkRequest RequestFor(ulong va, MemoryAccess access, Privilege privilege) => new(
        va,
        access,
        privilege,
        State.Satp,
        (State.Mstatus & MstatusBits.Sum) != 0,
        (State.Mstatus & MstatusBits.Mxr) != 0,
        (State.Menvcfg & MenvcfgBits.Adue) != 0,
        UpdateBits: true);
}

/// <summary>Fields of <c>menvcfg</c> (privileged specification, section 3.1.18).</summary>
public static class MenvcfgBits
{
    /// <summary>Fences on I/O imply memory.</summary>
    public const ulong Fiom = 1UL << 0;

    /// <summary>Hardware updates the A and D bits.</summary>
    public const ulong Adue = 1UL << 61;

    /// <summary>Supervisor mode has its own timer comparator.</summary>
    public const ulong Stce = 1UL << 63;

    /// <summary>What software may change.</summary>
    public const ulong Writable = Fiom | Adue | Stce;
}
