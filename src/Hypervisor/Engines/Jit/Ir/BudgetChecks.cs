namespace Trapline.Hypervisor.Engines.Jit.Ir;

/// <summary>
/// Chooses the blocks that ask whether the budget lasts: the ways in, which include every loop, and what is called ask for themselves and for all that can
/// be executed before the next one that asks. The others only count.
/// </summary>
internal static class BudgetChecks
{
    // What is left of a budget when it does not last is interpreted.
    private const int LongestPath = 64;

    /// <summary>Fills in <see cref="Block.ChecksBudget"/> and <see cref="Block.Ahead"/>.</summary>
    public static void Place(IReadOnlyList<Block> blocks)
    {
        foreach (Block block in blocks)
            block.ChecksBudget = block.IsEntry || block.FollowsFence;
        foreach (Block block in blocks)
        {
            // What is called counts for itself, and so does what it comes back to.
            if (!block.CallsInside)
                continue;
            Demand(blocks, block.Callee);
            Demand(blocks, block.Behind);
        }
        // What is reached from behind is a loop's start, and asks: so the others are complete before they are needed.
        for (int number = blocks.Count - 1; number >= 0; number--)
        {
            Block block = blocks[number];
            int behind = Math.Max(AheadOf(blocks, block.Taken), AheadOf(blocks, block.Next));
            if (block.Instructions + behind > LongestPath)
            {
                Demand(blocks, block.Taken);
                Demand(blocks, block.Next);
                behind = 0;
            }
            block.Ahead = block.Instructions + behind;
        }
    }

    private static int AheadOf(IReadOnlyList<Block> blocks, int number)
        => number == Block.None || blocks[number].ChecksBudget ? 0 : blocks[number].Ahead;

    private static void Demand(IReadOnlyList<Block> blocks, int number)
    {
        if (number != Block.None)
            blocks[number].ChecksBudget = true;
    }
}
