using Trapline.Hypervisor.Engines.Jit.Ir;

namespace Trapline.Hypervisor.Engines.Jit.X64;

/// <summary>Writes what stands behind the blocks of a region: slow paths, which come back, and ways out that are seldom taken.</summary>
internal sealed class OutOfLine(Emission emission, Stubs stubs, WaysOut waysOut, BlockOperations operations)
{
    private FloatAssembler Asm => emission.Assembler;

    /// <summary>Writes all detours.</summary>
    public void Emit()
    {
        Label thunk = Asm.NewLabel();
        bool callsBack = false;
        for (int number = 0; number < emission.Detours.Count; number++)
        {
            Detour detour = emission.Detours[number];
            Asm.Bind(detour.Entry);
            emission.Mark(MarkKind.Detour, number);
            switch (detour.Kind)
            {
                case DetourKind.Slow or DetourKind.SlowLoad or DetourKind.SlowStore:
                    if (detour.Kind != DetourKind.Slow)
                        WriteRefill(in detour);
                    emission.Spill(detour.State);
                    Asm.MoveConstant(Gpr.Rax, (long)detour.Argument);
                    Asm.Call(thunk);
                    emission.Registers.FillLocals(detour.State);
                    Asm.Jump(detour.Resume);
                    callsBack = true;
                    break;
                case DetourKind.Canonicalize:
                    Asm.LoadFloat((Xmm)detour.Unretired, StateLayout.Word((int)detour.Argument), isDouble: true);
                    Asm.Jump(detour.Resume);
                    break;
                case DetourKind.CanonicalizeAll:
                    emission.WriteCanonical((uint)detour.Argument);
                    Asm.Jump(detour.Resume);
                    break;
                case DetourKind.Refill:
                    detour.Probe.EmitRefill(emission, detour.Resume);
                    break;
                case DetourKind.Individually:
                    operations.EmitIndividually(in detour);
                    break;
                case DetourKind.Leave:
                    waysOut.Leave(detour.State, detour.Argument);
                    break;
                default:
                    emission.Spill(detour.State);
                    if (detour.Unretired != 0)
                        Asm.Apply(Alu.Add, Gpr.R15, detour.Unretired);
                    NativeExit reason = detour.Kind == DetourKind.Attend ? NativeExit.Attend : NativeExit.Interpret;
                    waysOut.Exit(detour.Argument, new ExitWord(reason, detour.State.Block!.Instructions, detour.Accesses), Asm.Position);
                    break;
            }
        }
        if (callsBack)
            WriteThunk(thunk);
    }

    // Only the look-up was done, whose tag is in RDX.
    private void WriteRefill(in Detour detour)
    {
        Asm.Call(detour.Kind == DetourKind.SlowStore ? stubs.RefillWrite : stubs.RefillRead);
        Asm.JumpIf(Condition.Equal, new Label(detour.Unretired));
    }

    // Common to the slow paths of a region: RAX holds the packed instruction.
    private void WriteThunk(Label thunk)
    {
        Label left = Asm.NewLabel();
        Asm.Bind(thunk);
        Asm.Apply(Alu.Subtract, Gpr.Rsp, 8);
        Asm.Load(Gpr.Rcx, StateLayout.Word(EngineWord.Target), 8, false);
        Asm.Apply(Alu.Subtract, Gpr.Rcx, Gpr.R15);
        Asm.Store(StateLayout.Instret, Gpr.Rcx, 8);
        Asm.StoreControl(StateLayout.Word(EngineWord.LeftControl));
        Asm.Move(Gpr.Rsi, Gpr.Rax);
        Asm.Move(Gpr.Rdi, Gpr.Rbp);
        Asm.MoveConstant(Gpr.Rdx, (long)emission.Region.VirtualPage);
        Asm.Call(StateLayout.Word(EngineWord.Execute));
        Asm.LoadControl(StateLayout.Word(EngineWord.CleanControl));
        Asm.Apply(Alu.Add, Gpr.Rsp, 8);
        Asm.Test(Gpr.Rax, Gpr.Rax, wide: false);
        Asm.JumpIf(Condition.NotEqual, left);
        emission.Fill(emission.Map.Mapped);
        Asm.Return();
        Asm.Bind(left);
        // The return address is not needed any more.
        Asm.Apply(Alu.Add, Gpr.Rsp, 8);
        Asm.Jump(stubs.Left);
    }
}
