namespace Trapline.Hypervisor.Machine.Sbi;

/// <summary>A set of harts as callers give it (SBI 2.0, section 3.1): a bit mask and the number of the hart that bit 0 means.</summary>
internal readonly ref struct HartMask
{
    private readonly ulong _bits;

    private HartMask(ulong bits) => _bits = bits;

    /// <summary>Reads a mask; false when it names a hart that does not exist.</summary>
    public static bool TryRead(ulong mask, ulong firstHart, int hartCount, out HartMask harts)
    {
        var all = (1UL << hartCount) - 1;
        if (firstHart == ulong.MaxValue)
        {
            harts = new HartMask(all);
            return true;
        }

        if (mask == 0 || firstHart >= (ulong)hartCount)
        {
            harts = default;
            return mask == 0;
        }

        var shift = (int)firstHart;
        var bits = mask << shift;
        harts = new HartMask(bits);
        return (bits >> shift) == mask && (bits & ~all) == 0;
    }

    /// <summary>Whether a hart is meant.</summary>
    public bool Contains(int hart) => (_bits & (1UL << hart)) != 0;
}
