namespace Trapline.Hypervisor.Machine.Boot;

/// <summary>A range of guest-physical addresses.</summary>
/// <param name="Start">The first address.</param>
/// <param name="Length">Bytes.</param>
public readonly record struct MemoryRange(ulong Start, ulong Length)
{
    /// <summary>The first address behind it.</summary>
    public ulong End => Start + Length;

    /// <summary>Whether all of <paramref name="size"/> bytes from <paramref name="address"/> on lie inside; no value wraps.</summary>
    public bool Holds(ulong address, ulong size) =>
        address >= Start && address - Start <= Length && size <= Length - (address - Start);
}
