using System.Runtime.CompilerServices;
using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Isa.Ieee754;

namespace Trapline.Hypervisor.Isa.Meanings;

/// <summary>Resolves the rounding mode of an instruction: static, or <c>frm</c>; the reserved ones are illegal.</summary>
internal static class RoundingField
{
    private const byte Dynamic = 7;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryResolve(ref HartState state, in DecodedInstruction i, out Rounding rounding)
    {
        byte mode = i.Rounding == Dynamic ? state.RoundingMode : i.Rounding;
        rounding = (Rounding)mode;
        return mode <= (byte)Rounding.NearestMaxMagnitude;
    }
}

internal readonly struct FloatAdd<T> : IFloatMeaning where T : struct, IBinaryFormat
{
    public static bool Execute(ref HartState state, in DecodedInstruction i)
    {
        if (!RoundingField.TryResolve(ref state, in i, out Rounding rounding))
            return false;
        state.F[i.Rd] = T.Box(HostFloat<T>.Add(T.Unbox(state.F[i.Rs1]), T.Unbox(state.F[i.Rs2]), rounding, ref state.FpFlags));
        return true;
    }
}

internal readonly struct FloatSubtract<T> : IFloatMeaning where T : struct, IBinaryFormat
{
    public static bool Execute(ref HartState state, in DecodedInstruction i)
    {
        if (!RoundingField.TryResolve(ref state, in i, out Rounding rounding))
            return false;
        ulong subtrahend = T.Unbox(state.F[i.Rs2]);
        // A NaN keeps its quiet bit, so negating it changes nothing.
        state.F[i.Rd] = T.Box(HostFloat<T>.Add(T.Unbox(state.F[i.Rs1]), subtrahend ^ T.SignBit, rounding, ref state.FpFlags));
        return true;
    }
}

internal readonly struct FloatMultiply<T> : IFloatMeaning where T : struct, IBinaryFormat
{
    public static bool Execute(ref HartState state, in DecodedInstruction i)
    {
        if (!RoundingField.TryResolve(ref state, in i, out Rounding rounding))
            return false;
        state.F[i.Rd] = T.Box(HostFloat<T>.Multiply(T.Unbox(state.F[i.Rs1]), T.Unbox(state.F[i.Rs2]), rounding, ref state.FpFlags));
        return true;
    }
}

internal readonly struct FloatDivide<T> : IFloatMeaning where T : struct, IBinaryFormat
{
    public static bool Execute(ref HartState state, in DecodedInstruction i)
    {
        if (!RoundingField.TryResolve(ref state, in i, out Rounding rounding))
            return false;
        state.F[i.Rd] = T.Box(HostFloat<T>.Divide(T.Unbox(state.F[i.Rs1]), T.Unbox(state.F[i.Rs2]), rounding, ref state.FpFlags));
        return true;
    }
}

internal readonly struct FloatSquareRoot<T> : IFloatMeaning where T : struct, IBinaryFormat
{
    public static bool Execute(ref HartState state, in DecodedInstruction i)
    {
        if (!RoundingField.TryResolve(ref state, in i, out Rounding rounding))
            return false;
        state.F[i.Rd] = T.Box(HostFloat<T>.SquareRoot(T.Unbox(state.F[i.Rs1]), rounding, ref state.FpFlags));
        return true;
    }
}

internal readonly struct FusedMultiplyAdd<T> : IFloatMeaning where T : struct, IBinaryFormat
{
    public static bool Execute(ref HartState state, in DecodedInstruction i) => Fused.Execute<T>(ref state, in i, 0, 0);
}

internal readonly struct FusedMultiplySubtract<T> : IFloatMeaning where T : struct, IBinaryFormat
{
    public static bool Execute(ref HartState state, in DecodedInstruction i) => Fused.Execute<T>(ref state, in i, 0, T.SignBit);
}

/// <summary>FNMSUB: -(a * b) + c.</summary>
internal readonly struct NegatedMultiplySubtract<T> : IFloatMeaning where T : struct, IBinaryFormat
{
    public static bool Execute(ref HartState state, in DecodedInstruction i) => Fused.Execute<T>(ref state, in i, T.SignBit, 0);
}

/// <summary>FNMADD: -(a * b) - c.</summary>
internal readonly struct NegatedMultiplyAdd<T> : IFloatMeaning where T : struct, IBinaryFormat
{
    public static bool Execute(ref HartState state, in DecodedInstruction i) => Fused.Execute<T>(ref state, in i, T.SignBit, T.SignBit);
}

internal static class Fused
{
    public static bool Execute<T>(ref HartState state, in DecodedInstruction i, ulong productSign, ulong addendSign)
        where T : struct, IBinaryFormat
    {
        if (!RoundingField.TryResolve(ref state, in i, out Rounding rounding))
            return false;
        ulong a = T.Unbox(state.F[i.Rs1]) ^ productSign;
        ulong c = T.Unbox(state.F[i.Rs3]) ^ addendSign;
        state.F[i.Rd] = T.Box(HostFloat<T>.MultiplyAdd(a, T.Unbox(state.F[i.Rs2]), c, rounding, ref state.FpFlags));
        return true;
    }
}

internal readonly struct SignCopy<T> : IFloatMeaning where T : struct, IBinaryFormat
{
    public static bool Execute(ref HartState state, in DecodedInstruction i)
    {
        state.F[i.Rd] = T.Box((T.Unbox(state.F[i.Rs1]) & ~T.SignBit) | (T.Unbox(state.F[i.Rs2]) & T.SignBit));
        return true;
    }
}

internal readonly struct SignCopyNegated<T> : IFloatMeaning where T : struct, IBinaryFormat
{
    public static bool Execute(ref HartState state, in DecodedInstruction i)
    {
        state.F[i.Rd] = T.Box((T.Unbox(state.F[i.Rs1]) & ~T.SignBit) | (~T.Unbox(state.F[i.Rs2]) & T.SignBit));
        return true;
    }
}

internal readonly struct SignExclusiveOr<T> : IFloatMeaning where T : struct, IBinaryFormat
{
    public static bool Execute(ref HartState state, in DecodedInstruction i)
    {
        state.F[i.Rd] = T.Box(T.Unbox(state.F[i.Rs1]) ^ (T.Unbox(state.F[i.Rs2]) & T.SignBit));
        return true;
    }
}

internal readonly struct FloatMinimum<T> : IFloatMeaning where T : struct, IBinaryFormat
{
    public static bool Execute(ref HartState state, in DecodedInstruction i)
    {
        state.F[i.Rd] = T.Box(SoftFloat<T>.Minimum(T.Unbox(state.F[i.Rs1]), T.Unbox(state.F[i.Rs2]), ref state.FpFlags));
        return true;
    }
}

internal readonly struct FloatMaximum<T> : IFloatMeaning where T : struct, IBinaryFormat
{
    public static bool Execute(ref HartState state, in DecodedInstruction i)
    {
        state.F[i.Rd] = T.Box(SoftFloat<T>.Maximum(T.Unbox(state.F[i.Rs1]), T.Unbox(state.F[i.Rs2]), ref state.FpFlags));
        return true;
    }
}

internal readonly struct FloatEqual<T> : IFloatMeaning where T : struct, IBinaryFormat
{
    public static bool Execute(ref HartState state, in DecodedInstruction i)
    {
        state.X[i.Rd] = SoftFloat<T>.Equal(T.Unbox(state.F[i.Rs1]), T.Unbox(state.F[i.Rs2]), ref state.FpFlags) ? 1UL : 0;
        return true;
    }
}

internal readonly struct FloatLess<T> : IFloatMeaning where T : struct, IBinaryFormat
{
    public static bool Execute(ref HartState state, in DecodedInstruction i)
    {
        state.X[i.Rd] = SoftFloat<T>.Less(T.Unbox(state.F[i.Rs1]), T.Unbox(state.F[i.Rs2]), false, ref state.FpFlags) ? 1UL : 0;
        return true;
    }
}

internal readonly struct FloatLessEqual<T> : IFloatMeaning where T : struct, IBinaryFormat
{
    public static bool Execute(ref HartState state, in DecodedInstruction i)
    {
        state.X[i.Rd] = SoftFloat<T>.Less(T.Unbox(state.F[i.Rs1]), T.Unbox(state.F[i.Rs2]), true, ref state.FpFlags) ? 1UL : 0;
        return true;
    }
}

internal readonly struct Classify<T> : IFloatMeaning where T : struct, IBinaryFormat
{
    public static bool Execute(ref HartState state, in DecodedInstruction i)
    {
        state.X[i.Rd] = SoftFloat<T>.Classify(T.Unbox(state.F[i.Rs1]));
        return true;
    }
}

/// <summary>FMV.X: the bits as they are, boxed or not, sign-extended.</summary>
internal readonly struct MoveToInteger<T> : IFloatMeaning where T : struct, IBinaryFormat
{
    public static bool Execute(ref HartState state, in DecodedInstruction i)
    {
        state.X[i.Rd] = T.Width == 32 ? (ulong)(int)state.F[i.Rs1] : state.F[i.Rs1];
        return true;
    }
}

internal readonly struct MoveFromInteger<T> : IFloatMeaning where T : struct, IBinaryFormat
{
    public static bool Execute(ref HartState state, in DecodedInstruction i)
    {
        state.F[i.Rd] = T.Box(T.Width == 32 ? (uint)state.X[i.Rs1] : state.X[i.Rs1]);
        return true;
    }
}

/// <summary>Between the two formats.</summary>
internal readonly struct Convert<TFrom, TTo> : IFloatMeaning
    where TFrom : struct, IBinaryFormat
    where TTo : struct, IBinaryFormat
{
    public static bool Execute(ref HartState state, in DecodedInstruction i)
    {
        if (!RoundingField.TryResolve(ref state, in i, out Rounding rounding))
            return false;
        state.F[i.Rd] = TTo.Box(SoftFloat<TTo>.From<TFrom>(TFrom.Unbox(state.F[i.Rs1]), rounding, ref state.FpFlags));
        return true;
    }
}

/// <summary>An integer type as the target of a conversion: its limits and how it enters a register.</summary>
internal interface IIntegerTarget
{
    static abstract bool IsSigned { get; }

    static abstract int Bits { get; }
}

internal readonly struct ToInt32 : IIntegerTarget
{
    public static bool IsSigned => true;

    public static int Bits => 32;
}

internal readonly struct ToUInt32 : IIntegerTarget
{
    public static bool IsSigned => false;

    public static int Bits => 32;
}

internal readonly struct ToInt64 : IIntegerTarget
{
    public static bool IsSigned => true;

    public static int Bits => 64;
}

internal readonly struct ToUInt64 : IIntegerTarget
{
    public static bool IsSigned => false;

    public static int Bits => 64;
}

internal readonly struct ToInteger<T, TTarget> : IFloatMeaning
    where T : struct, IBinaryFormat
    where TTarget : struct, IIntegerTarget
{
    public static bool Execute(ref HartState state, in DecodedInstruction i)
    {
        if (!RoundingField.TryResolve(ref state, in i, out Rounding rounding))
            return false;
        ulong result = SoftFloat<T>.ToInteger(T.Unbox(state.F[i.Rs1]), TTarget.IsSigned, TTarget.Bits, rounding, ref state.FpFlags);
        // "FCVT.WU.S sign-extends the 32-bit result."
        state.X[i.Rd] = TTarget.Bits == 32 ? (ulong)(int)result : result;
        return true;
    }
}

/// <summary>An integer type as the source of a conversion.</summary>
internal interface IIntegerSource
{
    static abstract bool IsNegative(ulong register);

    static abstract ulong Magnitude(ulong register);
}

internal readonly struct FromInt32 : IIntegerSource
{
    public static bool IsNegative(ulong register) => (int)register < 0;

    public static ulong Magnitude(ulong register) => (int)register < 0 ? (ulong)-(long)(int)register : (uint)register;
}

internal readonly struct FromUInt32 : IIntegerSource
{
    public static bool IsNegative(ulong register) => false;

    public static ulong Magnitude(ulong register) => (uint)register;
}

internal readonly struct FromInt64 : IIntegerSource
{
    public static bool IsNegative(ulong register) => (long)register < 0;

    public static ulong Magnitude(ulong register) => (long)register < 0 ? 0 - register : register;
}

internal readonly struct FromUInt64 : IIntegerSource
{
    public static bool IsNegative(ulong register) => false;

    public static ulong Magnitude(ulong register) => register;
}

internal readonly struct FromInteger<T, TSource> : IFloatMeaning
    where T : struct, IBinaryFormat
    where TSource : struct, IIntegerSource
{
    public static bool Execute(ref HartState state, in DecodedInstruction i)
    {
        if (!RoundingField.TryResolve(ref state, in i, out Rounding rounding))
            return false;
        ulong register = state.X[i.Rs1];
        state.F[i.Rd] = T.Box(SoftFloat<T>.FromInteger(TSource.IsNegative(register), TSource.Magnitude(register), rounding, ref state.FpFlags));
        return true;
    }
}
