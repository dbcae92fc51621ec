using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Engines.Interpreter;

/// <summary>What a hart has decoded of one page of RAM.</summary>
internal sealed class CodePage(int pageIndex, uint generation, nint hostPage)
{
    /// <summary>The page of RAM.</summary>
    public int PageIndex { get; } = pageIndex;

    /// <summary><see cref="GuestRam.CodeGeneration"/> when decoding began.</summary>
    public uint Generation { get; } = generation;

    /// <summary>The page's host address; -1 once this object is dropped, so that look-ups fail.</summary>
    public nint HostPage { get; private set; } = hostPage;

    /// <summary>For each halfword, where the instruction that starts there lies in the cache; 0 if it is not decoded.</summary>
    public int[] Positions { get; } = new int[Page.Size / 2];

    /// <summary>Makes every look-up fail.</summary>
    public void Drop()
    {
        HostPage = -1;
        Array.Clear(Positions);
    }
}
