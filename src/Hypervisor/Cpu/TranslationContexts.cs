using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Cpu;

/// <summary>
/// Numbers the circumstances under which a virtual address means the same: address space, privilege, SUM and MXR. The numbers tag
/// the entries of the software TLB, so that switching costs nothing and flushing means taking new numbers. When they run out, the
/// tables are emptied once.
/// </summary>
internal sealed class TranslationContexts
{
    private const int Sets = 32;
    private const int Ways = 4;
    private const int Slots = Sets * Ways;

    private readonly ulong[] _satp = new ulong[Slots];
    private readonly byte[] _kind = new byte[Slots];
    private readonly ushort[] _number = new ushort[Slots];
    private readonly NotedRegions _superpages = new();
    private int _next = 1;

    /// <summary>Times that the numbers ran out and began anew, with empty tables: what was found before is void.</summary>
    public uint Wraps { get; private set; }

    /// <summary>The tag bits for an address space and kind; fresh if they were forgotten.</summary>
    public ulong Find(ref HartState state, ulong satp, byte kind)
    {
        int first = SetOf(satp, kind) * Ways;
        int slot = first;
        while (slot < first + Ways && (_number[slot] == 0 || _satp[slot] != satp || _kind[slot] != kind))
            slot++;
        if (slot == first + Ways)
            slot = Assign(ref state, first, satp, kind);
        return (ulong)_number[slot] << SoftTlb.ContextShift;
    }

    /// <summary>Drops every translation.</summary>
    public void Forget()
    {
        Array.Clear(_number);
        _superpages.Clear();
    }

    /// <summary>Drops the translations of one address-space identifier.</summary>
    public void ForgetAsid(ulong asid)
    {
        for (int slot = 0; slot < Slots; slot++)
        {
            if (SatpField.AsidOf(_satp[slot]) == asid)
                _number[slot] = 0;
        }
    }

    /// <summary>Notes that a page of the TLB came from a larger page of the guest.</summary>
    public void NoteSuperpage(ulong va, int level) => _superpages.Add(RegionOf(va, level));

    /// <summary>Whether the address may lie in a larger page of which other parts are in the TLB.</summary>
    public bool MayBeSuperpage(ulong va)
    {
        for (int level = 1; level <= 3; level++)
        {
            if (_superpages.MayContain(RegionOf(va, level)))
                return true;
        }
        return false;
    }

    // The bits above the region leave room for the level.
    private static ulong RegionOf(ulong va, int level) => ((va >> (Page.Shift + (9 * level))) << 2) | (uint)level;

    private static int SetOf(ulong satp, byte kind) => (int)((((satp << 4) ^ (satp >> 40) ^ kind) * 0x9E37_79B9_7F4A_7C15) >> 59);

    private int Assign(ref HartState state, int first, ulong satp, byte kind)
    {
        if (_next == SoftTlb.Contexts)
        {
            state.Tlb.Clear();
            Forget();
            _next = 1;
            Wraps++;
        }
        // A free slot, or in turn one of the others.
        int slot = first + (_next % Ways);
        for (int way = 0; way < Ways; way++)
        {
            if (_number[first + way] == 0)
                slot = first + way;
        }
        _satp[slot] = satp;
        _kind[slot] = kind;
        _number[slot] = (ushort)_next++;
        return slot;
    }
}

/// <summary>Fields of <c>satp</c> (privileged specification, section 4.1.11).</summary>
internal static class SatpField
{
    public const ulong Sv39 = 8;
    public const ulong Sv48 = 9;

    public static ulong ModeOf(ulong satp) => satp >> 60;

    public static ulong AsidOf(ulong satp) => (satp >> 44) & 0xFFFF;

    public static ulong RootOf(ulong satp) => (satp & ((1UL << 44) - 1)) << Page.Shift;
}
