using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Engines.Interpreter;
using Trapline.Hypervisor.Engines.Jit.Translation;
using Trapline.Hypervisor.Engines.Jit.X64;
using Trapline.Hypervisor.Isa;

namespace Trapline.Hypervisor.Engines.Jit;

/// <summary>What generated code calls.</summary>
internal static unsafe class JitCallbacks
{
    /// <summary>The address of <see cref="Execute"/>.</summary>
    // SAFETY: the method is static and callable from native code.
    public static nint ExecuteAddress => (nint)(delegate* unmanaged[Cdecl]<nint, ulong, ulong, int>)&Execute;

    /// <summary>
    /// Executes one instruction in the interpreter. All registers are stored, and instret counts the whole block. Returns 0 if it
    /// retired; else pc and instret are exact.
    /// </summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Execute(nint biasedState, ulong packed, ulong virtualPage)
    {
        // SAFETY: generated code passes the state that it was entered with, whose handle lives as long as the engine runs the hart.
        ref HartState state = ref *(HartState*)(biasedState - StateLayout.Bias);
        var translations = (HartTranslations)GCHandle.FromIntPtr(state.EngineHandle).Target!;
        try
        {
            FloatFlagsOfHost.Merge(ref state, (uint)state.Engine[EngineWord.LeftControl]);
            Decoder.Decode(InstructionPacking.Raw(packed), out DecodedInstruction instruction);
            instruction.Length = InstructionPacking.Length(packed);
            translations.Counters.Calls.Count(in instruction);
            instruction.PageOffset = InstructionPacking.PageOffset(packed);
            state.Instret -= InstructionPacking.Behind(packed);
            state.CodePage = virtualPage;
            state.Pc = virtualPage + instruction.PageOffset;
            Outcome outcome = HandlerTable.Execute(translations.Hart, ref state, ref instruction);
            if (outcome == Outcome.Retired)
                return 0;
            state.Instret--;
            translations.LastOutcome = outcome;
        }
        catch (Exception e)
        {
            // It must not cross generated code; the engine throws it on.
            translations.Failure = e;
        }
        return 1;
    }
}
