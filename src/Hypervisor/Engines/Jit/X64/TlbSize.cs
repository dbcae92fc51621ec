using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Engines.Jit.X64;

/// <summary>
/// The size of the TLB's tables as generated code holds it, and where it does: it is changed in place when the TLB grows.
/// </summary>
internal sealed class TlbSize(int entries)
{
    private const int EntryBytes = 8;

    private readonly List<int> _masks = [];

    /// <summary>Entries of each table.</summary>
    public int Entries { get; private set; } = entries;

    /// <summary>Says where code holds the mask of indices.</summary>
    public void NoteMask(int position)
    {
        // It grows once.
        if (Entries < SoftTlb.MaximumEntries)
            _masks.Add(position);
    }

    /// <summary>Forgets all code.</summary>
    public void Clear() => _masks.Clear();

    /// <summary>Changes all code to the largest size. Nobody executes it meanwhile.</summary>
    public void Grow(Assembler code)
    {
        Entries = SoftTlb.MaximumEntries;
        foreach (int position in _masks)
            code.Patch32(position, (Entries - 1) * EntryBytes);
        Clear();
    }
}
