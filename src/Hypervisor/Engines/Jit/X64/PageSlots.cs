using System.Numerics;
using System.Runtime.InteropServices;
using Trapline.Hypervisor.Engines.Jit.Ir;

namespace Trapline.Hypervisor.Engines.Jit.X64;

/// <summary>
/// Which entry of the <see cref="PageCache"/> an access of a region uses: that of its register if it lies near, else one that no register of the region
/// has. Rows of a matrix above all are read through one register at several distances, which are in different pages: one entry would change
/// with each access. Any entry is right for any access, since all of them are compared with the address.
/// </summary>
internal sealed class PageSlots
{
    private const int Slots = 32;
    private const int Near = 1024;
    private const int Unchosen = -1;

    // Behind a register, and before it.
    private readonly int[] _far = new int[2 * Slots];
    private uint _used;

    /// <summary>Starts a region, whose accesses have been told apart.</summary>
    public void Begin(Region region)
    {
        Array.Fill(_far, Unchosen);
        _used = 0;
        foreach (Block block in region.Blocks)
        {
            foreach (ref readonly MicroOp op in CollectionsMarshal.AsSpan(block.Ops))
                _used |= op.IsSteady ? 1u << op.Ra : 0;
        }
    }

    /// <summary>The entry for an access.</summary>
    public int Of(int register, int displacement)
    {
        if (displacement is > -Near and < Near)
            return register;
        ref int far = ref _far[(2 * register) + (displacement < 0 ? 1 : 0)];
        if (far == Unchosen)
        {
            int free = BitOperations.TrailingZeroCount(~_used);
            far = free < Slots ? free : register;
            _used |= 1u << far;
        }
        return far;
    }
}
