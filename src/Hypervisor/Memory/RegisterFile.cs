using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Trapline.Hypervisor.Memory;

/// <summary>
/// 32 registers of 64 bits and one slot more that takes writes to the integer register x0, so that storing a result needs no test:
/// the decoder replaces a destination x0 by <see cref="Discard"/>.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct RegisterFile
{
    /// <summary>The architectural registers.</summary>
    public const int Count = 32;

    /// <summary>The slot whose content nobody reads.</summary>
    public const int Discard = 32;

    private fixed ulong _slots[Count + 1];

    /// <summary>A register by number 0..31, or <see cref="Discard"/>.</summary>
    [UnscopedRef]
    public ref ulong this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            Debug.Assert((uint)index <= Discard);
            // SAFETY: numbers come from five-bit fields of instructions, widened by the decoder to Discard at most.
            return ref Unsafe.Add(ref _slots[0], index);
        }
    }
}
