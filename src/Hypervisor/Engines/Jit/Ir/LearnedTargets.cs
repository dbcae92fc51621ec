using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Engines.Jit.Ir;

/// <summary>
/// Where indirect jumps and calls of a page were seen to go inside it, by offsets in the page. Hints only: they say what is worth compiling together,
/// and what generated code does rests on none of them.
/// </summary>
internal sealed class LearnedTargets
{
    // More are not a jump table of one function.
    private const int MostOfPage = 256;

    private readonly List<(ushort Site, ushort Target)> _seen = [];

    /// <summary>Remembers a jump between two addresses if it stayed in a page.</summary>
    public void Add(ulong site, ulong target)
    {
        if (((site ^ target) & ~Page.OffsetMask) != 0 || _seen.Count == MostOfPage)
            return;
        var jump = ((ushort)(site & Page.OffsetMask), (ushort)(target & Page.OffsetMask));
        if (!_seen.Contains(jump))
            _seen.Add(jump);
    }

    /// <summary>Where the jump at an offset was seen to go, in ascending order.</summary>
    public int[] Of(int site)
    {
        if (!_seen.Exists(jump => jump.Site == site))
            return [];
        return [.. _seen.Where(jump => jump.Site == site).Select(jump => (int)jump.Target).Order()];
    }
}
