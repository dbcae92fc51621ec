namespace Trapline.Hypervisor.Engines.Jit.Ir;

/// <summary>
/// Which registers may differ from memory at each block's start, and which are needed there. Leaving a region needs every register
/// that may differ, since it is stored then.
/// </summary>
internal static class Liveness
{
    /// <summary>Fills in <see cref="Block.DirtyIn"/> and <see cref="Block.LiveIn"/>.</summary>
    public static void Analyze(Region region)
    {
        IReadOnlyList<Block> blocks = region.Blocks;
        bool changed;
        ulong returned = 0;
        do
        {
            changed = false;
            foreach (Block block in blocks)
            {
                ulong dirty = block.DirtyIn | Writes(block);
                changed |= Spread(blocks, block.Taken, dirty) | Spread(blocks, block.Next, dirty) | Spread(blocks, block.Callee, dirty);
                foreach (int target in block.Targets)
                    changed |= Spread(blocks, target, dirty);
                changed |= block.IsReturn && (dirty & ~returned) != 0;
                returned |= block.IsReturn ? dirty : 0;
            }
            changed |= SpreadReturned(blocks, returned);
        }
        while (changed);
        ulong neededBehind = 0;
        do
        {
            changed = false;
            for (int number = blocks.Count - 1; number >= 0; number--)
            {
                ulong live = LiveAtStart(blocks, blocks[number], neededBehind);
                changed |= live != blocks[number].LiveIn;
                blocks[number].LiveIn = live;
                if (blocks[number].CallsInside)
                    neededBehind |= blocks[blocks[number].Behind].LiveIn;
            }
        }
        while (changed);
    }

    // Any return may come back behind any call that stays in the region.
    private static bool SpreadReturned(IReadOnlyList<Block> blocks, ulong returned)
    {
        bool changed = false;
        foreach (Block block in blocks)
            changed |= block.CallsInside && Spread(blocks, block.Behind, returned);
        return changed;
    }

    /// <summary>What the last instruction of a block reads and writes.</summary>
    public static RegisterUse LastUse(Block block) => block.Exit switch
    {
        BlockExit.Branch => new RegisterUse(RegisterUse.Integer(block.Last.Ra) | RegisterUse.Integer(block.Last.Rb), 0),
        BlockExit.Jump => new RegisterUse(0, RegisterUse.Integer(block.Last.Rd)),
        BlockExit.JumpIndirect => new RegisterUse(RegisterUse.Integer(block.Last.Ra), RegisterUse.Integer(block.Last.Rd)),
        _ => default,
    };

    private static ulong Writes(Block block)
    {
        ulong writes = LastUse(block).Writes;
        foreach (ref readonly MicroOp op in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(block.Ops))
            writes |= op.Use.Writes;
        return writes;
    }

    private static bool Spread(IReadOnlyList<Block> blocks, int target, ulong dirty)
    {
        if (target == Block.None || (dirty & ~blocks[target].DirtyIn) == 0)
            return false;
        blocks[target].DirtyIn |= dirty;
        return true;
    }

    // Leaving stores what may be dirty on some way, so that must be right on every way: it counts as needed.
    private static ulong LiveAtStart(IReadOnlyList<Block> blocks, Block block, ulong neededBehind)
    {
        ulong live = block.IsReturn ? neededBehind : 0;
        if (block.Taken != Block.None)
            live |= blocks[block.Taken].LiveIn;
        if (block.Next != Block.None)
            live |= blocks[block.Next].LiveIn;
        if (block.Callee != Block.None)
            live |= blocks[block.Callee].LiveIn;
        foreach (int target in block.Targets)
            live |= blocks[target].LiveIn;
        RegisterUse last = LastUse(block);
        live = (live & ~last.Writes) | last.Reads;
        for (int k = block.Ops.Count - 1; k >= 0; k--)
        {
            RegisterUse use = block.Ops[k].Use;
            live = (live & ~use.Writes) | use.Reads;
        }
        return live | block.DirtyIn;
    }
}
