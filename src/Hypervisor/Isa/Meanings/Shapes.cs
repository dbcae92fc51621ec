using System.Runtime.CompilerServices;
using Trapline.Hypervisor.Cpu;

namespace Trapline.Hypervisor.Isa.Meanings;

// Inlined by order: each of these runs once per guest instruction, inside its handler.

internal readonly struct FromRegisters<T> : IPlainMeaning where T : struct, IBinaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Execute(ref HartState state, in DecodedInstruction i) => state.X[i.Rd] = T.Of(state.X[i.Rs1], state.X[i.Rs2]);
}

internal readonly struct FromImmediate<T> : IPlainMeaning where T : struct, IBinaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Execute(ref HartState state, in DecodedInstruction i) => state.X[i.Rd] = T.Of(state.X[i.Rs1], (ulong)i.Immediate);
}

internal readonly struct FromUnary<T> : IPlainMeaning where T : struct, IUnaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Execute(ref HartState state, in DecodedInstruction i) => state.X[i.Rd] = T.Of(state.X[i.Rs1]);
}

/// <summary>The low 32 bits of the result, sign-extended: the instructions that end in W.</summary>
internal readonly struct WordFromRegisters<T> : IPlainMeaning where T : struct, IBinaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Execute(ref HartState state, in DecodedInstruction i)
        => state.X[i.Rd] = (ulong)(int)T.Of(state.X[i.Rs1], state.X[i.Rs2]);
}

internal readonly struct WordFromImmediate<T> : IPlainMeaning where T : struct, IBinaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Execute(ref HartState state, in DecodedInstruction i)
        => state.X[i.Rd] = (ulong)(int)T.Of(state.X[i.Rs1], (ulong)i.Immediate);
}

internal readonly struct LoadUpper : IPlainMeaning
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Execute(ref HartState state, in DecodedInstruction i) => state.X[i.Rd] = (ulong)i.Immediate;
}

internal readonly struct AddUpperToPc : IPlainMeaning
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Execute(ref HartState state, in DecodedInstruction i)
        => state.X[i.Rd] = state.CodePage + i.PageOffset + (ulong)i.Immediate;
}
