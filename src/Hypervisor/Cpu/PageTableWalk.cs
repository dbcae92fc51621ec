using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Cpu;

/// <summary>
/// Sv39 and Sv48 address translation (privileged specification, section 12.3.2), with hardware updating of the A and D bits (Svadu)
/// while <c>menvcfg.ADUE</c> is set, without it page faults (Svade).
/// </summary>
internal static class PageTableWalk
{
    private const ulong Valid = 1UL << 0;
    private const ulong Readable = 1UL << 1;
    private const ulong Writable = 1UL << 2;
    private const ulong Executable = 1UL << 3;
    private const ulong UserPage = 1UL << 4;
    private const ulong Accessed = 1UL << 6;
    private const ulong Dirty = 1UL << 7;
    private const ulong PpnMask = ((1UL << 44) - 1) << 10;
    private const ulong Reserved = ~((1UL << 54) - 1);

    /// <summary>Translates a virtual address.</summary>
    /// <param name="memory">RAM and its protection.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="result">The translation, or the kind of fault.</param>
    public static bool TryTranslate(in WalkMemory memory, in WalkRequest request, out WalkResult result)
    {
        int levels = SatpField.ModeOf(request.Satp) == SatpField.Sv48 ? 4 : 3;
        int unused = 64 - (Page.Shift + (9 * levels));
        if ((ulong)((long)(request.Address << unused) >> unused) != request.Address)
            return Fail(WalkFault.Page, out result);
        ulong table = SatpField.RootOf(request.Satp);
        for (int level = levels - 1; level >= 0; level--)
        {
            ulong index = (request.Address >> (Page.Shift + (9 * level))) & 0x1FF;
            var entryAddress = new Gpa(table + (index * 8));
            if (!memory.Ram.Contains(entryAddress, 8) || !memory.Pmp.Allows(entryAddress.Value, 8, MemoryAccess.Load, Privilege.Supervisor))
                return Fail(WalkFault.Access, out result);
            ref ulong entry = ref memory.Ram.ValueAt<ulong>(entryAddress);
            ulong pte = Volatile.Read(ref entry);
            if ((pte & Valid) == 0 || (pte & (Readable | Writable)) == Writable || (pte & Reserved) != 0)
                return Fail(WalkFault.Page, out result);
            if ((pte & (Readable | Executable)) == 0)
            {
                if ((pte & (Accessed | Dirty | UserPage)) != 0)
                    return Fail(WalkFault.Page, out result);
                table = (pte & PpnMask) << 2;
                continue;
            }
            return TryLeaf(in memory, in request, pte, entryAddress, level, out result);
        }
        return Fail(WalkFault.Page, out result);
    }

    private static bool TryLeaf(
        in WalkMemory memory, in WalkRequest request, ulong pte, Gpa entryAddress, int level, out WalkResult result)
    {
        ulong offsetMask = (1UL << (Page.Shift + (9 * level))) - 1;
        ulong frame = (pte & PpnMask) << 2;
        if (!IsAllowed(pte, in request) || (frame & offsetMask & ~Page.OffsetMask) != 0)
            return Fail(WalkFault.Page, out result);
        ulong needed = request.Access == MemoryAccess.Store ? Accessed | Dirty : Accessed;
        if ((pte & needed) != needed && request.UpdateBits)
        {
            if (!request.HardwareUpdates)
                return Fail(WalkFault.Page, out result);
            if (!memory.Pmp.Allows(entryAddress.Value, 8, MemoryAccess.Store, Privilege.Supervisor))
                return Fail(WalkFault.Access, out result);
            ref ulong entry = ref memory.Ram.ValueAt<ulong>(entryAddress);
            // "If the values match ... pte.A is set to 1 ... If the comparison fails, return to step 2."
            if (Interlocked.CompareExchange(ref entry, pte | needed, pte) != pte)
                return TryTranslate(in memory, in request, out result);
            memory.Ram.NoteWritten(memory.Ram.PageIndex(entryAddress));
        }
        result = new WalkResult(new Gpa(frame | (request.Address & offsetMask)), level, default);
        return true;
    }

    private static bool IsAllowed(ulong pte, in WalkRequest request)
    {
        bool user = (pte & UserPage) != 0;
        if (request.Privilege == Privilege.User ? !user : user && (request.Access == MemoryAccess.Fetch || !request.Sum))
            return false;
        return request.Access switch
        {
            MemoryAccess.Load => (pte & Readable) != 0 || (request.Mxr && (pte & Executable) != 0),
            MemoryAccess.Store => (pte & Writable) != 0,
            _ => (pte & Executable) != 0,
        };
    }

    private static bool Fail(WalkFault fault, out WalkResult result)
    {
        result = new WalkResult(default, 0, fault);
        return false;
    }
}

/// <summary>What a walk reads.</summary>
internal readonly record struct WalkMemory(GuestRam Ram, Pmp Pmp);

/// <summary>What a walk is asked for.</summary>
/// <param name="Address">The virtual address.</param>
/// <param name="Access">The kind of access.</param>
/// <param name="Privilege">User or supervisor.</param>
/// <param name="Satp">Mode and root table.</param>
/// <param name="Sum">Supervisor may access user pages.</param>
/// <param name="Mxr">Executable pages are readable.</param>
/// <param name="HardwareUpdates">A and D are set, instead of a fault.</param>
/// <param name="UpdateBits">False for a debugger, which neither sets A and D nor minds them.</param>
internal readonly record struct WalkRequest(
    ulong Address, MemoryAccess Access, Privilege Privilege, ulong Satp, bool Sum, bool Mxr, bool HardwareUpdates, bool UpdateBits);

/// <summary>A translation with the level of its leaf (0 is a 4 KiB page), or a fault.</summary>
internal readonly record struct WalkResult(Gpa Address, int Level, WalkFault Fault);

/// <summary>Why a walk failed.</summary>
internal enum WalkFault
{
    /// <summary>It did not.</summary>
    None,

    /// <summary>A page fault of the original kind.</summary>
    Page,

    /// <summary>An access fault of the original kind.</summary>
    Access,
}
