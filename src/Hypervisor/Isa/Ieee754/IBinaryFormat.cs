using System.Runtime.CompilerServices;

namespace Trapline.Hypervisor.Isa.Ieee754;

/// <summary>Rounding modes with their encoding in <c>frm</c> (unprivileged specification, table "Rounding mode encoding").</summary>
internal enum Rounding : byte
{
    NearestEven = 0,
    TowardZero = 1,
    Down = 2,
    Up = 3,
    NearestMaxMagnitude = 4,
}

/// <summary>Accrued exceptions with their bits in <c>fflags</c>.</summary>
internal static class FloatFlags
{
    public const byte Inexact = 1;
    public const byte Underflow = 2;
    public const byte Overflow = 4;
    public const byte DivideByZero = 8;
    public const byte Invalid = 16;
}

/// <summary>A binary interchange format of IEEE 754 and how it lies in a 64-bit register.</summary>
internal interface IBinaryFormat
{
    /// <summary>Bits in all.</summary>
    static abstract int Width { get; }

    /// <summary>Bits of the significand, the implied one included.</summary>
    static abstract int Precision { get; }

    /// <summary>The exponent bias.</summary>
    static abstract int Bias { get; }

    /// <summary>The sign.</summary>
    static abstract ulong SignBit { get; }

    /// <summary>The NaN that every operation produces.</summary>
    static abstract ulong CanonicalNaN { get; }

    /// <summary>The register's content for a value.</summary>
    static abstract ulong Box(ulong value);

    /// <summary>The value in a register: the canonical NaN if it is not properly boxed.</summary>
    static abstract ulong Unbox(ulong register);
}

/// <summary>Single precision, NaN-boxed.</summary>
internal readonly struct Binary32 : IBinaryFormat
{
    public static int Width => 32;

    public static int Precision => 24;

    public static int Bias => 127;

    public static ulong SignBit => 1UL << 31;

    public static ulong CanonicalNaN => 0x7FC0_0000;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Box(ulong value) => value | 0xFFFF_FFFF_0000_0000;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Unbox(ulong register) => register >= 0xFFFF_FFFF_0000_0000 ? (uint)register : CanonicalNaN;
}

/// <summary>Double precision.</summary>
internal readonly struct Binary64 : IBinaryFormat
{
    public static int Width => 64;

    public static int Precision => 53;

    public static int Bias => 1023;

    public static ulong SignBit => 1UL << 63;

    public static ulong CanonicalNaN => 0x7FF8_0000_0000_0000;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Box(ulong value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Unbox(ulong register) => register;
}
