namespace Trapline.Hypervisor.Engines.Jit.Translation;

/// <summary>
/// Counts how often a hart came to addresses that were not found in the jump table, to translate only what is executed often. Addresses
/// share slots, and each slot counts for one of them: others take from its count until it is theirs. So a guest with far more code than
/// there are slots does not add up the executions of code that is rarely reached, however long it runs. The slots of one page of code lie
/// together: a guest with little code touches little of the table's memory, and a host holds thousands of those.
/// </summary>
internal sealed class ExecutionCounts(int threshold)
{
    private const int SlotBits = 17;
    private const int BitsInPage = 11; // 4 KiB of code, where instructions begin at even addresses
    private const int CountBits = 8;
    private const int CountMask = (1 << CountBits) - 1;

    // A tag, and the count in the low bits.
    private readonly ushort[] _slots = new ushort[1 << SlotBits];

    /// <summary>Counts an execution.</summary>
    /// <returns>Whether there were as many as the threshold before it.</returns>
    public bool Count(ulong address)
    {
        if (threshold == 0)
            return true;
        ulong page = (address >> (BitsInPage + 1)) * 0x9E37_79B9_7F4A_7C15;
        int inPage = (int)(address >> 1) & ((1 << BitsInPage) - 1);
        ref ushort slot = ref _slots[(int)(page >> (64 - SlotBits)) ^ inPage];
        int tag = (int)(page >> (64 - SlotBits - CountBits)) & CountMask;
        int count = slot & CountMask;
        if (slot >> CountBits != tag && count > 0)
        {
            slot--;
            return false;
        }
        if (count >= threshold)
            return true;
        slot = (ushort)((tag << CountBits) | (count + 1));
        return false;
    }
}
