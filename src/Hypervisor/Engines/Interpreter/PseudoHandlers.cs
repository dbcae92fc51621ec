using System.Runtime.CompilerServices;
using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Isa;
using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Engines.Interpreter;

/// <summary>What stands in the code cache besides instructions.</summary>
internal static class PseudoHandlers
{
    /// <summary>The row number of <see cref="CrossPage"/>.</summary>
    public const ushort CrossPageRow = ushort.MaxValue - 1;

    /// <summary>The end of a run that goes on elsewhere: retires nothing; PageOffset says where.</summary>
    public static ref DecodedInstruction Continue(Hart hart, ref HartState state, ref DecodedInstruction i)
    {
        if (i.Target != 0)
            return ref Unsafe.Add(ref i, i.Target);
        return ref Leave.ToLinkable(hart, ref state, ref i, state.CodePage + i.PageOffset);
    }

    /// <summary>A four-byte instruction that starts in the last two bytes of the page.</summary>
    public static ref DecodedInstruction CrossPage(Hart hart, ref HartState state, ref DecodedInstruction i)
    {
        state.Pc = state.CodePage + i.PageOffset;
        Outcome outcome = ExecuteCrossPage(hart, ref state, ref i);
        if (outcome != Outcome.Retired)
            return ref Leave.Unretired(ref state, in i, outcome);
        return ref Unsafe.NullRef<DecodedInstruction>();
    }

    /// <summary>
    /// Fetches the second half anew each time, since the next page may be mapped elsewhere; faults name the address of that half.
    /// </summary>
    public static Outcome ExecuteCrossPage(Hart hart, ref HartState state, ref DecodedInstruction i)
    {
        ulong second = state.Pc + 2;
        if (!hart.Mmu.TryTranslate(second, 2, MemoryAccess.Fetch, out Gpa physical, out TrapCause cause))
            return hart.RaiseException(cause, second);
        if (!hart.Ram.Contains(physical, 2))
            return hart.RaiseException(TrapCause.InstructionAccessFault, second);
        Decoder.Decode(i.Raw | ((uint)hart.Ram.ValueAt<ushort>(physical) << 16), out DecodedInstruction whole);
        whole.PageOffset = i.PageOffset;
        hart.Exit.Instruction = whole.Raw;
        hart.Exit.InstructionLength = whole.Length;
        return HandlerTable.Execute(hart, ref state, ref whole);
    }
}
