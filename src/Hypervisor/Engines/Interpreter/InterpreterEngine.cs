using System.Runtime.CompilerServices;
using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Isa;
using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Engines.Interpreter;

/// <summary>
/// The reference engine. Guest code is decoded once into runs of <see cref="DecodedInstruction"/> (<see cref="CodeCache"/>); a run
/// executes by each handler calling the next (<see cref="PlainHandler{T}"/>), and comes back here at the end of each block:
/// <code>
///   Run --> Attend: requests, interrupts, budget
///    |        ^
///    v        | requests set, or block longer than the budget left
///   find instruction at pc --> count block --> handler, handler, ... --> next block in the page, or null: pc says where
/// </code>
/// Whole blocks are counted when they are entered; a trap or exit in the middle takes the rest back. The last instructions of a
/// budget, and everything under a debugger, execute one by one.
/// </summary>
public sealed unsafe class InterpreterEngine : IExecutionEngine
{
    /// <inheritdoc/>
    public string Name => "interpreter";

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ExitReason Run(Hart hart, ulong budget)
    {
        ref HartState state = ref hart.State;
        CodeCache code = CacheOf(hart);
        state.InstretLimit = budget > ulong.MaxValue - state.Instret ? ulong.MaxValue : state.Instret + budget;
        code.Synchronize();
        // An instruction that was emulated since the last exit may have enabled one.
        hart.TakeInterrupt();
        if (hart.Debug is not null)
            return Stepper.Run(hart, code);
        for (; ; )
        {
            ref DecodedInstruction next = ref code.Find(ref state);
            while (!Unsafe.IsNullRef(ref next))
            {
                ulong retired = state.Instret + next.Remaining;
                if (retired > state.InstretLimit || state.Requests != 0)
                {
                    state.Pc = state.CodePage + next.PageOffset;
                    if (Attend(hart, code, next.Remaining))
                        return hart.Exit.Reason;
                    break;
                }
                state.Instret = retired;
                // SAFETY: each instruction of the cache holds a handler of this type.
                next = ref ((delegate*<Hart, ref HartState, ref DecodedInstruction, ref DecodedInstruction>)next.Handler)(hart, ref state, ref next);
            }
            if (state.InstretLimit == 0)
                return hart.Exit.Reason;
        }
    }

    /// <summary>Gives back what the engine keeps for a hart.</summary>
    public static void Forget(Hart hart)
    {
        (hart.EngineData as CodeCache)?.Dispose();
        hart.EngineData = null;
    }

    /// <inheritdoc/>
    // The caches belong to the harts and go with them.
    public void Dispose()
    {
    }

    internal static CodeCache CacheOf(Hart hart)
    {
        if (hart.EngineData is CodeCache cache)
            return cache;
        cache = new CodeCache(hart);
        hart.EngineData = cache;
        return cache;
    }

    /// <summary>Does what interrupts the flow of blocks. True: the engine returns with the reason in the hart's exit.</summary>
    private static bool Attend(Hart hart, CodeCache code, int blockLength)
    {
        ref HartState state = ref hart.State;
        if (Stepper.ServiceRequests(hart, code))
            return true;
        ulong left = state.InstretLimit - state.Instret;
        if (left == 0)
        {
            hart.Exit.Reason = ExitReason.BudgetUsed;
            return true;
        }
        // The block at pc, which an interrupt may have changed, must fit; if it does not, what is left of the budget is short.
        while (left < (ulong)blockLength)
        {
            if (Stepper.Step(hart, code) == Outcome.Exit)
                return true;
            if (state.Requests != 0)
                return false;
            left = state.InstretLimit - state.Instret;
            if (left == 0)
            {
                hart.Exit.Reason = ExitReason.BudgetUsed;
                return true;
            }
        }
        return false;
    }
}
