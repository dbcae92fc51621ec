using System.Runtime.CompilerServices;
using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Isa;
using Trapline.Hypervisor.Isa.Meanings;

namespace Trapline.Hypervisor.Engines.Interpreter;

// The code that executes a decoded instruction, built around the meaning of its row. A handler ends in a call of the next
// instruction's handler, which the .NET JIT turns into a jump ("fast tail call") in optimized code: the host's branch predictor then sees one
// indirect jump per guest instruction instead of a common one, and the state stays in registers. Where it does not become a jump
// (a debug build) the stack grows by one frame per instruction of the block, and blocks are short.
//
// A handler returns the instruction to go on with, or a null reference after it has set HartState.Pc: the dispatcher then looks the
// instruction up. A handler that leaves the engine also sets InstretLimit to 0 (see Leave).

/// <summary>Plain instructions.</summary>
internal static unsafe class PlainHandler<T> where T : struct, IPlainMeaning
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ref DecodedInstruction Run(Hart hart, ref HartState state, ref DecodedInstruction i)
    {
        T.Execute(ref state, in i);
        ref DecodedInstruction next = ref Unsafe.Add(ref i, 1);
        // SAFETY: each instruction of the cache holds a handler of this type.
        return ref ((delegate*<Hart, ref HartState, ref DecodedInstruction, ref DecodedInstruction>)next.Handler)(hart, ref state, ref next);
    }

    public static Outcome Single(Hart hart, ref HartState state, ref DecodedInstruction i)
    {
        T.Execute(ref state, in i);
        state.Pc += i.Length;
        return Outcome.Retired;
    }
}

/// <summary>Loads, stores and AMOs.</summary>
internal static unsafe class MemoryHandler<T> where T : struct, IMemoryMeaning
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ref DecodedInstruction Run(Hart hart, ref HartState state, ref DecodedInstruction i)
    {
        if (!T.TryFast(ref state, in i))
            return ref Slow(hart, ref state, ref i);
        ref DecodedInstruction next = ref Unsafe.Add(ref i, 1);
        // SAFETY: each instruction of the cache holds a handler of this type.
        return ref ((delegate*<Hart, ref HartState, ref DecodedInstruction, ref DecodedInstruction>)next.Handler)(hart, ref state, ref next);
    }

    public static Outcome Single(Hart hart, ref HartState state, ref DecodedInstruction i)
    {
        Outcome outcome = T.TryFast(ref state, in i) ? Outcome.Retired : T.Slow(hart, ref state, in i);
        if (outcome == Outcome.Retired)
            state.Pc += i.Length;
        return outcome;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ref DecodedInstruction Slow(Hart hart, ref HartState state, ref DecodedInstruction i)
    {
        Leave.Describe(hart, ref state, in i);
        Outcome outcome = T.Slow(hart, ref state, in i);
        if (outcome != Outcome.Retired)
            return ref Leave.Unretired(ref state, in i, outcome);
        ref DecodedInstruction next = ref Unsafe.Add(ref i, 1);
        // SAFETY: each instruction of the cache holds a handler of this type.
        return ref ((delegate*<Hart, ref HartState, ref DecodedInstruction, ref DecodedInstruction>)next.Handler)(hart, ref state, ref next);
    }
}

/// <summary>Floating-point arithmetic.</summary>
internal static unsafe class FloatHandler<T> where T : struct, IFloatMeaning
{
    private const byte Dirty = 3;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ref DecodedInstruction Run(Hart hart, ref HartState state, ref DecodedInstruction i)
    {
        if (state.FpStatus != Dirty || !T.Execute(ref state, in i))
            return ref Slow(hart, ref state, ref i);
        ref DecodedInstruction next = ref Unsafe.Add(ref i, 1);
        // SAFETY: each instruction of the cache holds a handler of this type.
        return ref ((delegate*<Hart, ref HartState, ref DecodedInstruction, ref DecodedInstruction>)next.Handler)(hart, ref state, ref next);
    }

    public static Outcome Single(Hart hart, ref HartState state, ref DecodedInstruction i)
    {
        if (state.FpStatus == 0 || !T.Execute(ref state, in i))
            return IllegalInstruction.Raise(hart, ref state, in i);
        state.FpStatus = Dirty;
        state.Pc += i.Length;
        return Outcome.Retired;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ref DecodedInstruction Slow(Hart hart, ref HartState state, ref DecodedInstruction i)
    {
        Leave.Describe(hart, ref state, in i);
        Outcome outcome = Single(hart, ref state, ref i);
        if (outcome != Outcome.Retired)
            return ref Leave.Unretired(ref state, in i, outcome);
        ref DecodedInstruction next = ref Unsafe.Add(ref i, 1);
        // SAFETY: each instruction of the cache holds a handler of this type.
        return ref ((delegate*<Hart, ref HartState, ref DecodedInstruction, ref DecodedInstruction>)next.Handler)(hart, ref state, ref next);
    }
}

/// <summary>Conditional branches: what follows lies behind them, a target in the same page is linked once known.</summary>
internal static class BranchHandler<T> where T : struct, IBranchMeaning
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ref DecodedInstruction Run(Hart hart, ref HartState state, ref DecodedInstruction i)
    {
        if (!T.IsTaken(ref state, in i))
            return ref Unsafe.Add(ref i, 1);
        if (i.Target != 0)
            return ref Unsafe.Add(ref i, i.Target);
        return ref Leave.ToLinkable(hart, ref state, ref i, state.CodePage + i.PageOffset + (ulong)i.Immediate);
    }

    public static Outcome Single(Hart hart, ref HartState state, ref DecodedInstruction i)
    {
        state.Pc += T.IsTaken(ref state, in i) ? (ulong)i.Immediate : i.Length;
        return Outcome.Retired;
    }
}

/// <summary>JAL: a target in the same page is linked once known.</summary>
internal static class DirectJumpHandler<T> where T : struct, IJumpMeaning
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ref DecodedInstruction Run(Hart hart, ref HartState state, ref DecodedInstruction i)
    {
        ulong target = T.Jump(ref state, in i);
        if (i.Target != 0)
            return ref Unsafe.Add(ref i, i.Target);
        return ref Leave.ToLinkable(hart, ref state, ref i, target);
    }
}

/// <summary>JALR.</summary>
internal static class JumpHandler<T> where T : struct, IJumpMeaning
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ref DecodedInstruction Run(Hart hart, ref HartState state, ref DecodedInstruction i)
    {
        state.Pc = T.Jump(ref state, in i);
        return ref Unsafe.NullRef<DecodedInstruction>();
    }

    public static Outcome Single(Hart hart, ref HartState state, ref DecodedInstruction i)
    {
        state.Pc = T.Jump(ref state, in i);
        return Outcome.Retired;
    }
}

/// <summary>System instructions.</summary>
internal static class SystemHandler<T> where T : struct, ISystemMeaning
{
    public static ref DecodedInstruction Run(Hart hart, ref HartState state, ref DecodedInstruction i)
    {
        Leave.Describe(hart, ref state, in i);
        Outcome outcome = T.Execute(hart, ref state, in i);
        if (outcome != Outcome.Retired)
            return ref Leave.Unretired(ref state, in i, outcome);
        return ref Unsafe.NullRef<DecodedInstruction>();
    }

    public static Outcome Single(Hart hart, ref HartState state, ref DecodedInstruction i) => T.Execute(hart, ref state, in i);
}

/// <summary>The ways out of a block.</summary>
internal static class Leave
{
    /// <summary>Says which instruction is about to need the hart.</summary>
    public static void Describe(Hart hart, ref HartState state, in DecodedInstruction i)
    {
        state.Pc = state.CodePage + i.PageOffset;
        hart.Exit.Instruction = i.Raw;
        hart.Exit.InstructionLength = i.Length;
    }

    /// <summary>
    /// After a trap or exit: the rest of the block, counted when it was entered, did not retire. An exit makes the dispatcher stop.
    /// </summary>
    public static ref DecodedInstruction Unretired(ref HartState state, in DecodedInstruction i, Outcome outcome)
    {
        state.Instret -= i.Remaining;
        if (outcome == Outcome.Exit)
            state.InstretLimit = 0;
        return ref Unsafe.NullRef<DecodedInstruction>();
    }

    /// <summary>Goes to an address, and links it to the instruction if it lies in the same page.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static ref DecodedInstruction ToLinkable(Hart hart, ref HartState state, ref DecodedInstruction i, ulong target)
    {
        bool samePage = ((target ^ state.CodePage) & ~Memory.Page.OffsetMask) == 0;
        state.Pc = target;
        if (samePage)
            return ref ((CodeCache)hart.EngineData!).FindAndLink(ref state, ref i);
        return ref Unsafe.NullRef<DecodedInstruction>();
    }
}
