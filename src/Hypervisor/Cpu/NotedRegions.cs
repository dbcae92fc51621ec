namespace Trapline.Hypervisor.Cpu;

/// <summary>
/// Regions of virtual memory that a fence must know about, by number. Exact, since a fence that takes one for another drops everything: a kernel fences
/// a page at each page fault, a hundred thousand times in minutes. Beyond <see cref="Most"/> every region counts as noted, so a guest can make it no larger.
/// </summary>
internal sealed class NotedRegions
{
    /// <summary>How many are told apart.</summary>
    public const int Most = 32_768;

    private readonly HashSet<ulong> _regions = [];

    /// <summary>Notes one.</summary>
    public void Add(ulong region)
    {
        if (_regions.Count < Most)
            _regions.Add(region);
    }

    /// <summary>Whether one was noted, or may have been.</summary>
    public bool MayContain(ulong region) => _regions.Count == Most || _regions.Contains(region);

    /// <summary>Forgets all.</summary>
    public void Clear() => _regions.Clear();
}
