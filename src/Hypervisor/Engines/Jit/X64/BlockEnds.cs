using Trapline.Hypervisor.Engines.Jit.Ir;
using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Engines.Jit.X64;

/// <summary>Writes the ends of blocks: branches and jumps inside the region, and otherwise <see cref="WaysOut"/> of it.</summary>
internal sealed class BlockEnds(Emission emission, WaysOut waysOut, TargetTables tables)
{
    private FloatAssembler Asm => emission.Assembler;

    /// <summary>Writes how a block goes on.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="block">The block, whose operations are written.</param>
    public void Emit(int number, Block block)
    {
        emission.Numbers.Resolve();
        emission.Registers.Flush();
        if (block.Exit is not (BlockExit.Branch or BlockExit.JumpIndirect))
            emission.Registers.DropLocals();
        switch (block.Exit)
        {
            case BlockExit.Branch:
                IntegerOps.Compare(emission, block.Last.Ra, block.Last.Rb, false, 0);
                Label taken = block.Taken == Block.None
                    ? emission.Detour(DetourKind.Leave, block.TakenAddress, 0)
                    : emission.Blocks[block.Taken];
                Asm.JumpIf(ConditionOf(block.Comparison), taken);
                GoOn(number, block.Next, block.NextAddress);
                break;
            case BlockExit.Jump:
                EmitJump(number, block);
                break;
            case BlockExit.JumpIndirect:
                EmitIndirect(block);
                break;
            case BlockExit.Fence:
                waysOut.Fence(block);
                GoOn(number, block.Next, block.NextAddress);
                break;
            case BlockExit.Interpreter:
                Asm.Jump(emission.Detour(DetourKind.Interpret, block.NextAddress, 0));
                break;
            default:
                GoOn(number, block.Next, block.NextAddress);
                break;
        }
    }

    private void GoOn(int number, int target, ulong address)
    {
        if (target == Block.None)
            waysOut.Leave(emission.Registers.Snapshot, address);
        else if (target != number + 1)
            Asm.Jump(emission.Blocks[target]);
    }

    private void EmitJump(int number, Block block)
    {
        Gpr comesBack = Link(block);
        if (!block.IsCall)
        {
            GoOn(number, block.Taken, block.TakenAddress);
            return;
        }
        if (block.Callee != Block.None)
        {
            waysOut.InnerCall(comesBack, emission.Blocks[block.Callee], emission.Blocks[block.Behind]);
            return;
        }
        emission.Spill(emission.Registers.Snapshot);
        waysOut.Call(block.TakenAddress, comesBack, EntryBehind(block), block.NextAddress);
    }

    // Where the guest comes back, if the instruction says that: the host register that holds it.
    private Gpr Link(Block block)
    {
        if (block.Last.Rd == RegisterFile.Discard)
            return Gpr.None;
        Gpr target = emission.Target(block.Last.Rd);
        Asm.MoveConstant(target, (long)block.NextAddress);
        emission.Finish(block.Last.Rd, target);
        emission.Registers.Complete(RegisterUse.Integer(block.Last.Rd), ResultKind.Full);
        return target;
    }

    private void EmitIndirect(Block block)
    {
        emission.Fetch(Gpr.Rdx, block.Last.Ra);
        if (block.Last.Immediate != 0)
            Asm.Apply(Alu.Add, Gpr.Rdx, (int)block.Last.Immediate);
        Asm.Apply(Alu.And, Gpr.Rdx, -2);
        emission.Registers.DropLocals();
        Gpr comesBack = Link(block);
        if (block.IsReturn && emission.Region.HasInnerCalls)
            waysOut.InnerReturn();
        if (block.Targets.Length > 0)
            tables.Try(emission.Region, block, comesBack, waysOut, emission.Blocks);
        emission.Spill(emission.Registers.Snapshot);
        ulong pc = emission.Region.VirtualPage + block.Last.PageOffset;
        if (block.IsCall)
            waysOut.CallIndirect(pc, comesBack, EntryBehind(block), block.NextAddress);
        else if (block.IsReturn)
            waysOut.Return();
        else
            waysOut.JumpIndirect(pc);
    }

    private Label? EntryBehind(Block block) => block.Behind == Block.None ? null : emission.Entries[block.Behind];

    private static Condition ConditionOf(Comparison comparison) => comparison switch
    {
        Comparison.Equal => Condition.Equal,
        Comparison.NotEqual => Condition.NotEqual,
        Comparison.Less => Condition.Less,
        Comparison.GreaterEqual => Condition.GreaterEqual,
        Comparison.LessUnsigned => Condition.Below,
        _ => Condition.AboveEqual,
    };
}
