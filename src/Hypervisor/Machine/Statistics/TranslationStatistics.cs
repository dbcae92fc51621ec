using Trapline.Hypervisor.Engines.Jit;
using Trapline.Hypervisor.Engines.Jit.Translation;

namespace Trapline.Hypervisor.Machine.Statistics;

/// <summary>What the JIT did for a machine, summed over harts since they first ran.</summary>
public sealed record TranslationStatistics
{
    /// <summary>Quick translations made.</summary>
    public required long QuickTranslations { get; init; }

    /// <summary>Regions made.</summary>
    public required long Regions { get; init; }

    /// <summary>Blocks in either.</summary>
    public required long Blocks { get; init; }

    /// <summary>Guest instructions in either.</summary>
    public required long Instructions { get; init; }

    /// <summary>Bytes of host code made.</summary>
    public required long Bytes { get; init; }

    /// <summary>Time spent translating.</summary>
    public required TimeSpan Time { get; init; }

    /// <summary>What of it was spent on regions.</summary>
    public required TimeSpan RegionTime { get; init; }

    /// <summary>Indirect jumps and calls whose targets were compiled together with them.</summary>
    public required long TargetTables { get; init; }

    /// <summary>Indirect jumps and calls that were given an inline cache.</summary>
    public required long InlineCaches { get; init; }

    /// <summary>Times that an inline cache was set to a target.</summary>
    public required long InlineCachesSet { get; init; }

    /// <summary>Bytes of code memory in use now.</summary>
    public required long CodeBytes { get; init; }

    /// <summary>The most that were in use: the host's memory for them is kept.</summary>
    public required long CodeBytesHeld { get; init; }

    /// <summary>The most that it can be.</summary>
    public required long CodeBytesLimit { get; init; }

    /// <summary>Pages of guest code dropped because they were written.</summary>
    public required long DroppedPages { get; init; }

    /// <summary>Times that all translations of a hart were dropped.</summary>
    public required long Flushes { get; init; }

    /// <summary>Times that generated code was entered from outside.</summary>
    public required long Entries { get; init; }

    /// <summary>Why it was left, by name.</summary>
    public required IReadOnlyDictionary<string, long> Exits { get; init; }

    /// <summary>Blocks that were interpreted because they were cold.</summary>
    public required long InterpretedBlocks { get; init; }

    /// <summary>Times that code was known and the jump table did not hold it.</summary>
    public required long TableMisses { get; init; }

    /// <summary>Times that an entry of the jump table took the place of another one that counted.</summary>
    public required long TableEvictions { get; init; }

    /// <summary>Instructions that generated code left to the interpreter.</summary>
    public required long Callbacks { get; init; }

    /// <summary>Which they were: by name of the instruction, or of the register that it accesses.</summary>
    public required IReadOnlyDictionary<string, long> CallbacksByName { get; init; }

    /// <summary>Addresses that the inline TLB did not know.</summary>
    public required long TlbMisses { get; init; }

    /// <summary>Those of them that the second level knew.</summary>
    public required long SecondLevelHits { get; init; }

    /// <summary>Those of them for which page tables were walked.</summary>
    public required long PageWalks { get; init; }

    /// <summary>Accesses to memory in generated code, estimated from samples.</summary>
    public required long Accesses { get; init; }

    /// <summary>Those of them that the inline TLB did not serve; misaligned ones, devices and watched pages are among them.</summary>
    public required long FirstLevelMisses { get; init; }

    /// <summary>Of the misses of translated addresses, the share that the second level knew.</summary>
    public double SecondLevelHitRate => SecondLevelHits + PageWalks == 0 ? 0 : (double)SecondLevelHits / (SecondLevelHits + PageWalks);

    /// <summary>Of the accesses to memory in generated code, the share that the first level of the TLB served.</summary>
    public double FirstLevelHitRate => Accesses == 0 ? 0 : Math.Max(0, 1 - ((double)FirstLevelMisses / Accesses));

    /// <summary>A table for people.</summary>
    public override string ToString() => TranslationTable.Write(this);

    /// <summary>Sums the counters of an engine.</summary>
    internal static TranslationStatistics Of(JitEngine engine)
    {
        IReadOnlyList<HartCounters> harts = engine.Counters;
        JitCounters[] counters = [.. harts.Select(h => h.Counters)];
        return new TranslationStatistics
        {
            QuickTranslations = counters.Sum(c => c.QuickTranslations),
            Regions = counters.Sum(c => c.Regions),
            Blocks = counters.Sum(c => c.Blocks),
            Instructions = counters.Sum(c => c.Instructions),
            Bytes = counters.Sum(c => c.Bytes),
            Time = TimeSpan.FromTicks(counters.Sum(c => c.Time.Ticks)),
            RegionTime = TimeSpan.FromTicks(counters.Sum(c => c.RegionTime.Ticks)),
            TargetTables = counters.Sum(c => c.TargetTables),
            InlineCaches = counters.Sum(c => c.Caches),
            InlineCachesSet = counters.Sum(c => c.CachesSet),
            CodeBytes = harts.Sum(h => h.CodeBytes),
            CodeBytesHeld = harts.Sum(h => (long)h.CodeBytesHeld),
            CodeBytesLimit = harts.Sum(h => h.CodeBytesLimit),
            DroppedPages = counters.Sum(c => c.DroppedPages),
            Flushes = counters.Sum(c => c.Flushes),
            Entries = counters.Sum(c => c.Entries),
            Exits = JitCounters.ExitNames.Select((name, index) => (name, counters.Sum(c => c.ExitsOf(index)))).Where(e => e.Item2 > 0).ToDictionary(e => e.name, e => e.Item2),
            InterpretedBlocks = counters.Sum(c => c.ColdBlocks),
            TableMisses = counters.Sum(c => c.TableMisses),
            TableEvictions = counters.Sum(c => c.TableEvictions),
            Callbacks = counters.Sum(c => c.Callbacks),
            CallbacksByName = counters.SelectMany(c => c.Calls.ByName).GroupBy(c => c.Key).ToDictionary(c => c.Key, c => c.Sum(each => each.Value)),
            TlbMisses = harts.Sum(h => h.Hart.Mmu.TlbMisses + h.Counters.Refills),
            SecondLevelHits = harts.Sum(h => h.Hart.Mmu.SecondLevelHits + h.Counters.Refills),
            PageWalks = harts.Sum(h => h.Hart.Mmu.PageWalks),
            Accesses = (long)counters.Sum(c => c.Accesses),
            FirstLevelMisses = counters.Sum(c => c.Misses),
        };
    }
}
