namespace Trapline.Hypervisor.Memory;

/// <summary>A guest-physical address: what the guest's page tables produce and its bus decodes.</summary>
/// <param name="Value">The address in bytes.</param>
public readonly record struct Gpa(ulong Value)
{
    /// <summary>The number of the 4 KiB page that holds this address.</summary>
    public ulong PageNumber => Value >> Page.Shift;

    /// <summary>The address <paramref name="offset"/> bytes further on (wraps at 2^64, as the guest's own arithmetic does).</summary>
    public static Gpa operator +(Gpa address, ulong offset) => new(address.Value + offset);

    /// <inheritdoc/>
    public override string ToString() => $"0x{Value:x}";
}

/// <summary>A guest-virtual address: what the guest's code uses before translation.</summary>
/// <param name="Value">The address in bytes.</param>
public readonly record struct Gva(ulong Value)
{
    /// <inheritdoc/>
    public override string ToString() => $"0x{Value:x}";
}

/// <summary>The size of a guest's base page (RISC-V privileged specification, section 12.3).</summary>
public static class Page
{
    /// <summary>log2 of <see cref="Size"/>.</summary>
    public const int Shift = 12;

    /// <summary>Bytes in a page.</summary>
    public const int Size = 1 << Shift;

    /// <summary>The bits of an address inside its page.</summary>
    public const ulong OffsetMask = Size - 1;
}
