using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Cpu;

/// <summary>What of a hart's translations another hart's page-table change makes void.</summary>
/// <param name="Start">The first virtual address.</param>
/// <param name="Bytes">How many; <see cref="ulong.MaxValue"/> for all addresses.</param>
/// <param name="Asid">In which address space; null for every one.</param>
public readonly record struct TranslationRange(ulong Start, ulong Bytes, ulong? Asid)
{
    /// <summary>Every address in every address space.</summary>
    public static TranslationRange All => new(0, ulong.MaxValue, null);
}

/// <summary>
/// Translations that other harts want dropped, until the hart comes to its next safe point. A hart's whole TLB is worth hundreds of page-table
/// walks, and most fences name a page or two: so the ranges are kept, as long as they are few.
/// </summary>
internal sealed class RemoteFlushes
{
    private const int MostRanges = 16;
    private const ulong MostPages = 64;

    private readonly Lock _gate = new();
    private readonly List<TranslationRange> _ranges = new(MostRanges);
    private bool _all;

    /// <summary>Any thread; the hart must be told afterwards.</summary>
    public void Add(in TranslationRange range)
    {
        lock (_gate)
        {
            _all |= _ranges.Count == MostRanges || (range.Asid is null && !IsSmall(range));
            if (!_all)
                _ranges.Add(range);
        }
    }

    /// <summary>Drops everything that was asked for. By the hart's owner.</summary>
    public void Apply(Mmu mmu)
    {
        lock (_gate)
        {
            if (_all)
            {
                mmu.FlushAll();
            }
            else
            {
                foreach (TranslationRange range in _ranges)
                    Drop(mmu, range);
            }
            _ranges.Clear();
            _all = false;
        }
    }

    private static void Drop(Mmu mmu, TranslationRange range)
    {
        if (!IsSmall(range))
        {
            mmu.FlushAsid(range.Asid!.Value);
            return;
        }
        ulong first = range.Start >> Page.Shift;
        ulong last = (range.Start + Math.Max(range.Bytes, 1) - 1) >> Page.Shift;
        for (ulong page = first; page <= last; page++)
            mmu.FlushPage(new Gva(page << Page.Shift));
    }

    private static bool IsSmall(in TranslationRange range) => range.Bytes <= MostPages << Page.Shift && range.Start + range.Bytes >= range.Start;
}
