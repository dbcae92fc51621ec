using System.Numerics;
using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Engines.Jit.X64;

/// <summary>
/// Functions at the start of code memory that look for an access in the TLB, one for each size and direction: code that is seldom executed calls them, since
/// a look-up of its own is ten times as long, and of such code there is much. They are called with the address in RDX, and return with ZF set and
/// the addend in RCX, or with ZF clear where the access is for the interpreter. All other registers stay, but RDX.
/// </summary>
internal sealed class TlbLookups
{
    private const int Sizes = 4;

    private readonly int[] _reads = new int[Sizes];
    private readonly int[] _writes = new int[Sizes];

    private TlbLookups()
    {
    }

    /// <summary>Writes them.</summary>
    /// <param name="a">Where to.</param>
    /// <param name="tlb">The size of the TLB.</param>
    /// <param name="refillRead">See <see cref="TlbRefill"/>.</param>
    /// <param name="refillWrite">The same for stores.</param>
    public static TlbLookups Write(FloatAssembler a, TlbSize tlb, int refillRead, int refillWrite)
    {
        var lookups = new TlbLookups();
        for (int size = 0; size < Sizes; size++)
        {
            lookups._reads[size] = a.Position;
            Write(a, tlb, 1 << size, 0, refillRead);
            lookups._writes[size] = a.Position;
            Write(a, tlb, 1 << size, PageProbe.WriteTags, refillWrite);
        }
        return lookups;
    }

    /// <summary>The function for a load or store of so many bytes.</summary>
    public int For(int bytes, bool write) => (write ? _writes : _reads)[BitOperations.Log2((uint)bytes)];

    private static void Write(FloatAssembler a, TlbSize tlb, int alignment, int tags, int refill)
    {
        a.RotateRightInto(Gpr.Rcx, Gpr.Rdx, PageProbe.ToIndex);
        PageProbe.WriteIndex(a, tlb);
        a.Apply(Alu.And, Gpr.Rdx, PageCache.PageMask | (alignment - 1));
        a.Apply(Alu.Or, Gpr.Rdx, StateLayout.DataContext);
        a.Apply(Alu.Compare, Gpr.Rdx, new Mem(Gpr.Rcx, tags));
        a.JumpIf(Condition.NotEqual, refill);
        a.Load(Gpr.Rcx, new Mem(Gpr.Rcx, tags + SoftTlb.TableBytes), 8, false);
        a.Return();
    }
}
