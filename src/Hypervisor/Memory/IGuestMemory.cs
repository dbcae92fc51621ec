namespace Trapline.Hypervisor.Memory;

/// <summary>
/// Guest memory as devices see it (DMA): bounds-checked, safe on any thread, tells dirty tracking and the engines' code caches of each
/// write. Addresses come from descriptors that the guest wrote and are hostile; nothing here throws for a bad one.
/// </summary>
public interface IGuestMemory
{
    /// <summary>Copies guest memory out. False, and nothing copied, unless the whole range is RAM.</summary>
    bool TryRead(Gpa address, Span<byte> destination);

    /// <summary>Copies into guest memory. False, and nothing written, unless the whole range is RAM.</summary>
    bool TryWrite(Gpa address, ReadOnlySpan<byte> source);

    /// <summary>
    /// A view of guest memory for reading without a copy. Harts may change it meanwhile: read each field once.
    /// False unless the whole range is RAM.
    /// </summary>
    bool TryGetReadOnlySpan(Gpa address, int length, out ReadOnlySpan<byte> span);

    /// <summary>
    /// A view of guest memory for writing without a copy; the range counts as written from this call on. The view must be used at
    /// once and not kept. False unless the whole range is RAM.
    /// </summary>
    bool TryGetSpan(Gpa address, int length, out Span<byte> span);
}
