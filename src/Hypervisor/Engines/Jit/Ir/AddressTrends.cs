using System.Runtime.InteropServices;
using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Engines.Jit.Ir;

/// <summary>
/// Guesses which accesses stay in the same page for long: through the stack pointer, and in loops through registers that move in small
/// steps. An address that comes out of memory, a mask or a hash goes anywhere. A wrong guess costs time only.
/// </summary>
internal static class AddressTrends
{
    private const uint StackAndThread = 0b11100;
    private const int StackPointer = 2;
    private const int SmallMask = 0xFFF;

    /// <summary>Fills in <see cref="MicroOp.IsSteady"/>.</summary>
    public static void Analyze(Region region)
    {
        bool changed;
        do
        {
            changed = false;
            foreach (Block block in region.Blocks)
            {
                uint random = Follow(block);
                changed |= Spread(region, block.Taken, random) | Spread(region, block.Next, random) | Spread(region, block.Callee, random);
                foreach (int target in block.Targets)
                    changed |= Spread(region, target, random);
            }
        }
        while (changed);
    }

    private static bool Spread(Region region, int target, uint random)
    {
        if (target == Block.None || (random & ~region.Blocks[target].RandomIn) == 0)
            return false;
        region.Blocks[target].RandomIn |= random;
        return true;
    }

    // Sets the flags of a block's accesses; returns the registers that go anywhere behind it.
    private static uint Follow(Block block)
    {
        uint random = block.RandomIn;
        foreach (ref MicroOp op in CollectionsMarshal.AsSpan(block.Ops))
        {
            uint own = 1u << (op.Ra & 31);
            if (op.Opcode is >= MicroOpcode.Load and <= MicroOpcode.FloatStore)
                op.IsSteady = op.Ra != 0 && ((StackAndThread & own) != 0 || (block.Depth > 0 && (random & own) == 0));
            uint written = (uint)op.Use.Writes;
            random = IsRandom(in op, random) ? random | written : random & ~written;
        }
        return random;
    }

    private static bool IsRandom(in MicroOp op, uint random)
    {
        bool a = ((random >> (op.Ra & 31)) & 1) != 0;
        bool either = a || (!op.HasImmediate && ((random >> (op.Rb & 31)) & 1) != 0);
        return op.Opcode switch
        {
            MicroOpcode.Constant => false,
            MicroOpcode.Add or MicroOpcode.Subtract or MicroOpcode.AddWord or MicroOpcode.SubtractWord
                or MicroOpcode.ShiftAdd or MicroOpcode.ShiftAddUnsignedWord
                or >= MicroOpcode.Minimum and <= MicroOpcode.MaximumUnsigned => either,
            MicroOpcode.ShiftLeft or MicroOpcode.ShiftLeftWord or MicroOpcode.ShiftLeftUnsignedWord or MicroOpcode.ZeroExtendWord => a,
            // The second half of a zero-extension that scales.
            MicroOpcode.ShiftRight when op.HasImmediate && op.Immediate is >= 28 and <= 32 => a,
            MicroOpcode.And when op.HasImmediate => op.Immediate is < 0 or > SmallMask && a,
            MicroOpcode.Load => op.Ra != StackPointer,
            _ => true,
        };
    }
}
