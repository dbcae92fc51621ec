using System.Numerics;

namespace Trapline.Hypervisor.Isa.Meanings;

// RV64I. Shift amounts are the low six (word forms: five) bits, as C#'s operators take them.
internal readonly struct Add : IBinaryOperation { public static ulong Of(ulong a, ulong b) => a + b; }

internal readonly struct Subtract : IBinaryOperation { public static ulong Of(ulong a, ulong b) => a - b; }

internal readonly struct And : IBinaryOperation { public static ulong Of(ulong a, ulong b) => a & b; }

internal readonly struct Or : IBinaryOperation { public static ulong Of(ulong a, ulong b) => a | b; }

internal readonly struct ExclusiveOr : IBinaryOperation { public static ulong Of(ulong a, ulong b) => a ^ b; }

internal readonly struct SetLess : IBinaryOperation { public static ulong Of(ulong a, ulong b) => (long)a < (long)b ? 1UL : 0; }

internal readonly struct SetLessUnsigned : IBinaryOperation { public static ulong Of(ulong a, ulong b) => a < b ? 1UL : 0; }

internal readonly struct ShiftLeft : IBinaryOperation { public static ulong Of(ulong a, ulong b) => a << (int)b; }

internal readonly struct ShiftRight : IBinaryOperation { public static ulong Of(ulong a, ulong b) => a >> (int)b; }

internal readonly struct ShiftRightArithmetic : IBinaryOperation { public static ulong Of(ulong a, ulong b) => (ulong)((long)a >> (int)b); }

internal readonly struct ShiftLeftWord : IBinaryOperation { public static ulong Of(ulong a, ulong b) => (uint)a << (int)b; }

internal readonly struct ShiftRightWord : IBinaryOperation { public static ulong Of(ulong a, ulong b) => (uint)a >> (int)b; }

internal readonly struct ShiftRightArithmeticWord : IBinaryOperation { public static ulong Of(ulong a, ulong b) => (ulong)((int)a >> (int)b); }

// Chapter M. Division by zero gives all ones and leaves the dividend as remainder; signed overflow gives the dividend and zero.
internal readonly struct Multiply : IBinaryOperation { public static ulong Of(ulong a, ulong b) => a * b; }

internal readonly struct MultiplyHigh : IBinaryOperation
{
    public static ulong Of(ulong a, ulong b) => (ulong)Math.BigMul((long)a, (long)b, out _);
}

internal readonly struct MultiplyHighMixed : IBinaryOperation
{
    // As signed, a is a - 2^64 when its top bit is set: the product then has b less in its high half.
    public static ulong Of(ulong a, ulong b) => Math.BigMul(a, b, out _) - ((long)a < 0 ? b : 0);
}

internal readonly struct MultiplyHighUnsigned : IBinaryOperation
{
    public static ulong Of(ulong a, ulong b) => Math.BigMul(a, b, out _);
}

internal readonly struct Divide : IBinaryOperation
{
    public static ulong Of(ulong a, ulong b) => (long)b switch
    {
        0 => ulong.MaxValue,
        -1 => 0 - a,
        _ => (ulong)((long)a / (long)b),
    };
}

internal readonly struct DivideUnsigned : IBinaryOperation { public static ulong Of(ulong a, ulong b) => b == 0 ? ulong.MaxValue : a / b; }

internal readonly struct Remainder : IBinaryOperation
{
    public static ulong Of(ulong a, ulong b) => (long)b switch
    {
        0 => a,
        -1 => 0,
        _ => (ulong)((long)a % (long)b),
    };
}

internal readonly struct RemainderUnsigned : IBinaryOperation { public static ulong Of(ulong a, ulong b) => b == 0 ? a : a % b; }

internal readonly struct DivideWord : IBinaryOperation
{
    public static ulong Of(ulong a, ulong b) => Divide.Of((ulong)(int)a, (ulong)(int)b);
}

internal readonly struct DivideUnsignedWord : IBinaryOperation
{
    public static ulong Of(ulong a, ulong b) => DivideUnsigned.Of((uint)a, (uint)b);
}

internal readonly struct RemainderWord : IBinaryOperation
{
    public static ulong Of(ulong a, ulong b) => Remainder.Of((ulong)(int)a, (ulong)(int)b);
}

internal readonly struct RemainderUnsignedWord : IBinaryOperation
{
    public static ulong Of(ulong a, ulong b) => RemainderUnsigned.Of((uint)a, (uint)b);
}

// Zba.
internal readonly struct AddUnsignedWord : IBinaryOperation { public static ulong Of(ulong a, ulong b) => b + (uint)a; }

internal readonly struct ShiftAdd1 : IBinaryOperation { public static ulong Of(ulong a, ulong b) => b + (a << 1); }

internal readonly struct ShiftAdd2 : IBinaryOperation { public static ulong Of(ulong a, ulong b) => b + (a << 2); }

internal readonly struct ShiftAdd3 : IBinaryOperation { public static ulong Of(ulong a, ulong b) => b + (a << 3); }

internal readonly struct ShiftAdd1UnsignedWord : IBinaryOperation { public static ulong Of(ulong a, ulong b) => b + ((ulong)(uint)a << 1); }

internal readonly struct ShiftAdd2UnsignedWord : IBinaryOperation { public static ulong Of(ulong a, ulong b) => b + ((ulong)(uint)a << 2); }

internal readonly struct ShiftAdd3UnsignedWord : IBinaryOperation { public static ulong Of(ulong a, ulong b) => b + ((ulong)(uint)a << 3); }

internal readonly struct ShiftLeftUnsignedWord : IBinaryOperation { public static ulong Of(ulong a, ulong b) => (ulong)(uint)a << (int)b; }

// Zbb.
internal readonly struct AndNot : IBinaryOperation { public static ulong Of(ulong a, ulong b) => a & ~b; }

internal readonly struct OrNot : IBinaryOperation { public static ulong Of(ulong a, ulong b) => a | ~b; }

internal readonly struct ExclusiveNor : IBinaryOperation { public static ulong Of(ulong a, ulong b) => ~(a ^ b); }

internal readonly struct Maximum : IBinaryOperation { public static ulong Of(ulong a, ulong b) => (ulong)Math.Max((long)a, (long)b); }

internal readonly struct MaximumUnsigned : IBinaryOperation { public static ulong Of(ulong a, ulong b) => Math.Max(a, b); }

internal readonly struct Minimum : IBinaryOperation { public static ulong Of(ulong a, ulong b) => (ulong)Math.Min((long)a, (long)b); }

internal readonly struct MinimumUnsigned : IBinaryOperation { public static ulong Of(ulong a, ulong b) => Math.Min(a, b); }

internal readonly struct RotateLeft : IBinaryOperation { public static ulong Of(ulong a, ulong b) => BitOperations.RotateLeft(a, (int)b); }

internal readonly struct RotateRight : IBinaryOperation { public static ulong Of(ulong a, ulong b) => BitOperations.RotateRight(a, (int)b); }

internal readonly struct RotateLeftWord : IBinaryOperation
{
    public static ulong Of(ulong a, ulong b) => BitOperations.RotateLeft((uint)a, (int)b);
}

internal readonly struct RotateRightWord : IBinaryOperation
{
    public static ulong Of(ulong a, ulong b) => BitOperations.RotateRight((uint)a, (int)b);
}

internal readonly struct LeadingZeros : IUnaryOperation { public static ulong Of(ulong a) => (ulong)BitOperations.LeadingZeroCount(a); }

internal readonly struct LeadingZerosWord : IUnaryOperation { public static ulong Of(ulong a) => (ulong)BitOperations.LeadingZeroCount((uint)a); }

internal readonly struct TrailingZeros : IUnaryOperation { public static ulong Of(ulong a) => (ulong)BitOperations.TrailingZeroCount(a); }

internal readonly struct TrailingZerosWord : IUnaryOperation { public static ulong Of(ulong a) => (ulong)BitOperations.TrailingZeroCount((uint)a); }

internal readonly struct PopulationCount : IUnaryOperation { public static ulong Of(ulong a) => (ulong)BitOperations.PopCount(a); }

internal readonly struct PopulationCountWord : IUnaryOperation { public static ulong Of(ulong a) => (ulong)BitOperations.PopCount((uint)a); }

internal readonly struct SignExtendByte : IUnaryOperation { public static ulong Of(ulong a) => (ulong)(sbyte)a; }

internal readonly struct SignExtendHalf : IUnaryOperation { public static ulong Of(ulong a) => (ulong)(short)a; }

internal readonly struct ZeroExtendHalf : IUnaryOperation { public static ulong Of(ulong a) => (ushort)a; }

internal readonly struct ReverseBytes : IUnaryOperation
{
    public static ulong Of(ulong a) => System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(a);
}

internal readonly struct OrCombine : IUnaryOperation
{
    // Each byte becomes all ones if any of its bits is set: gather into bit 7, then spread.
    public static ulong Of(ulong a)
    {
        const ulong LowBits = 0x7F7F_7F7F_7F7F_7F7F;
        ulong any = (((a & LowBits) + LowBits) | a) & ~LowBits;
        return (any >> 7) * 0xFF;
    }
}

// Zbs.
internal readonly struct BitClear : IBinaryOperation { public static ulong Of(ulong a, ulong b) => a & ~(1UL << (int)b); }

internal readonly struct BitExtract : IBinaryOperation { public static ulong Of(ulong a, ulong b) => (a >> (int)b) & 1; }

internal readonly struct BitInvert : IBinaryOperation { public static ulong Of(ulong a, ulong b) => a ^ (1UL << (int)b); }

internal readonly struct BitSet : IBinaryOperation { public static ulong Of(ulong a, ulong b) => a | (1UL << (int)b); }
