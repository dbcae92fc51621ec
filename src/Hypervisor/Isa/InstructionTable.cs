namespace Trapline.Hypervisor.Isa;

/// <summary>
/// All instructions that a hart knows, one row each. The parts of the class list the rows by extension.
/// </summary>
public static partial class InstructionTable
{
    private static readonly InstructionRow[] AllRows = Number(
        [.. BaseRows, .. SystemRows, .. MultiplyRows, .. AtomicRows, .. FloatRows, .. DoubleRows, .. BitManipulationRows]);

    // Candidates by major opcode and funct3, which no instruction of these extensions leaves entirely open.
    private static readonly InstructionRow[][] Buckets = BuildBuckets();

    /// <summary>The rows.</summary>
    public static IReadOnlyList<InstructionRow> Rows => AllRows;

    /// <summary>Finds the row of a 32-bit encoding; null if it is illegal.</summary>
    public static InstructionRow? Find(uint word)
    {
        foreach (InstructionRow row in Buckets[BucketOf(word)])
        {
            if ((word & row.Mask) == row.Match)
                return row;
        }
        return null;
    }

    /// <summary>The row with a mnemonic.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public static InstructionRow Named(string name)
        => AllRows.FirstOrDefault(row => row.Name == name) ?? throw new KeyNotFoundException($"no instruction is called {name}");

    private static int BucketOf(uint word) => (int)(((word >> 2) & 31) | (((word >> 12) & 7) << 5));

    private static InstructionRow[] Number(InstructionRow[] rows)
    {
        for (int index = 0; index < rows.Length; index++)
            rows[index].Index = index;
        return rows;
    }

    private static InstructionRow[][] BuildBuckets()
    {
        var buckets = new List<InstructionRow>[256];
        for (int bucket = 0; bucket < buckets.Length; bucket++)
        {
            uint word = (uint)(3 | ((bucket & 31) << 2) | (bucket >> 5 << 12));
            const uint Key = 0x707F;
            buckets[bucket] = [.. AllRows.Where(row => ((word ^ row.Match) & row.Mask & Key) == 0)];
        }
        return [.. buckets.Select(bucket => bucket.ToArray())];
    }
}
