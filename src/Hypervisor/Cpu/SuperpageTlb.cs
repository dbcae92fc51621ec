using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Cpu;

/// <summary>
/// The second level behind a hart's software TLB: the guest's pages of 2 MiB and 1 GiB, which the first level, made of 4 KiB entries, must learn
/// piece by piece. It spares the walk, and nothing else: protection by PMP is checked each time.
/// </summary>
/// <remarks>
/// Entries are tagged like those of the first level (<see cref="SoftTlb"/>): what takes new context numbers empties this level too. An entry knows
/// for which kinds of access a walk succeeded, so that a store finds the D bit set.
/// </remarks>
internal sealed class SuperpageTlb
{
    private const int MegapageShift = 21;
    private const int GigapageShift = 30;
    private const int MegapageSlots = 512;
    private const int GigapageSlots = 16;

    private readonly Entry[] _megapages = new Entry[MegapageSlots];
    private readonly Entry[] _gigapages = new Entry[GigapageSlots];

    /// <summary>Looks for a translation that was made before.</summary>
    /// <param name="va">The virtual address.</param>
    /// <param name="context">The context of the access, as in tags.</param>
    /// <param name="access">The kind of access.</param>
    /// <param name="physical">The translation.</param>
    public bool TryFind(ulong va, ulong context, MemoryAccess access, out Gpa physical)
        => TryFind(ref _megapages[SlotOf(va, MegapageShift, MegapageSlots)], va, MegapageShift, context, access, out physical)
            || TryFind(ref _gigapages[SlotOf(va, GigapageShift, GigapageSlots)], va, GigapageShift, context, access, out physical);

    /// <summary>Remembers a translation whose leaf was on level 1 or 2; others are not kept.</summary>
    public void Add(ulong va, ulong context, MemoryAccess access, int level, Gpa physical)
    {
        if (level == 1)
            Set(ref _megapages[SlotOf(va, MegapageShift, MegapageSlots)], va, MegapageShift, context, access, physical);
        else if (level == 2)
            Set(ref _gigapages[SlotOf(va, GigapageShift, GigapageSlots)], va, GigapageShift, context, access, physical);
    }

    /// <summary>Empties it.</summary>
    public void Clear()
    {
        Array.Clear(_megapages);
        Array.Clear(_gigapages);
    }

    private static int SlotOf(ulong va, int shift, int slots) => (int)(va >> shift) & (slots - 1);

    private static bool TryFind(ref Entry entry, ulong va, int shift, ulong context, MemoryAccess access, out Gpa physical)
    {
        ulong offsetMask = (1UL << shift) - 1;
        physical = new Gpa(entry.Frame | (va & offsetMask));
        return entry.Tag == ((va & ~offsetMask) | context) && (entry.Allowed & (1 << (int)access)) != 0;
    }

    private static void Set(ref Entry entry, ulong va, int shift, ulong context, MemoryAccess access, Gpa physical)
    {
        ulong offsetMask = (1UL << shift) - 1;
        ulong tag = (va & ~offsetMask) | context;
        ulong frame = physical.Value & ~offsetMask;
        bool same = entry.Tag == tag && entry.Frame == frame;
        entry = new Entry { Tag = tag, Frame = frame, Allowed = (same ? entry.Allowed : 0) | (1 << (int)access) };
    }

    private struct Entry
    {
        public ulong Tag;
        public ulong Frame;
        public int Allowed;
    }
}
