using System.Numerics;
using System.Runtime.CompilerServices;
using Trapline.Hypervisor.Cpu;

namespace Trapline.Hypervisor.Isa.Meanings;

internal readonly struct LoadSigned<T> : IMemoryMeaning where T : unmanaged, IBinaryInteger<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryFast(ref HartState state, in DecodedInstruction i)
    {
        if (!state.Tlb.TryLoad(state.X[i.Rs1] + (ulong)i.Immediate, out T value))
            return false;
        state.X[i.Rd] = (ulong)long.CreateTruncating(value);
        return true;
    }

    public static Outcome Slow(Hart hart, ref HartState state, in DecodedInstruction i)
        => hart.Memory.Load(state.X[i.Rs1] + (ulong)i.Immediate, Unsafe.SizeOf<T>(), LoadKind.SignExtend, i.Rd);
}

internal readonly struct LoadUnsigned<T> : IMemoryMeaning where T : unmanaged, IBinaryInteger<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryFast(ref HartState state, in DecodedInstruction i)
    {
        if (!state.Tlb.TryLoad(state.X[i.Rs1] + (ulong)i.Immediate, out T value))
            return false;
        state.X[i.Rd] = ulong.CreateTruncating(value);
        return true;
    }

    public static Outcome Slow(Hart hart, ref HartState state, in DecodedInstruction i)
        => hart.Memory.Load(state.X[i.Rs1] + (ulong)i.Immediate, Unsafe.SizeOf<T>(), LoadKind.ZeroExtend, i.Rd);
}

internal readonly struct Store<T> : IMemoryMeaning where T : unmanaged, IBinaryInteger<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryFast(ref HartState state, in DecodedInstruction i)
        => state.Tlb.TryStore(state.X[i.Rs1] + (ulong)i.Immediate, T.CreateTruncating(state.X[i.Rs2]));

    public static Outcome Slow(Hart hart, ref HartState state, in DecodedInstruction i)
        => hart.Memory.Store(state.X[i.Rs1] + (ulong)i.Immediate, Unsafe.SizeOf<T>(), state.X[i.Rs2]);
}

/// <summary>FLW and FLD: narrower values are NaN-boxed, the unit must be on and becomes dirty.</summary>
internal readonly struct FloatLoad<T> : IMemoryMeaning where T : unmanaged, IBinaryInteger<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryFast(ref HartState state, in DecodedInstruction i)
    {
        if (state.FpStatus != 3 || !state.Tlb.TryLoad(state.X[i.Rs1] + (ulong)i.Immediate, out T value))
            return false;
        state.F[i.Rd] = ulong.CreateTruncating(value) | (Unsafe.SizeOf<T>() == 4 ? 0xFFFF_FFFF_0000_0000 : 0);
        return true;
    }

    public static Outcome Slow(Hart hart, ref HartState state, in DecodedInstruction i)
    {
        if (state.FpStatus == 0)
            return IllegalInstruction.Raise(hart, ref state, in i);
        Outcome outcome = hart.Memory.Load(state.X[i.Rs1] + (ulong)i.Immediate, Unsafe.SizeOf<T>(), LoadKind.Float, i.Rd);
        // A device's value arrives later, but it will.
        if (outcome != Outcome.Trapped)
            state.FpStatus = 3;
        return outcome;
    }
}

/// <summary>FSW and FSD.</summary>
internal readonly struct FloatStore<T> : IMemoryMeaning where T : unmanaged, IBinaryInteger<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryFast(ref HartState state, in DecodedInstruction i)
        => state.FpStatus != 0 && state.Tlb.TryStore(state.X[i.Rs1] + (ulong)i.Immediate, T.CreateTruncating(state.F[i.Rs2]));

    public static Outcome Slow(Hart hart, ref HartState state, in DecodedInstruction i) => state.FpStatus == 0
        ? IllegalInstruction.Raise(hart, ref state, in i)
        : hart.Memory.Store(state.X[i.Rs1] + (ulong)i.Immediate, Unsafe.SizeOf<T>(), state.F[i.Rs2]);
}
