using Trapline.Hypervisor.Isa.Ieee754;

namespace Trapline.Hypervisor.Tests.Isa;

/// <summary>
/// Floating point without an emulator at hand: integers against the host's unit where that is defined to be right, and our fast ways against the
/// integers. Rounding modes and flags are compared with QEMU in the differential tests.
/// </summary>
public sealed class FloatingPointTests
{
    private const int Rounds = 100_000;

    [Fact]
    public void Nearest_even_doubles_are_what_the_host_computes()
    {
        var random = new Random(11);
        byte flags = 0;
        for (int round = 0; round < Rounds; round++)
        {
            (double a, double b, double c) = (Double(random), Double(random), Double(random));
            (ulong x, ulong y, ulong z) = (Bits(a), Bits(b), Bits(c));
            AssertSame(a + b, SoftFloat<Binary64>.Add(x, y, Rounding.NearestEven, ref flags));
            AssertSame(a * b, SoftFloat<Binary64>.Multiply(x, y, Rounding.NearestEven, ref flags));
            AssertSame(a / b, SoftFloat<Binary64>.Divide(x, y, Rounding.NearestEven, ref flags));
            AssertSame(Math.Sqrt(a), SoftFloat<Binary64>.SquareRoot(x, Rounding.NearestEven, ref flags));
            AssertSame(Math.FusedMultiplyAdd(a, b, c), SoftFloat<Binary64>.MultiplyAdd(x, y, z, Rounding.NearestEven, ref flags));
            ulong single = SoftFloat<Binary32>.From<Binary64>(x, Rounding.NearestEven, ref flags);
            Assert.True(float.IsNaN((float)a) ? single == Binary32.CanonicalNaN : single == BitConverter.SingleToUInt32Bits((float)a));
        }
    }

    [Fact]
    public void The_fast_ways_agree_with_the_integers_in_result_and_flags()
    {
        var random = new Random(12);
        for (int round = 0; round < Rounds; round++)
        {
            var mode = (Rounding)random.Next(5);
            byte before = (byte)random.Next(2);
            (ulong a, ulong b, ulong c) = (Bits(Double(random)), Bits(Double(random)), Bits(Double(random)));
            Compare<Binary64>(a, b, c, mode, before);
            Compare<Binary32>(Single(random), Single(random), Single(random), mode, before);
        }
    }

    [Theory]
    [InlineData(0x7FF8_0000_0000_0000UL, true, 32, 0x7FFF_FFFFUL, 16)]
    [InlineData(0xFFF0_0000_0000_0000UL, true, 32, 0xFFFF_FFFF_8000_0000UL, 16)]
    [InlineData(0xBFF0_0000_0000_0000UL, false, 64, 0UL, 16)]
    [InlineData(0xBFE0_0000_0000_0000UL, false, 64, 0UL, 1)]
    [InlineData(0x43F0_0000_0000_0000UL, false, 64, ulong.MaxValue, 16)]
    [InlineData(0x43EF_FFFF_FFFF_FFFFUL, false, 64, 0xFFFF_FFFF_FFFF_F800UL, 0)]
    [InlineData(0xC3E0_0000_0000_0000UL, true, 64, 0x8000_0000_0000_0000UL, 0)]
    [InlineData(0x4004_0000_0000_0000UL, true, 64, 2UL, 1)]
    public void Conversions_to_integers_saturate(ulong value, bool signed, int bits, ulong expected, byte expectedFlags)
    {
        byte flags = 0;
        Assert.Equal(expected, SoftFloat<Binary64>.ToInteger(value, signed, bits, Rounding.NearestEven, ref flags));
        Assert.Equal(expectedFlags, flags);
    }

    [Fact]
    public void Minimum_and_maximum_order_zeros_and_ignore_one_NaN()
    {
        const ulong NegativeZero = 1UL << 63;
        const ulong Quiet = 0x7FF8_0000_0000_0001;
        const ulong Signaling = 0x7FF0_0000_0000_0001;
        byte flags = 0;
        Assert.Equal(NegativeZero, SoftFloat<Binary64>.Minimum(0, NegativeZero, ref flags));
        Assert.Equal(0UL, SoftFloat<Binary64>.Maximum(NegativeZero, 0, ref flags));
        Assert.Equal(5UL, SoftFloat<Binary64>.Minimum(Quiet, 5, ref flags));
        Assert.Equal(Binary64.CanonicalNaN, SoftFloat<Binary64>.Maximum(Quiet, Quiet, ref flags));
        Assert.Equal(0, flags);
        Assert.Equal(5UL, SoftFloat<Binary64>.Maximum(5, Signaling, ref flags));
        Assert.Equal(FloatFlags.Invalid, flags);
    }

    [Fact]
    public void A_narrow_value_without_its_box_is_the_canonical_NaN()
    {
        Assert.Equal(0x3F80_0000UL, Binary32.Unbox(0xFFFF_FFFF_3F80_0000));
        Assert.Equal(Binary32.CanonicalNaN, Binary32.Unbox(0xFFFF_FFFE_3F80_0000));
    }

    private static void Compare<T>(ulong a, ulong b, ulong c, Rounding mode, byte before) where T : struct, IBinaryFormat
    {
        (byte fast, byte slow) = (before, before);
        Assert.Equal(SoftFloat<T>.Add(a, b, mode, ref slow), HostFloat<T>.Add(a, b, mode, ref fast));
        Assert.Equal(slow, fast);
        (fast, slow) = (before, before);
        Assert.Equal(SoftFloat<T>.Multiply(a, b, mode, ref slow), HostFloat<T>.Multiply(a, b, mode, ref fast));
        Assert.Equal(slow, fast);
        (fast, slow) = (before, before);
        Assert.Equal(SoftFloat<T>.Divide(a, b, mode, ref slow), HostFloat<T>.Divide(a, b, mode, ref fast));
        Assert.Equal(slow, fast);
        (fast, slow) = (before, before);
        Assert.Equal(SoftFloat<T>.SquareRoot(a, mode, ref slow), HostFloat<T>.SquareRoot(a, mode, ref fast));
        Assert.Equal(slow, fast);
        (fast, slow) = (before, before);
        Assert.Equal(SoftFloat<T>.MultiplyAdd(a, b, c, mode, ref slow), HostFloat<T>.MultiplyAdd(a, b, c, mode, ref fast));
        Assert.Equal(slow, fast);
    }

    private static void AssertSame(double expected, ulong actual)
        => Assert.Equal(double.IsNaN(expected) ? Binary64.CanonicalNaN : Bits(expected), actual);

    private static ulong Bits(double value) => BitConverter.DoubleToUInt64Bits(value);

    // Everything, values near one, and the neighbourhood of the smallest and largest.
    private static double Double(Random random)
    {
        ulong fraction = (ulong)random.NextInt64(1L << 52) & (random.Next(2) == 0 ? ulong.MaxValue : ~0UL << 44);
        int exponent = random.Next(5) switch
        {
            0 => random.Next(2048),
            1 => random.Next(4),
            2 => 2043 + random.Next(5),
            _ => 1023 + random.Next(-55, 55),
        };
        return BitConverter.UInt64BitsToDouble(((ulong)random.Next(2) << 63) | ((ulong)exponent << 52) | fraction);
    }

    private static ulong Single(Random random)
    {
        uint fraction = (uint)random.Next(1 << 23) & (random.Next(2) == 0 ? uint.MaxValue : ~0u << 18);
        int exponent = random.Next(5) switch
        {
            0 => random.Next(256),
            1 => random.Next(4),
            2 => 252 + random.Next(4),
            _ => 127 + random.Next(-26, 26),
        };
        return ((uint)random.Next(2) << 31) | ((uint)exponent << 23) | fraction;
    }
}
