using System.Collections.Immutable;
using Trapline.Hypervisor.Engines;
using Trapline.Hypervisor.Engines.Jit;

namespace Trapline.Hypervisor.Machine.Statistics;

/// <summary>What a machine's engine counts, by name, summed over harts.</summary>
internal static class EngineCounters
{
    /// <summary>The counters; the interpreter has none.</summary>
    public static ImmutableSortedDictionary<string, long> Of(IExecutionEngine engine)
    {
        if (engine is not JitEngine jit)
            return ImmutableSortedDictionary<string, long>.Empty;
        var harts = jit.Counters;
        return new Dictionary<string, long>(StringComparer.Ordinal)
        {
            ["blocks-translated"] = harts.Sum(c => c.Blocks),
            ["callbacks"] = harts.Sum(c => c.Callbacks),
            ["code-bytes"] = harts.Sum(c => c.Bytes),
            ["code-entries"] = harts.Sum(c => c.Entries),
            ["code-flushes"] = harts.Sum(c => c.Flushes),
            ["blocks-interpreted"] = harts.Sum(c => c.ColdBlocks),
            ["instructions-translated"] = harts.Sum(c => c.Instructions),
            ["pages-dropped"] = harts.Sum(c => c.DroppedPages),
            ["regions-translated"] = harts.Sum(c => c.Regions),
            ["translation-microseconds"] = (long)harts.Sum(c => c.Time.TotalMicroseconds),
        }.ToImmutableSortedDictionary(StringComparer.Ordinal);
    }
}
