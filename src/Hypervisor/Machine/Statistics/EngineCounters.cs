using System.Collections.Immutable;

namespace Trapline.Hypervisor.Machine.Statistics;

/// <summary>What a machine's engine counts, by name, summed over harts.</summary>
internal static class EngineCounters
{
    /// <summary>The counters; the interpreter has none.</summary>
    public static ImmutableSortedDictionary<string, long> Of(TranslationStatistics? translations)
    {
        if (translations is not { } t)
            return ImmutableSortedDictionary<string, long>.Empty;
        var counters = new Dictionary<string, long>(StringComparer.Ordinal)
        {
            ["blocks-translated"] = t.Blocks,
            ["callbacks"] = t.Callbacks,
            ["code-bytes"] = t.Bytes,
            ["code-bytes-limit"] = t.CodeBytesLimit,
            ["code-bytes-used"] = t.CodeBytes,
            ["code-entries"] = t.Entries,
            ["code-flushes"] = t.Flushes,
            ["blocks-interpreted"] = t.InterpretedBlocks,
            ["inline-caches"] = t.InlineCaches,
            ["inline-caches-set"] = t.InlineCachesSet,
            ["instructions-translated"] = t.Instructions,
            ["memory-accesses-estimated"] = t.Accesses,
            ["memory-accesses-not-inline"] = t.FirstLevelMisses,
            ["page-walks"] = t.PageWalks,
            ["pages-dropped"] = t.DroppedPages,
            ["quick-translated"] = t.QuickTranslations,
            ["region-microseconds"] = (long)t.RegionTime.TotalMicroseconds,
            ["regions-translated"] = t.Regions,
            ["target-tables"] = t.TargetTables,
            ["tlb-misses"] = t.TlbMisses,
            ["tlb-second-level-hits"] = t.SecondLevelHits,
            ["translation-microseconds"] = (long)t.Time.TotalMicroseconds,
        };
        foreach (var (name, count) in t.Exits)
            counters["code-left-" + name.ToLowerInvariant()] = count;
        return counters.ToImmutableSortedDictionary(StringComparer.Ordinal);
    }
}
