namespace Trapline.Hypervisor.Engines.Jit.Translation;

/// <summary>
/// Finds out where a hart spends its time in quick translations. Generated code comes back after so many instructions in any case, and
/// where it stands then is a sample: counting costs nothing in between. Samples of code that lies close together count together, so that
/// a loop over many translations is found like one inside a single one.
/// </summary>
internal sealed class HotSpots
{
    private const int CodeBytesShift = 7;
    private const int SlotBits = 12;

    // A region costs about as much as a hart does in three times the instructions between samples: by then it has paid that much for the lack of it.
    private const int SamplesNeeded = 3;

    private readonly byte[] _samples = new byte[1 << SlotBits];
    private readonly List<Extent> _extents = [];

    /// <summary>Whether a position of code memory belongs to a region.</summary>
    public bool IsRegion(int position) => Find(position) is var index && index >= 0 && _extents[index].IsRegion;

    /// <summary>Remembers a translation. Code memory is filled upwards.</summary>
    /// <param name="end">The position behind it.</param>
    /// <param name="address">The guest address that it was made for.</param>
    /// <param name="isRegion">Whether it is a region.</param>
    public void Add(int end, ulong address, bool isRegion) => _extents.Add(new Extent(end, address, isRegion));

    /// <summary>Counts a sample.</summary>
    /// <param name="pc">Where the hart was in guest code.</param>
    /// <param name="position">Where it was in code memory.</param>
    /// <param name="address">The address that a region should be made for.</param>
    /// <returns>Whether one should.</returns>
    public bool Count(ulong pc, int position, out ulong address)
    {
        address = pc;
        int index = Find(position);
        if (index < 0 || _extents[index].IsRegion)
            return false;
        ref byte samples = ref _samples[(int)(((pc >> CodeBytesShift) * 0x9E37_79B9_7F4A_7C15) >> (64 - SlotBits))];
        if (++samples < SamplesNeeded)
            return false;
        samples = 0;
        // From where the quick code is entered, so that it is not entered again; but once only.
        if (_extents[index].Address is { } entry)
        {
            address = entry;
            _extents[index] = _extents[index] with { Address = null };
        }
        return true;
    }

    /// <summary>Forgets everything: code memory is empty.</summary>
    public void Clear()
    {
        _extents.Clear();
        Array.Clear(_samples);
    }

    // The first that ends behind the position.
    private int Find(int position)
    {
        int low = 0;
        int high = _extents.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_extents[middle].End <= position)
                low = middle + 1;
            else
                high = middle;
        }
        return low < _extents.Count ? low : -1;
    }

    private readonly record struct Extent(int End, ulong? Address, bool IsRegion);
}
