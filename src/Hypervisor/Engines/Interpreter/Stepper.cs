using System.Runtime.CompilerServices;
using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Isa;
using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Engines.Interpreter;

/// <summary>Executes instructions one by one: the end of a budget, debuggers, traces.</summary>
internal static class Stepper
{
    /// <summary>Runs a hart under a debugger until an exit.</summary>
    public static ExitReason Run(Hart hart, CodeCache code)
    {
        ref HartState state = ref hart.State;
        HartDebug debug = hart.Debug!;
        for (; ; )
        {
            if (state.Requests != 0 && ServiceRequests(hart, code))
                return hart.Exit.Reason;
            if (state.Instret >= state.InstretLimit)
                return hart.Exit.Reason = ExitReason.BudgetUsed;
            if (!debug.StepOver && debug.Breakpoints.Contains(state.Pc))
            {
                hart.StopForDebugger(DebugStop.Breakpoint, state.Pc);
                return ExitReason.DebugStop;
            }
            Outcome outcome = Step(hart, code);
            bool stopped = outcome == Outcome.Exit && hart.Exit.Reason == ExitReason.DebugStop;
            debug.StepOver &= stopped;
            if (outcome == Outcome.Exit)
                return hart.Exit.Reason;
            if (debug.SingleStep)
            {
                hart.StopForDebugger(DebugStop.Step, state.Pc);
                return ExitReason.DebugStop;
            }
        }
    }

    /// <summary>Executes one instruction, or traps trying.</summary>
    public static Outcome Step(Hart hart, CodeCache code)
    {
        ref HartState state = ref hart.State;
        ref DecodedInstruction instruction = ref code.Find(ref state);
        if (Unsafe.IsNullRef(ref instruction))
            return state.InstretLimit == 0 ? Outcome.Exit : Outcome.Trapped;
        hart.Debug?.Trace?.Instruction(hart, new Gva(state.Pc), instruction.Raw, Disassembler.Disassemble(instruction.Raw, state.Pc));
        state.Instret++;
        Outcome outcome = HandlerTable.Execute(hart, ref state, ref instruction);
        if (outcome != Outcome.Retired)
            state.Instret--;
        return outcome;
    }

    /// <summary>Services requests and takes an interrupt. True: the engine must return.</summary>
    public static bool ServiceRequests(Hart hart, CodeCache code)
    {
        HartRequests requests = hart.ServiceRequests();
        if ((requests & HartRequests.SyncCode) != 0)
            code.Synchronize();
        if ((requests & HartRequests.Exit) != 0)
        {
            // The interrupt is looked for again on the next entry.
            hart.Exit.Reason = ExitReason.Requested;
            return true;
        }
        hart.TakeInterrupt();
        return false;
    }
}
