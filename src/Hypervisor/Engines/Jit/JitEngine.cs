using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Engines.Interpreter;
using Trapline.Hypervisor.Engines.Jit.CodeMemory;
using Trapline.Hypervisor.Engines.Jit.Translation;
using Trapline.Hypervisor.Engines.Jit.X64;
using Trapline.Hypervisor.Isa;

namespace Trapline.Hypervisor.Engines.Jit;

/// <summary>
/// The engine that translates guest code to host code. Cold code is interpreted block by block; an address that was reached often enough
/// is translated together with what lies around it (<see cref="Ir.RegionBuilder"/>):
/// <code>
///   Run --> requests, interrupts, budget --> code for pc? --yes--> generated code, from region to region by itself
///              ^                                 | no                      |
///              |                                 v                         | not linked, unknown, system instruction, trap,
///              +---------------------- interpret one block                 | requests, budget
///              +-----------------------------------------------------------+
/// </code>
/// Generated code counts whole blocks; its callbacks and ways out make instret exact. The last instructions of a budget execute
/// one by one, and so does everything under a debugger.
/// </summary>
public sealed unsafe class JitEngine : IExecutionEngine
{
    private const uint CleanControl = 0x1F80;

    private readonly JitOptions _options;
    private readonly Lock _gate = new();
    private readonly List<(Hart Hart, GCHandle Handle)> _handles = [];

    /// <summary>Makes an engine for one machine.</summary>
    public JitEngine(JitOptions? options = null)
    {
        Invariant.Require(IsSupported, "the host can execute generated code");
        _options = options ?? new JitOptions();
        Invariant.Require(_options.SampleLength is > 0 and <= JitOptions.LongestStay, "a stay in generated code is bounded");
    }

    /// <summary>Whether this host can: Linux and Windows on x86-64 with AVX2, BMI, LZCNT, POPCNT and FMA, and without shadow stacks.</summary>
    public static bool IsSupported { get; } = CodeArena.IsSupported && RuntimeInformation.ProcessArchitecture == Architecture.X64
        && Avx2.IsSupported && Bmi1.X64.IsSupported && Bmi2.X64.IsSupported && Lzcnt.X64.IsSupported && Popcnt.X64.IsSupported && Fma.IsSupported
        && !ShadowStack.IsActive();

    /// <inheritdoc/>
    public string Name => "jit";

    /// <summary>What was done for each hart that has run.</summary>
    public IReadOnlyList<HartCounters> Counters
    {
        get
        {
            lock (_gate)
                return [.. _handles.Select(h => ((HartTranslations)h.Handle.Target!).Read())];
        }
    }

    /// <inheritdoc/>
    public ExitReason Run(Hart hart, ulong budget)
    {
        ref HartState state = ref hart.State;
        HartTranslations code = TranslationsOf(hart);
        state.InstretLimit = budget > ulong.MaxValue - state.Instret ? ulong.MaxValue : state.Instret + budget;
        code.SynchronizeAll();
        // An instruction that was emulated since the last exit may have enabled one; it comes before a fetch that faults.
        hart.TakeInterrupt();
        if (hart.Debug is not null)
            return Stepper.Run(hart, code.Cold);
        for (; ; )
        {
            // A fetch that faults traps before anything else is looked at, as in the interpreter.
            uint key = code.Key;
            if (state.Instret == state.InstretLimit)
                code.Cut();
            int position = code.Find(state.Pc, key);
            if (position == 0 && Unsafe.IsNullRef(ref code.Cold.Find(ref state)))
            {
                if (state.InstretLimit == 0)
                    return hart.Exit.Reason;
                continue;
            }
            if (state.Requests != 0)
            {
                if (ServiceRequests(hart, code))
                    return hart.Exit.Reason;
                continue;
            }
            ulong left = state.InstretLimit - state.Instret;
            if (left == 0)
                return hart.Exit.Reason = ExitReason.BudgetUsed;
            bool leaves = position != 0
                ? RunTranslated(hart, code, position, key, left)
                : InterpretBlock(hart, code, left);
            if (leaves)
                return hart.Exit.Reason;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach ((Hart hart, GCHandle handle) in _handles)
            {
                handle.Free();
                InterpreterEngine.Forget(hart);
            }
            _handles.Clear();
        }
    }

    private HartTranslations TranslationsOf(Hart hart)
    {
        HartTranslations translations = (hart.EngineData as CodeCache)?.Companion as HartTranslations ?? Attach(hart);
        Prepare(hart, translations);
        return translations;
    }

    private HartTranslations Attach(Hart hart)
    {
        var translations = new HartTranslations(hart, _options);
        lock (_gate)
            _handles.Add((hart, GCHandle.Alloc(translations)));
        return translations;
    }

    // A reset clears the state, and with it what generated code needs.
    private void Prepare(Hart hart, HartTranslations translations)
    {
        ref HartState state = ref hart.State;
        if (state.EngineHandle != 0)
            return;
        lock (_gate)
            state.EngineHandle = GCHandle.ToIntPtr(_handles.First(h => h.Hart == hart).Handle);
        ref EngineWords words = ref state.Engine;
        words[EngineWord.Execute] = (ulong)translations.ExecuteFunction;
        words[EngineWord.CleanControl] = CleanControl;
        words[EngineWord.JumpTable] = (ulong)translations.JumpTableAddress;
        words[EngineWord.JumpMask] = translations.JumpTableMask;
        words[EngineWord.CodeBase] = (ulong)translations.CodeBase;
        words[EngineWord.Box] = 0xFFFF_FFFF_0000_0000;
        words[EngineWord.Box + 1] = 0;
        words[EngineWord.DoubleSign] = 1UL << 63;
        words[EngineWord.SingleSign] = 1UL << 31;
        words[EngineWord.Ram] = (ulong)hart.Ram.HostAddress;
        words[EngineWord.RamFlags] = (ulong)hart.Ram.FlagsAddress;
        words[EngineWord.CodeWrites] = (ulong)hart.Ram.CodeWritesAddress;
        words[EngineWord.DoubleNaN] = 0x7FF8_0000_0000_0000;
        FlagOps.WriteTable(ref words);
        words[EngineWord.SingleNaN] = 0xFFFF_FFFF_7FC0_0000;
    }

    /// <summary>Runs generated code until it returns. True: the engine must return.</summary>
    private static bool RunTranslated(Hart hart, HartTranslations code, int position, uint key, ulong left)
    {
        for (; ; )
        {
            ExitWord word = Enter(hart, code, position, key, left);
            NativeExit exit = word.Reason;
            ref HartState state = ref hart.State;
            code.Counters.Count(exit);
            switch (exit)
            {
                case NativeExit.Left:
                    if (code.Failure is { } failure)
                        Rethrow(code, failure);
                    return code.LastOutcome == Outcome.Exit;
                case NativeExit.Interpret:
                    return state.Requests == 0 && state.Instret != state.InstretLimit && Stepper.Step(hart, code.Cold) == Outcome.Exit;
                case NativeExit.Attend:
                    if (state.Requests == 0 && code.StayLeft < Ir.RegionBuilder.BlockLimit)
                        code.Sample(state.Pc, (int)state.Engine[EngineWord.Site], key, word);
                    return state.Requests == 0 && state.InstretLimit - state.Instret < Ir.RegionBuilder.BlockLimit && StepToLimit(hart, code);
                case NativeExit.Link or NativeExit.LinkPage or NativeExit.Relink or NativeExit.Cache:
                    int site = (int)state.Engine[EngineWord.Site];
                    long flushes = code.Counters.Flushes;
                    position = code.Find(state.Pc, key);
                    left = state.InstretLimit - state.Instret;
                    if (position == 0 || left == 0)
                        return false;
                    if (code.Counters.Flushes == flushes && exit == NativeExit.Cache)
                        code.SetCache(site, state.Pc, position, key);
                    else if (code.Counters.Flushes == flushes)
                        code.Link(site, exit, position, key);
                    break;
                default:
                    return false;
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ExitWord Enter(Hart hart, HartTranslations code, int position, uint key, ulong left)
    {
        ref HartState state = ref hart.State;
        ulong before = state.Instret;
        ulong budget = Math.Min(left, code.StayLeft);
        state.Engine[EngineWord.Target] = before + budget;
        state.Engine[EngineWord.LinkKey] = key | ((ulong)JumpTable.SaltOf(key) << 32);
        state.Engine[EngineWord.CodeWritesSeen] = (ulong)code.CodeWritesSeen;
        code.Counters.Entries++;
        PageCache.Refresh(ref state);
        // SAFETY: the position is the start of a region's entry, written for this function.
        var enter = (delegate* unmanaged[Cdecl]<nint, nint, long, int>)code.EnterFunction;
        var exit = new ExitWord(enter(hart.StateAddress + StateLayout.Bias, code.CodeBase + position, (long)budget));
        code.StayLeft -= Math.Min(code.StayLeft, state.Instret - before);
        code.Counters.Refills += (long)state.Engine[EngineWord.Refills];
        state.Engine[EngineWord.Refills] = 0;
        if (exit.Reason != NativeExit.Left)
            FloatFlagsOfHost.Merge(ref state, (uint)state.Engine[EngineWord.LeftControl]);
        return exit;
    }

    private static void Rethrow(HartTranslations code, Exception failure)
    {
        code.Failure = null;
        System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
    }

    // The next block may be longer than what is left.
    private static bool StepToLimit(Hart hart, HartTranslations code)
    {
        ref HartState state = ref hart.State;
        while (state.Instret < state.InstretLimit && state.Requests == 0)
        {
            if (Stepper.Step(hart, code.Cold) == Outcome.Exit)
                return true;
        }
        return false;
    }

    /// <summary>Interprets one block, which can be fetched. True: the engine must return.</summary>
    private static bool InterpretBlock(Hart hart, HartTranslations code, ulong left)
    {
        ref HartState state = ref hart.State;
        code.Counters.ColdBlocks++;
        ref DecodedInstruction next = ref code.Cold.Find(ref state);
        if (next.Remaining > left)
            return Stepper.Step(hart, code.Cold) == Outcome.Exit;
        state.Instret += next.Remaining;
        // SAFETY: each instruction of the cache holds a handler of this type.
        next = ref ((delegate*<Hart, ref HartState, ref DecodedInstruction, ref DecodedInstruction>)next.Handler)(hart, ref state, ref next);
        if (Unsafe.IsNullRef(ref next))
            return state.InstretLimit == 0;
        state.Pc = state.CodePage + next.PageOffset;
        return false;
    }

    private static bool ServiceRequests(Hart hart, HartTranslations code)
    {
        HartRequests requests = hart.ServiceRequests();
        if ((requests & HartRequests.SyncCode) != 0)
        {
            code.SynchronizeAll();
        }
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
