using Trapline.Hypervisor.Engines.Jit.Ir;

namespace Trapline.Hypervisor.Engines.Jit.X64;

/// <summary>Writes what stands behind the blocks of a region: slow paths, which come back, and ways out that are seldom taken.</summary>
internal sealed class OutOfLine(Emission emission, WaysOut waysOut, BlockOperations operations)
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
                    NativeExit reason = detour.Kind == DetourKind.Attend ? NativeExit.Attend : NativeExit.Interpret;
                    waysOut.ShortExit(detour.Argument, new ExitWord(reason, detour.State.Block!.Instructions, detour.Accesses), detour.Unretired);
                    break;
            }
        }
        if (callsBack)
            WriteThunk(thunk);
        waysOut.End();
    }

    // Only the look-up was done, whose tag is in RDX.
    private void WriteRefill(in Detour detour)
    {
        Asm.Call(detour.Kind == DetourKind.SlowStore ? emission.Stubs.RefillWrite : emission.Stubs.RefillRead);
        Asm.JumpIf(Condition.Equal, new Label(detour.Unretired));
    }

    // Common to the slow paths of a region: RAX holds the packed instruction.
    private void WriteThunk(Label thunk)
    {
        Asm.Bind(thunk);
        Asm.MoveConstant(Gpr.Rdx, (long)emission.Region.VirtualPage);
        Asm.Call(emission.Stubs.Callback);
        emission.Fill(emission.Map.Mapped);
        Asm.Return();
    }
}
