namespace Trapline.Hypervisor.Engines.Jit.Dump;

/// <summary>
/// Asks engines for a listing of what they make of the guest code at an address: guest code, micro-operations and host code side by
/// side. Any thread may use it.
/// </summary>
/// <param name="address">The guest's virtual address.</param>
public sealed class JitDump(ulong address)
{
    /// <summary>How many listings are kept: the first ones.</summary>
    public const int Limit = 8;

    private readonly Lock _gate = new();
    private readonly List<string> _listings = [];

    /// <summary>The guest's virtual address.</summary>
    public ulong Address => address;

    /// <summary>The listings so far, one for each translation that holds the address.</summary>
    public IReadOnlyList<string> Listings
    {
        get
        {
            lock (_gate)
                return [.. _listings];
        }
    }

    /// <summary>Whether another listing is wanted.</summary>
    internal bool IsOpen
    {
        get
        {
            lock (_gate)
                return _listings.Count < Limit;
        }
    }

    internal void Add(string listing)
    {
        lock (_gate)
        {
            if (_listings.Count < Limit)
                _listings.Add(listing);
        }
    }
}
