namespace Trapline.Hypervisor.Isa.Ieee754;

/// <summary>A finite value other than zero: significand / 2^63 * 2^exponent, the top bit of the significand set.</summary>
internal readonly record struct Unpacked(bool Negative, int Exponent, ulong Significand);

/// <summary>The same with room to the right: significand / 2^126 * 2^exponent, the top bit at 125 or 126.</summary>
internal readonly record struct Wide(bool Negative, int Exponent, UInt128 Significand)
{
    /// <summary>The same value.</summary>
    public static Wide From(Unpacked value) => new(value.Negative, value.Exponent, (UInt128)value.Significand << 63);
}
