using Trapline.Hypervisor.Engines.Jit.Ir;

namespace Trapline.Hypervisor.Engines.Jit.Translation;

/// <summary>What a hart has translated of one page of RAM.</summary>
/// <param name="generation">The page's code generation when translation began.</param>
internal sealed class TranslatedPage(uint generation)
{
    /// <summary>The page's code generation when translation began.</summary>
    public uint Generation { get; } = generation;

    /// <summary>Where its indirect jumps were seen to go.</summary>
    public LearnedTargets Targets { get; } = new();

    /// <summary>By virtual address, the position of the code; 0 where there is nothing to translate.</summary>
    public Dictionary<ulong, int> Entries { get; } = [];

    /// <summary>Addresses that regions were made for, perhaps without a way in there: the next one has it, or nobody would come out of quick code.</summary>
    public HashSet<ulong> Passed { get; } = [];
}
