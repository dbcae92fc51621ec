using System.Numerics;

namespace Trapline.Hypervisor.Isa.Ieee754;

/// <summary>
/// IEEE 754 arithmetic by integers, exact in result and flags for every rounding mode: the reference, and the way for whatever
/// <see cref="HostFloat{T}"/> cannot vouch for. Tininess is detected after rounding and NaN payloads are not propagated, as RISC-V
/// specifies (chapter F).
/// </summary>
/// <remarks>
/// A finite non-zero value is unpacked to sign, exponent e and a significand s with its top bit (63) set: s / 2^63 * 2^e. Bits that
/// would be shifted out are kept as one sticky bit at the bottom, far below what any format keeps.
/// </remarks>
internal static class SoftFloat<T> where T : struct, IBinaryFormat
{
    private static ulong Infinity => (ulong)MaxBiased << (T.Precision - 1);

    private static int MaxBiased => (2 * T.Bias) + 1;

    private static ulong FractionMask => (1UL << (T.Precision - 1)) - 1;

    private static ulong QuietBit => 1UL << (T.Precision - 2);

    public static ulong Add(ulong a, ulong b, Rounding rounding, ref byte flags)
    {
        if (IsNaN(a) || IsNaN(b))
            return NaNResult(a, b, ref flags);
        if (IsInfinite(a))
            return IsInfinite(b) && a != b ? Invalid(ref flags) : a;
        if (IsInfinite(b))
            return b;
        if (IsZero(a))
            return !IsZero(b) ? b : a == b ? a : SignedZero(rounding == Rounding.Down);
        if (IsZero(b))
            return a;
        Unpacked x = Unpack(a);
        Unpacked y = Unpack(b);
        return AddWide(Wide.From(x), Wide.From(y), rounding, ref flags);
    }

    public static ulong Multiply(ulong a, ulong b, Rounding rounding, ref byte flags)
    {
        if (IsNaN(a) || IsNaN(b))
            return NaNResult(a, b, ref flags);
        ulong sign = (a ^ b) & T.SignBit;
        if (IsInfinite(a) || IsInfinite(b))
            return IsZero(a) || IsZero(b) ? Invalid(ref flags) : sign | Infinity;
        if (IsZero(a) || IsZero(b))
            return sign;
        Unpacked x = Unpack(a);
        Unpacked y = Unpack(b);
        return PackWide(sign != 0, x.Exponent + y.Exponent + 1, (UInt128)x.Significand * y.Significand, rounding, ref flags);
    }

    public static ulong Divide(ulong a, ulong b, Rounding rounding, ref byte flags)
    {
        if (IsNaN(a) || IsNaN(b))
            return NaNResult(a, b, ref flags);
        ulong sign = (a ^ b) & T.SignBit;
        if (IsInfinite(a))
            return IsInfinite(b) ? Invalid(ref flags) : sign | Infinity;
        if (IsInfinite(b))
            return sign;
        if (IsZero(b))
        {
            if (IsZero(a))
                return Invalid(ref flags);
            flags |= FloatFlags.DivideByZero;
            return sign | Infinity;
        }
        if (IsZero(a))
            return sign;
        Unpacked x = Unpack(a);
        Unpacked y = Unpack(b);
        // The quotient of two significands lies in (1/2, 2): 63 or 64 bits.
        UInt128 dividend = (UInt128)x.Significand << 63;
        UInt128 quotient = dividend / y.Significand;
        bool inexact = quotient * y.Significand != dividend;
        return PackWide(sign != 0, x.Exponent - y.Exponent, (quotient << 64) | (inexact ? 1UL : 0), rounding, ref flags);
    }

    public static ulong SquareRoot(ulong a, Rounding rounding, ref byte flags)
    {
        if (IsNaN(a))
            return NaNResult(a, a, ref flags);
        if (IsZero(a))
            return a;
        if ((a & T.SignBit) != 0)
            return Invalid(ref flags);
        if (IsInfinite(a))
            return a;
        Unpacked x = Unpack(a);
        // Radicand in [1, 4) times 2^126, so that the root is in [1, 2) times 2^63; the exponent left over is even.
        int odd = x.Exponent & 1;
        UInt128 radicand = (UInt128)x.Significand << (63 + odd);
        ulong root = IntegerRoot(radicand);
        bool inexact = (UInt128)root * root != radicand;
        return PackWide(false, (x.Exponent - odd) / 2, ((UInt128)root << 64) | (inexact ? 1UL : 0), rounding, ref flags);
    }

    public static ulong MultiplyAdd(ulong a, ulong b, ulong c, Rounding rounding, ref byte flags)
    {
        bool invalidProduct = (IsInfinite(a) && IsZero(b)) || (IsZero(a) && IsInfinite(b));
        // "The fused multiply-add instructions must set the invalid flag when the multiplicands are infinity and zero, even when the
        // addend is a quiet NaN."
        if (invalidProduct)
            return Invalid(ref flags);
        if (IsNaN(a) || IsNaN(b) || IsNaN(c))
        {
            if (IsSignaling(c))
                flags |= FloatFlags.Invalid;
            return NaNResult(a, b, ref flags);
        }
        ulong sign = (a ^ b) & T.SignBit;
        if (IsInfinite(a) || IsInfinite(b))
            return IsInfinite(c) && (c & T.SignBit) != sign ? Invalid(ref flags) : sign | Infinity;
        if (IsInfinite(c))
            return c;
        if (IsZero(a) || IsZero(b))
            return !IsZero(c) ? c : c == sign ? c : SignedZero(rounding == Rounding.Down);
        Unpacked x = Unpack(a);
        Unpacked y = Unpack(b);
        // The product is exact in 128 bits; its top bit is 126 or 127, so halving it may lose a zero bit only.
        UInt128 product = ((UInt128)x.Significand * y.Significand) >> 1;
        int exponent = x.Exponent + y.Exponent + 1;
        if (IsZero(c))
            return PackWide(sign != 0, exponent, product << 1, rounding, ref flags);
        Unpacked z = Unpack(c);
        return AddWide(new Wide(sign != 0, exponent, product), Wide.From(z), rounding, ref flags);
    }

    public static ulong Minimum(ulong a, ulong b, ref byte flags) => Select(a, b, less: true, ref flags);

    public static ulong Maximum(ulong a, ulong b, ref byte flags) => Select(a, b, less: false, ref flags);

    public static bool Equal(ulong a, ulong b, ref byte flags)
    {
        if (IsSignaling(a) || IsSignaling(b))
            flags |= FloatFlags.Invalid;
        return !IsNaN(a) && !IsNaN(b) && (a == b || ((a | b) & ~T.SignBit) == 0);
    }

    public static bool Less(ulong a, ulong b, bool orEqual, ref byte flags)
    {
        if (IsNaN(a) || IsNaN(b))
        {
            flags |= FloatFlags.Invalid;
            return false;
        }
        long difference = Order(a).CompareTo(Order(b));
        return orEqual ? difference <= 0 : difference < 0;
    }

    /// <summary>The ten classes of FCLASS, one bit each.</summary>
    public static ulong Classify(ulong a)
    {
        bool negative = (a & T.SignBit) != 0;
        int bit;
        if (IsNaN(a))
            bit = IsSignaling(a) ? 8 : 9;
        else if (IsInfinite(a))
            bit = negative ? 0 : 7;
        else if (IsZero(a))
            bit = negative ? 3 : 4;
        else if (BiasedExponent(a) == 0)
            bit = negative ? 2 : 5;
        else
            bit = negative ? 1 : 6;
        return 1UL << bit;
    }

    public static ulong From<TFrom>(ulong a, Rounding rounding, ref byte flags) where TFrom : struct, IBinaryFormat
    {
        if (SoftFloat<TFrom>.IsNaN(a))
        {
            if (SoftFloat<TFrom>.IsSignaling(a))
                flags |= FloatFlags.Invalid;
            return T.CanonicalNaN;
        }
        bool negative = (a & TFrom.SignBit) != 0;
        ulong sign = negative ? T.SignBit : 0;
        if (SoftFloat<TFrom>.IsInfinite(a))
            return sign | Infinity;
        if (SoftFloat<TFrom>.IsZero(a))
            return sign;
        Unpacked x = SoftFloat<TFrom>.Unpack(a);
        return Pack(negative, x.Exponent, x.Significand, rounding, ref flags);
    }

    public static ulong FromInteger(bool negative, ulong magnitude, Rounding rounding, ref byte flags)
    {
        if (magnitude == 0)
            return 0;
        int shift = BitOperations.LeadingZeroCount(magnitude);
        return Pack(negative, 63 - shift, magnitude << shift, rounding, ref flags);
    }

    /// <summary>Rounds to an integer; what does not fit is invalid and gives the nearest limit, NaN the upper one.</summary>
    public static ulong ToInteger(ulong a, bool signed, int bits, Rounding rounding, ref byte flags)
    {
        ulong maximum = (ulong.MaxValue >> (64 - bits)) >> (signed ? 1 : 0);
        ulong minimumMagnitude = signed ? maximum + 1 : 0;
        bool negative = (a & T.SignBit) != 0 && !IsNaN(a);
        ulong limit = negative ? minimumMagnitude : maximum;
        if (!IsNaN(a) && !IsInfinite(a))
        {
            if (IsZero(a))
                return 0;
            Unpacked x = Unpack(a);
            if (x.Exponent < 64)
            {
                ulong whole = RoundToWhole(x, rounding, out bool inexact, out bool overflow);
                if (!overflow && whole <= limit)
                {
                    if (inexact)
                        flags |= FloatFlags.Inexact;
                    return negative ? 0 - whole : whole;
                }
            }
        }
        flags |= FloatFlags.Invalid;
        return negative ? 0 - minimumMagnitude : maximum;
    }

    internal static bool IsNaN(ulong a) => (a & ~T.SignBit) > Infinity;

    internal static bool IsSignaling(ulong a) => IsNaN(a) && (a & QuietBit) == 0;

    internal static bool IsInfinite(ulong a) => (a & ~T.SignBit) == Infinity;

    internal static bool IsZero(ulong a) => (a & ~T.SignBit) == 0;

    internal static Unpacked Unpack(ulong a)
    {
        int biased = BiasedExponent(a);
        ulong fraction = a & FractionMask;
        bool negative = (a & T.SignBit) != 0;
        if (biased == 0)
        {
            int shift = BitOperations.LeadingZeroCount(fraction);
            // The top bit of a subnormal fraction stands for 2^(1 - bias - (precision - 1)) times its place.
            return new Unpacked(negative, 1 - T.Bias - (T.Precision - 1) + (63 - shift), fraction << shift);
        }
        return new Unpacked(negative, biased - T.Bias, (fraction | (FractionMask + 1)) << (64 - T.Precision));
    }

    private static int BiasedExponent(ulong a) => (int)((a & Infinity) >> (T.Precision - 1));

    // Zeros of both signs are equal here; negative numbers order backwards.
    private static long Order(ulong a)
    {
        long magnitude = (long)(a & ~T.SignBit);
        return (a & T.SignBit) != 0 ? -magnitude : magnitude;
    }

    // minimumNumber and maximumNumber of IEEE 754-2019, with -0 below +0.
    private static ulong Select(ulong a, ulong b, bool less, ref byte flags)
    {
        if (IsSignaling(a) || IsSignaling(b))
            flags |= FloatFlags.Invalid;
        if (IsNaN(a))
            return IsNaN(b) ? T.CanonicalNaN : b;
        if (IsNaN(b))
            return a;
        int order = Order(a).CompareTo(Order(b));
        if (order == 0)
            order = (a & T.SignBit) != 0 ? -1 : 1;
        return order < 0 == less ? a : b;
    }

    private static ulong AddWide(Wide a, Wide b, Rounding rounding, ref byte flags)
    {
        if (a.Exponent < b.Exponent)
            (a, b) = (b, a);
        UInt128 large = a.Significand;
        UInt128 small = ShiftRightSticky(b.Significand, a.Exponent - b.Exponent);
        if (a.Negative == b.Negative)
            return PackWide(a.Negative, a.Exponent + 1, large + small, rounding, ref flags);
        if (large == small)
            return SignedZero(rounding == Rounding.Down);
        return large > small
            ? PackWide(a.Negative, a.Exponent + 1, large - small, rounding, ref flags)
            : PackWide(b.Negative, a.Exponent + 1, small - large, rounding, ref flags);
    }

    // Value: significand / 2^127 * 2^exponent, the top bit anywhere.
    private static ulong PackWide(bool negative, int exponent, UInt128 significand, Rounding rounding, ref byte flags)
    {
        int shift = (int)UInt128.LeadingZeroCount(significand);
        significand <<= shift;
        ulong high = (ulong)(significand >> 64) | ((ulong)significand != 0 ? 1UL : 0);
        return Pack(negative, exponent - shift, high, rounding, ref flags);
    }

    // Rounds to the format; the significand's top bit is 63 and its bottom bit may be sticky.
    private static ulong Pack(bool negative, int exponent, ulong significand, Rounding rounding, ref byte flags)
    {
        int drop = 64 - T.Precision;
        int biased = exponent + T.Bias;
        ulong sign = negative ? T.SignBit : 0;
        bool tiny = false;
        if (biased <= 0)
        {
            // "Tininess after rounding": tiny unless rounding as if the exponent had no limit reaches the smallest normal number.
            tiny = biased < 0 || !RoundsUpToPowerOfTwo(significand, drop, negative, rounding);
            significand = ShiftRightSticky(significand, 1 - biased);
            biased = 0;
        }
        ulong rest = significand & ((1UL << drop) - 1);
        ulong kept = significand >> drop;
        if (rest != 0)
        {
            flags |= (byte)(FloatFlags.Inexact | (tiny ? FloatFlags.Underflow : 0));
            kept += Increment(rest, drop, kept, negative, rounding);
        }
        // The implied bit, if there, adds one to the exponent field; so does a carry out of the fraction.
        ulong bits = ((ulong)(biased == 0 ? 0 : biased - 1) << (T.Precision - 1)) + kept;
        if (bits < Infinity)
            return sign | bits;
        flags |= FloatFlags.Overflow | FloatFlags.Inexact;
        bool toInfinity = rounding switch
        {
            Rounding.TowardZero => false,
            Rounding.Down => negative,
            Rounding.Up => !negative,
            _ => true,
        };
        return sign | (toInfinity ? Infinity : Infinity - 1);
    }

    private static bool RoundsUpToPowerOfTwo(ulong significand, int drop, bool negative, Rounding rounding)
    {
        ulong kept = significand >> drop;
        ulong rest = significand & ((1UL << drop) - 1);
        return kept + 1 == 1UL << T.Precision && rest != 0 && Increment(rest, drop, kept, negative, rounding) != 0;
    }

    private static ulong Increment(ulong rest, int drop, ulong kept, bool negative, Rounding rounding)
    {
        ulong half = 1UL << (drop - 1);
        bool up = rounding switch
        {
            Rounding.NearestEven => rest > half || (rest == half && (kept & 1) != 0),
            Rounding.TowardZero => false,
            Rounding.Down => negative,
            Rounding.Up => !negative,
            _ => rest >= half,
        };
        return up ? 1UL : 0;
    }

    private static ulong RoundToWhole(Unpacked x, Rounding rounding, out bool inexact, out bool overflow)
    {
        overflow = false;
        if (x.Exponent == 63)
        {
            inexact = false;
            return x.Significand;
        }
        // 128 bits with the binary point in the middle; what lies further right is sticky.
        UInt128 fixedPoint = ShiftRightSticky((UInt128)x.Significand << 64, 63 - x.Exponent);
        ulong whole = (ulong)(fixedPoint >> 64);
        ulong rest = (ulong)fixedPoint;
        inexact = rest != 0;
        if (inexact && IncrementWhole(rest, whole, x.Negative, rounding))
        {
            whole++;
            overflow = whole == 0;
        }
        return whole;
    }

    private static bool IncrementWhole(ulong rest, ulong whole, bool negative, Rounding rounding)
    {
        const ulong Half = 1UL << 63;
        return rounding switch
        {
            Rounding.NearestEven => rest > Half || (rest == Half && (whole & 1) != 0),
            Rounding.TowardZero => false,
            Rounding.Down => negative,
            Rounding.Up => !negative,
            _ => rest >= Half,
        };
    }

    private static ulong ShiftRightSticky(ulong value, int count)
    {
        if (count >= 64)
            return value != 0 ? 1UL : 0;
        ulong lost = value & ((1UL << count) - 1);
        return (value >> count) | (lost != 0 ? 1UL : 0);
    }

    private static UInt128 ShiftRightSticky(UInt128 value, int count)
    {
        if (count >= 128)
            return value != UInt128.Zero ? UInt128.One : UInt128.Zero;
        UInt128 shifted = value >> count;
        return shifted << count == value ? shifted : shifted | UInt128.One;
    }

    // The largest r with r * r <= value, for value in [2^126, 2^128): the host's estimate is good to about 50 bits.
    private static ulong IntegerRoot(UInt128 value)
    {
        double estimate = Math.Sqrt((double)value);
        ulong root = estimate >= 18446744073709551615.0 ? ulong.MaxValue : (ulong)estimate;
        // One Newton step brings the error below two.
        UInt128 next = ((UInt128)root + (value / root)) >> 1;
        root = next > ulong.MaxValue ? ulong.MaxValue : (ulong)next;
        while ((UInt128)root * root > value)
            root--;
        while (root != ulong.MaxValue && (UInt128)(root + 1) * (root + 1) <= value)
            root++;
        return root;
    }

    private static ulong SignedZero(bool negative) => negative ? T.SignBit : 0;

    private static ulong Invalid(ref byte flags)
    {
        flags |= FloatFlags.Invalid;
        return T.CanonicalNaN;
    }

    private static ulong NaNResult(ulong a, ulong b, ref byte flags)
    {
        if (IsSignaling(a) || IsSignaling(b))
            flags |= FloatFlags.Invalid;
        return T.CanonicalNaN;
    }
}
