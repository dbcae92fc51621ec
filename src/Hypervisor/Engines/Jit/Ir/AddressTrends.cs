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
        uint random = 0;
        uint before;
        do
        {
            before = random;
            foreach (Block block in region.Blocks)
            {
                if (block.Depth > 0)
                    random |= Follow(block, random, mark: false);
            }
        }
        while (random != before);
        foreach (Block block in region.Blocks)
            Follow(block, random, mark: true);
    }

    // Through a block: which registers were random anywhere, or what the flags of its accesses are.
    private static uint Follow(Block block, uint random, bool mark)
    {
        uint ever = 0;
        foreach (ref MicroOp op in CollectionsMarshal.AsSpan(block.Ops))
        {
            uint own = 1u << (op.Ra & 31);
            if (mark && op.Opcode is >= MicroOpcode.Load and <= MicroOpcode.FloatStore)
                op.IsSteady = op.Ra != 0 && ((StackAndThread & own) != 0 || (block.Depth > 0 && (random & own) == 0));
            uint written = (uint)op.Use.Writes;
            if (written == 0)
                continue;
            if (IsRandom(in op, random))
            {
                random |= written;
                ever |= written;
            }
            else
            {
                random &= ~written;
            }
        }
        return ever;
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
