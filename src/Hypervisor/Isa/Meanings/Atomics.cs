using System.Numerics;
using System.Runtime.CompilerServices;
using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Isa.Meanings;

/// <summary>What an AMO does to the value in memory, for 32 and 64 bits; returns the old value.</summary>
internal interface IAtomicOperation
{
    static abstract int Apply(ref int memory, int operand);

    static abstract long Apply(ref long memory, long operand);
}

internal readonly struct Swap : IAtomicOperation
{
    public static int Apply(ref int memory, int operand) => Interlocked.Exchange(ref memory, operand);

    public static long Apply(ref long memory, long operand) => Interlocked.Exchange(ref memory, operand);
}

internal readonly struct AtomicAdd : IAtomicOperation
{
    public static int Apply(ref int memory, int operand) => Interlocked.Add(ref memory, operand) - operand;

    public static long Apply(ref long memory, long operand) => Interlocked.Add(ref memory, operand) - operand;
}

internal readonly struct AtomicAnd : IAtomicOperation
{
    public static int Apply(ref int memory, int operand) => Interlocked.And(ref memory, operand);

    public static long Apply(ref long memory, long operand) => Interlocked.And(ref memory, operand);
}

internal readonly struct AtomicOr : IAtomicOperation
{
    public static int Apply(ref int memory, int operand) => Interlocked.Or(ref memory, operand);

    public static long Apply(ref long memory, long operand) => Interlocked.Or(ref memory, operand);
}

internal readonly struct AtomicXor : IAtomicOperation
{
    public static int Apply(ref int memory, int operand) => AtomicLoop.Apply<int, XorOf>(ref memory, operand);

    public static long Apply(ref long memory, long operand) => AtomicLoop.Apply<long, XorOf>(ref memory, operand);
}

internal readonly struct AtomicMinimum : IAtomicOperation
{
    public static int Apply(ref int memory, int operand) => AtomicLoop.Apply<int, MinimumOf>(ref memory, operand);

    public static long Apply(ref long memory, long operand) => AtomicLoop.Apply<long, MinimumOf>(ref memory, operand);
}

internal readonly struct AtomicMaximum : IAtomicOperation
{
    public static int Apply(ref int memory, int operand) => AtomicLoop.Apply<int, MaximumOf>(ref memory, operand);

    public static long Apply(ref long memory, long operand) => AtomicLoop.Apply<long, MaximumOf>(ref memory, operand);
}

internal readonly struct AtomicMinimumUnsigned : IAtomicOperation
{
    public static int Apply(ref int memory, int operand)
        => (int)AtomicLoop.Apply<uint, MinimumOf>(ref Unsafe.As<int, uint>(ref memory), (uint)operand);

    public static long Apply(ref long memory, long operand)
        => (long)AtomicLoop.Apply<ulong, MinimumOf>(ref Unsafe.As<long, ulong>(ref memory), (ulong)operand);
}

internal readonly struct AtomicMaximumUnsigned : IAtomicOperation
{
    public static int Apply(ref int memory, int operand)
        => (int)AtomicLoop.Apply<uint, MaximumOf>(ref Unsafe.As<int, uint>(ref memory), (uint)operand);

    public static long Apply(ref long memory, long operand)
        => (long)AtomicLoop.Apply<ulong, MaximumOf>(ref Unsafe.As<long, ulong>(ref memory), (ulong)operand);
}

internal interface IChoice
{
    static abstract T Of<T>(T a, T b) where T : unmanaged, IBinaryInteger<T>;
}

internal readonly struct XorOf : IChoice
{
    public static T Of<T>(T a, T b) where T : unmanaged, IBinaryInteger<T> => a ^ b;
}

internal readonly struct MinimumOf : IChoice
{
    public static T Of<T>(T a, T b) where T : unmanaged, IBinaryInteger<T> => a < b ? a : b;
}

internal readonly struct MaximumOf : IChoice
{
    public static T Of<T>(T a, T b) where T : unmanaged, IBinaryInteger<T> => a > b ? a : b;
}

/// <summary>Operations for which the host has no instruction.</summary>
internal static class AtomicLoop
{
    public static T Apply<T, TChoice>(ref T memory, T operand)
        where T : unmanaged, IBinaryInteger<T>
        where TChoice : struct, IChoice
    {
        for (; ; )
        {
            T old = memory;
            if (Interlocked.CompareExchange(ref memory, TChoice.Of(old, operand), old) == old)
                return old;
        }
    }
}

internal readonly struct AtomicWord<T> : IMemoryMeaning where T : struct, IAtomicOperation
{
    public static bool TryFast(ref HartState state, in DecodedInstruction i)
    {
        if (!state.Tlb.TryLocate<int>(state.X[i.Rs1], out nint host))
            return false;
        state.X[i.Rd] = (ulong)T.Apply(ref SoftTlb.At<int>(host), (int)state.X[i.Rs2]);
        return true;
    }

    public static Outcome Slow(Hart hart, ref HartState state, in DecodedInstruction i)
    {
        Outcome outcome = hart.Memory.LocateAtomic(state.X[i.Rs1], sizeof(int), MemoryAccess.Store, out nint host);
        if (outcome != Outcome.Retired)
            return outcome;
        state.X[i.Rd] = (ulong)T.Apply(ref SoftTlb.At<int>(host), (int)state.X[i.Rs2]);
        hart.Memory.NoteAtomicWrite(host);
        return Outcome.Retired;
    }
}

internal readonly struct AtomicDouble<T> : IMemoryMeaning where T : struct, IAtomicOperation
{
    public static bool TryFast(ref HartState state, in DecodedInstruction i)
    {
        if (!state.Tlb.TryLocate<long>(state.X[i.Rs1], out nint host))
            return false;
        state.X[i.Rd] = (ulong)T.Apply(ref SoftTlb.At<long>(host), (long)state.X[i.Rs2]);
        return true;
    }

    public static Outcome Slow(Hart hart, ref HartState state, in DecodedInstruction i)
    {
        Outcome outcome = hart.Memory.LocateAtomic(state.X[i.Rs1], sizeof(long), MemoryAccess.Store, out nint host);
        if (outcome != Outcome.Retired)
            return outcome;
        state.X[i.Rd] = (ulong)T.Apply(ref SoftTlb.At<long>(host), (long)state.X[i.Rs2]);
        hart.Memory.NoteAtomicWrite(host);
        return Outcome.Retired;
    }
}

/// <summary>LR: remembers where the value lies in host memory, which is one place however the guest maps it.</summary>
internal readonly struct LoadReserved<T> : IMemoryMeaning where T : unmanaged, IBinaryInteger<T>
{
    private const uint ReleaseBit = 1u << 25;

    public static bool TryFast(ref HartState state, in DecodedInstruction i)
    {
        if (!state.Tlb.TryLocateToRead<T>(state.X[i.Rs1], out nint host))
            return false;
        Reserve(ref state, in i, host);
        return true;
    }

    public static Outcome Slow(Hart hart, ref HartState state, in DecodedInstruction i)
    {
        Outcome outcome = hart.Memory.LocateAtomic(state.X[i.Rs1], Unsafe.SizeOf<T>(), MemoryAccess.Load, out nint host);
        if (outcome != Outcome.Retired)
            return outcome;
        Reserve(ref state, in i, host);
        return Outcome.Retired;
    }

    private static void Reserve(ref HartState state, in DecodedInstruction i, nint host)
    {
        if ((i.Raw & ReleaseBit) != 0)
            Interlocked.MemoryBarrier();
        T value = SoftTlb.At<T>(host);
        // Acquire, whatever the bits say; stronger is allowed.
        Interlocked.MemoryBarrier();
        state.Reservation = host;
        state.ReservedValue = ulong.CreateTruncating(value);
        state.ReservationSize = (ulong)Unsafe.SizeOf<T>();
        state.X[i.Rd] = (ulong)long.CreateTruncating(value);
    }
}

/// <summary>
/// SC: succeeds if the value is still what LR read. A value that was changed and changed back goes unnoticed, which no program that
/// follows the specification can tell: the store is atomic with respect to the value it replaces.
/// </summary>
internal readonly struct StoreConditional<T> : IMemoryMeaning where T : unmanaged, IBinaryInteger<T>
{
    public static bool TryFast(ref HartState state, in DecodedInstruction i)
    {
        if (!state.Tlb.TryLocate<T>(state.X[i.Rs1], out nint host))
            return false;
        Store(ref state, in i, host);
        return true;
    }

    public static Outcome Slow(Hart hart, ref HartState state, in DecodedInstruction i)
    {
        Outcome outcome = hart.Memory.LocateAtomic(state.X[i.Rs1], Unsafe.SizeOf<T>(), MemoryAccess.Store, out nint host);
        if (outcome != Outcome.Retired)
            return outcome;
        if (Store(ref state, in i, host))
            hart.Memory.NoteAtomicWrite(host);
        return Outcome.Retired;
    }

    private static bool Store(ref HartState state, in DecodedInstruction i, nint host)
    {
        T expected = T.CreateTruncating(state.ReservedValue);
        bool stored = state.Reservation == host && state.ReservationSize == (ulong)Unsafe.SizeOf<T>() &&
            Interlocked.CompareExchange(ref SoftTlb.At<T>(host), T.CreateTruncating(state.X[i.Rs2]), expected) == expected;
        // "Regardless of success or failure, executing an SC invalidates any reservation held by this hart."
        state.Reservation = 0;
        state.X[i.Rd] = stored ? 0UL : 1;
        return stored;
    }
}
