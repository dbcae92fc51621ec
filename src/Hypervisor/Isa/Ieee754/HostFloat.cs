using System.Runtime.CompilerServices;

namespace Trapline.Hypervisor.Isa.Ieee754;

/// <summary>
/// Arithmetic on the host's floating-point unit where its result and flags are provably the specified ones, else
/// <see cref="SoftFloat{T}"/>. The host rounds to nearest even, so only that mode qualifies. A result that is normal and not near the
/// limits raises no flag but inexact, and that is known without further work if it is already set; otherwise an exact
/// error term decides (the error of a sum, and a fused remainder of a product, quotient or root, are representable far from the limits).
/// </summary>
internal static class HostFloat<T> where T : struct, IBinaryFormat
{
    // Limits within which neither result nor error term can underflow or overflow.
    private const double SmallestDouble = 1e-280;
    private const double LargestDouble = 1e300;
    private const float SmallestSingle = 1e-30f;
    private const float LargestSingle = 1e38f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Add(ulong a, ulong b, Rounding rounding, ref byte flags)
    {
        if (rounding != Rounding.NearestEven)
            return SoftFloat<T>.Add(a, b, rounding, ref flags);
        if (T.Width == 64)
        {
            double x = BitConverter.UInt64BitsToDouble(a);
            double y = BitConverter.UInt64BitsToDouble(b);
            double sum = x + y;
            if (Math.Abs(x) < LargestDouble && Math.Abs(y) < LargestDouble &&
                ((flags & FloatFlags.Inexact) != 0 || SumError(x, y, sum) == 0))
            {
                return BitConverter.DoubleToUInt64Bits(sum);
            }
        }
        else
        {
            float x = BitConverter.UInt32BitsToSingle((uint)a);
            float y = BitConverter.UInt32BitsToSingle((uint)b);
            float sum = x + y;
            if (MathF.Abs(x) < LargestSingle && MathF.Abs(y) < LargestSingle && MathF.Abs(sum) < LargestSingle &&
                ((flags & FloatFlags.Inexact) != 0 || SumError(x, y, sum) == 0))
            {
                return BitConverter.SingleToUInt32Bits(sum);
            }
        }
        return SoftFloat<T>.Add(a, b, rounding, ref flags);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Multiply(ulong a, ulong b, Rounding rounding, ref byte flags)
    {
        if (rounding != Rounding.NearestEven)
            return SoftFloat<T>.Multiply(a, b, rounding, ref flags);
        if (T.Width == 64)
        {
            double x = BitConverter.UInt64BitsToDouble(a);
            double y = BitConverter.UInt64BitsToDouble(b);
            double product = x * y;
            if (IsSafe(product) && ((flags & FloatFlags.Inexact) != 0 || Math.FusedMultiplyAdd(x, y, -product) == 0))
                return BitConverter.DoubleToUInt64Bits(product);
        }
        else
        {
            float x = BitConverter.UInt32BitsToSingle((uint)a);
            float y = BitConverter.UInt32BitsToSingle((uint)b);
            float product = x * y;
            if (IsSafe(product) && ((flags & FloatFlags.Inexact) != 0 || (double)x * y == product))
                return BitConverter.SingleToUInt32Bits(product);
        }
        return SoftFloat<T>.Multiply(a, b, rounding, ref flags);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Divide(ulong a, ulong b, Rounding rounding, ref byte flags)
    {
        if (rounding != Rounding.NearestEven)
            return SoftFloat<T>.Divide(a, b, rounding, ref flags);
        if (T.Width == 64)
        {
            double x = BitConverter.UInt64BitsToDouble(a);
            double y = BitConverter.UInt64BitsToDouble(b);
            double quotient = x / y;
            if (IsSafe(x) && IsSafe(y) && IsSafe(quotient) &&
                ((flags & FloatFlags.Inexact) != 0 || Math.FusedMultiplyAdd(-quotient, y, x) == 0))
            {
                return BitConverter.DoubleToUInt64Bits(quotient);
            }
        }
        else
        {
            float x = BitConverter.UInt32BitsToSingle((uint)a);
            float y = BitConverter.UInt32BitsToSingle((uint)b);
            float quotient = x / y;
            if (IsSafe(x) && IsSafe(y) && IsSafe(quotient) && ((flags & FloatFlags.Inexact) != 0 || (double)quotient * y == x))
                return BitConverter.SingleToUInt32Bits(quotient);
        }
        return SoftFloat<T>.Divide(a, b, rounding, ref flags);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong SquareRoot(ulong a, Rounding rounding, ref byte flags)
    {
        if (rounding != Rounding.NearestEven)
            return SoftFloat<T>.SquareRoot(a, rounding, ref flags);
        if (T.Width == 64)
        {
            double x = BitConverter.UInt64BitsToDouble(a);
            double root = Math.Sqrt(x);
            if (x > 0 && IsSafe(x) && ((flags & FloatFlags.Inexact) != 0 || Math.FusedMultiplyAdd(-root, root, x) == 0))
                return BitConverter.DoubleToUInt64Bits(root);
        }
        else
        {
            float x = BitConverter.UInt32BitsToSingle((uint)a);
            float root = MathF.Sqrt(x);
            if (x > 0 && IsSafe(x) && ((flags & FloatFlags.Inexact) != 0 || (double)root * root == x))
                return BitConverter.SingleToUInt32Bits(root);
        }
        return SoftFloat<T>.SquareRoot(a, rounding, ref flags);
    }

    // The error of a fused multiply-add is not one number: only if inexact is already set is there nothing to find out.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong MultiplyAdd(ulong a, ulong b, ulong c, Rounding rounding, ref byte flags)
    {
        if (rounding != Rounding.NearestEven || (flags & FloatFlags.Inexact) == 0)
            return SoftFloat<T>.MultiplyAdd(a, b, c, rounding, ref flags);
        if (T.Width == 64)
        {
            double result = Math.FusedMultiplyAdd(
                BitConverter.UInt64BitsToDouble(a), BitConverter.UInt64BitsToDouble(b), BitConverter.UInt64BitsToDouble(c));
            if (IsSafe(result))
                return BitConverter.DoubleToUInt64Bits(result);
        }
        else
        {
            float result = MathF.FusedMultiplyAdd(
                BitConverter.UInt32BitsToSingle((uint)a), BitConverter.UInt32BitsToSingle((uint)b), BitConverter.UInt32BitsToSingle((uint)c));
            if (IsSafe(result))
                return BitConverter.SingleToUInt32Bits(result);
        }
        return SoftFloat<T>.MultiplyAdd(a, b, c, rounding, ref flags);
    }

    // False for NaN, infinity, zero and everything near the limits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsSafe(double value) => Math.Abs(value) is > SmallestDouble and < LargestDouble;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsSafe(float value) => MathF.Abs(value) is > SmallestSingle and < LargestSingle;

    // Knuth's two-sum: exact for nearest rounding while nothing overflows.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double SumError(double x, double y, double sum)
    {
        double part = sum - x;
        return (x - (sum - part)) + (y - part);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float SumError(float x, float y, float sum)
    {
        float part = sum - x;
        return (x - (sum - part)) + (y - part);
    }
}
