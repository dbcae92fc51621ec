using Trapline.Hypervisor.Cpu;

namespace Trapline.Hypervisor.Engines.Jit.X64;

/// <summary>
/// For each integer register, the page that was last read and the one that was last written through it: in front of the TLB, for
/// accesses that <see cref="Ir.AddressTrends"/> takes for steady. A look-up is a mask and a comparison, and the addend does not depend on
/// the address. What lies far from where a register points has an entry of its own, one that the region has no register for (<see cref="PageSlots"/>). Entries are filled in by generated code from the TLB, and hold as long as nothing is dropped from that.
/// </summary>
internal static class PageCache
{
    /// <summary>Words of a register: tag and addend for reading, tag and addend for writing.</summary>
    public const int WordsPerRegister = 4;

    /// <summary>ANDed to an address gives the tag; with the lower bits of an access's alignment it does not match if misaligned.</summary>
    public const int PageMask = ~(int)Memory.Page.OffsetMask;

    // A bit that no tag has.
    private const ulong Nothing = 8;

    /// <summary>The tag's word for a register; the addend follows.</summary>
    public static int TagWord(int register, bool write) => EngineWord.PageCache + (register * WordsPerRegister) + (write ? 2 : 0);

    /// <summary>Before generated code is entered: forgets everything if the TLB has dropped or the address space has changed.</summary>
    public static void Refresh(ref HartState state)
    {
        ref EngineWords words = ref state.Engine;
        if (words[EngineWord.CachedContext] == state.Tlb.DataContext && words[EngineWord.CachedDrops] == state.Tlb.Drops)
            return;
        words[EngineWord.CachedContext] = state.Tlb.DataContext;
        words[EngineWord.CachedDrops] = state.Tlb.Drops;
        for (int word = EngineWord.PageCache; word < EngineWord.PageCache + (32 * WordsPerRegister); word += 2)
            words[word] = Nothing;
    }
}
