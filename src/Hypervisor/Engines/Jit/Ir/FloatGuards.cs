namespace Trapline.Hypervisor.Engines.Jit.Ir;

/// <summary>
/// Finds the blocks that need not make sure that the floating-point unit is on and rounds to nearest, because every block before them has.
/// For the start of a loop the way in does it.
/// </summary>
internal static class FloatGuards
{
    /// <summary>Fills in <see cref="Block.FloatReady"/>.</summary>
    public static void Place(IReadOnlyList<Block> blocks)
    {
        var reached = new bool[blocks.Count];
        foreach (Block block in blocks)
        {
            Mark(reached, block.Taken);
            Mark(reached, block.Next);
            foreach (int target in block.Targets)
                Mark(reached, target);
        }
        for (int number = 0; number < blocks.Count; number++)
        {
            Block block = blocks[number];
            block.FloatReady = reached[number] && (!block.IsEntry || (block.IsLoopHeader && UsesUnit(block)));
        }
        foreach (Block block in blocks)
        {
            // Who calls and who returns is not looked for.
            if (!block.CallsInside)
                continue;
            Withdraw(blocks, block.Callee);
            foreach (int target in block.Targets)
                Withdraw(blocks, target);
            Withdraw(blocks, block.Behind);
        }
        bool changed;
        do
        {
            changed = false;
            foreach (Block block in blocks)
            {
                if (IsReadyBehind(block))
                    continue;
                changed |= Withdraw(blocks, block.Taken) | Withdraw(blocks, block.Next);
                foreach (int target in block.Targets)
                    changed |= Withdraw(blocks, target);
            }
        }
        while (changed);
    }

    private static void Mark(bool[] reached, int number)
    {
        if (number != Block.None)
            reached[number] = true;
    }

    private static bool Withdraw(IReadOnlyList<Block> blocks, int number)
    {
        if (number == Block.None || !blocks[number].FloatReady)
            return false;
        blocks[number].FloatReady = false;
        return true;
    }

    // What is interpreted may change the unit's state.
    private static bool UsesUnit(Block block)
    {
        int first = block.Ops.FindIndex(op => op.IsFloatOperation || op.Opcode == MicroOpcode.Interpret);
        return first >= 0 && block.Ops[first].IsFloatOperation;
    }

    private static bool IsReadyBehind(Block block)
    {
        int last = block.Ops.FindLastIndex(op => op.IsFloatOperation || op.Opcode == MicroOpcode.Interpret);
        return last < 0 ? block.FloatReady : block.Ops[last].IsFloatOperation;
    }
}
