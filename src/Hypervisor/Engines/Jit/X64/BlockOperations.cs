using System.Runtime.InteropServices;
using Trapline.Hypervisor.Engines.Jit.Ir;

namespace Trapline.Hypervisor.Engines.Jit.X64;

/// <summary>Writes the operations of blocks, some of them in groups that share a look-up of their page.</summary>
internal sealed class BlockOperations(Emission emission)
{
    private FloatAssembler Asm => emission.Assembler;

    /// <summary>Writes those of a block.</summary>
    /// <param name="number">The block's number.</param>
    /// <param name="block">The block.</param>
    public void Emit(int number, Block block)
    {
        Span<MicroOp> ops = CollectionsMarshal.AsSpan(block.Ops);
        for (int k = 0; k < ops.Length;)
        {
            emission.Mark(MarkKind.Operation, number, k);
            emission.Registers.Prepare(k);
            if (!ops[k].IsDeferred && AccessGroup.TryFind(ops[k..], emission, out AccessGroup group))
            {
                EmitGroup(number, ops, k, in group);
                k += group.Count;
            }
            else
            {
                EmitOp(block, k++);
            }
        }
    }

    /// <summary>Writes those of a group one by one, each with its own slow path: the list of detours grows.</summary>
    public void EmitIndividually(in Detour detour)
    {
        OperationRange group = detour.Group;
        emission.Begin(group.Block);
        emission.Registers.Restore(detour.State);
        emission.Boxed = group.Boxed;
        // The group asked, if it uses the unit.
        emission.FloatReady = true;
        emission.IsOutOfLine = true;
        for (int k = group.First; k < group.First + group.Count; k++)
        {
            emission.Registers.Prepare(k);
            EmitOp(group.Block, k);
        }
        emission.Registers.Reconcile(group.After);
        Asm.Jump(detour.Resume);
    }

    private void EmitGroup(int number, Span<MicroOp> ops, int first, in AccessGroup group)
    {
        emission.Numbers.Resolve();
        if (group.UsesFloat && !emission.FloatReady)
            EmitFloatGuard(emission.Block, in ops[first]);
        (Label Entry, Label Resume) individually = (Asm.NewLabel(), Asm.NewLabel());
        BlockRegisters registers = emission.Registers;
        group.Locate(emission, individually.Entry);
        RegisterSnapshot before = registers.Snapshot;
        uint boxed = emission.Boxed;
        Gpr address = registers.Full(group.Base);
        registers.Pinned = 1u << group.Base;
        for (int k = first; k < first + group.Count; k++)
        {
            ref readonly MicroOp op = ref ops[k];
            if (k > first)
            {
                emission.Mark(MarkKind.Operation, number, k);
                registers.Prepare(k);
            }
            if (op.Opcode < MicroOpcode.Load)
            {
                EmitOp(emission.Block, k);
                continue;
            }
            MemoryOps.EmitAt(emission, in op, new Mem(address, (int)op.Immediate, Gpr.Rcx));
            Track(in op);
        }
        registers.Pinned = 0;
        var range = new OperationRange(emission.Block, first, group.Count, boxed, registers.Snapshot);
        emission.Individually(individually, in before, in range);
        Asm.Bind(individually.Resume);
    }

    private void EmitOp(Block block, int number)
    {
        ref readonly MicroOp op = ref CollectionsMarshal.AsSpan(block.Ops)[number];
        if (op.IsDeferred)
        {
            emission.Registers.Defer(in op);
            return;
        }
        if (op.IsFloatOperation && !emission.FloatReady)
            EmitFloatGuard(block, in op);
        if (emission.Numbers.Concerns(in op))
            emission.Numbers.Resolve();
        if (op.Opcode is >= MicroOpcode.ReadFlags and <= MicroOpcode.ClearFlags)
            FlagOps.Emit(emission, in op);
        else if (op.IsFloatOperation && op.Opcode is not (MicroOpcode.FloatLoad or MicroOpcode.FloatStore))
            FloatOps.Emit(emission, in op);
        else if (op.Opcode is >= MicroOpcode.Load and <= MicroOpcode.StoreConditional)
            MemoryOps.Emit(emission, in op);
        else if (op.Opcode is MicroOpcode.ReadRegister or MicroOpcode.ExchangeRegister)
            RegisterOps.Emit(emission, in op);
        else if (op.Opcode == MicroOpcode.Interpret)
            EmitInterpret(in op);
        else
            IntegerOps.Emit(emission, in op);
        Track(in op);
    }

    private void Track(in MicroOp op)
    {
        emission.Registers.Complete(op.Use.Writes, emission.Result);
        emission.Result = ResultKind.Full;
        uint floats = (uint)(op.Use.Writes >> 32);
        bool isSingle = op.Opcode switch
        {
            MicroOpcode.FloatConvert => op.FloatSize == 8,
            MicroOpcode.FloatLoad => op.Size == 4,
            MicroOpcode.Interpret => false,
            _ => op.FloatSize == 4,
        };
        bool isLookedAtLater = op.Opcode is >= MicroOpcode.FloatAdd and <= MicroOpcode.FloatSquareRoot && op.FloatSize == 8;
        if (!isLookedAtLater)
            emission.Numbers.Overwritten(floats);
        emission.Boxed = isSingle ? emission.Boxed | floats : emission.Boxed & ~floats;
    }

    private void EmitInterpret(in MicroOp op)
    {
        FloatOps.Interpret(emission, in op);
        // It may have been an instruction of the floating-point unit; the guard is cheap.
        emission.FloatReady = false;
    }

    // Once in a block: the unit is on and dirty, and frm says nearest-even. Nothing in a block can change that but what is interpreted.
    private void EmitFloatGuard(Block block, in MicroOp op)
    {
        ulong pc = emission.Region.VirtualPage + op.PageOffset;
        emission.CompareFloatState();
        Asm.JumpIf(Condition.NotEqual, emission.Detour(DetourKind.Interpret, pc, block.Instructions - op.Index));
        emission.FloatReady = true;
    }
}
