using Trapline.Hypervisor.Engines.Jit.Ir;

namespace Trapline.Hypervisor.Engines.Jit.X64;

/// <summary>
/// Emits atomics, once the place is known. The host's locked instructions order everything, whatever the guest's aq and rl bits say. A reservation is
/// what the interpreter makes of it: the place, the value that was read there, and the size; SC compares and exchanges.
/// </summary>
internal static class AtomicOps
{
    private const uint ReleaseBit = 1u << 25;

    /// <summary>Emits one operation. RAX, RCX and RDX are used; the place may refer to RAX and RCX.</summary>
    public static void EmitAt(Emission e, in MicroOp op, in Mem at)
    {
        switch (op.Opcode)
        {
            case MicroOpcode.AtomicSwap or MicroOpcode.AtomicAdd: EmitExchange(e, in op, in at); break;
            case MicroOpcode.LoadReserved: EmitLoadReserved(e, in op, in at); break;
            case MicroOpcode.StoreConditional: EmitStoreConditional(e, in op, in at); break;
            case <= MicroOpcode.AtomicXor when op.Rd == Memory.RegisterFile.Discard:
                e.Fetch(Gpr.Rdx, op.Rb);
                e.Assembler.ApplyLocked(LogicOf(op.Opcode), in at, Gpr.Rdx, op.Size == 8);
                break;
            default: EmitLoop(e, in op, in at); break;
        }
    }

    private static void EmitExchange(Emission e, in MicroOp op, in Mem at)
    {
        bool wide = op.Size == 8;
        e.Fetch(Gpr.Rdx, op.Rb);
        if (op.Opcode == MicroOpcode.AtomicAdd)
            e.Assembler.ExchangeAdd(in at, Gpr.Rdx, wide);
        else
            e.Assembler.Exchange(in at, Gpr.Rdx, wide);
        e.Finish(op.Rd, Gpr.Rdx, wide ? ResultKind.Full : ResultKind.LazyWord);
    }

    // Where the host gives no old value.
    private static void EmitLoop(Emission e, in MicroOp op, in Mem at)
    {
        FloatAssembler asm = e.Assembler;
        bool wide = op.Size == 8;
        Gpr operand = wide ? e.Registers.Full(op.Rb) : e.Registers.Host(op.Rb);
        asm.LoadAddress(Gpr.Rcx, in at);
        var place = new Mem(Gpr.Rcx, 0);
        asm.Load(Gpr.Rax, in place, op.Size, signed: false);
        Label again = asm.NewLabel();
        asm.Bind(again);
        Combine(asm, in op, operand, wide);
        asm.CompareExchange(in place, Gpr.Rdx, wide);
        asm.JumpIf(Condition.NotEqual, again);
        e.Finish(op.Rd, Gpr.Rax, wide ? ResultKind.Full : ResultKind.LazyWord);
    }

    // RDX := RAX combined with the operand, which lies in a host register or in memory.
    private static void Combine(FloatAssembler asm, in MicroOp op, Gpr operand, bool wide)
    {
        if (op.Opcode > MicroOpcode.AtomicXor)
        {
            if (op.Rb == 0)
                asm.MoveConstant(Gpr.Rdx, 0);
            else if (operand != Gpr.None)
                asm.Move(Gpr.Rdx, operand);
            else
                asm.Load(Gpr.Rdx, StateLayout.Integer(op.Rb), 8, false);
            asm.Apply(Alu.Compare, Gpr.Rax, Gpr.Rdx, wide);
            asm.MoveIf(ConditionOf(op.Opcode), Gpr.Rdx, Gpr.Rax);
            return;
        }
        Alu operation = LogicOf(op.Opcode);
        asm.Move(Gpr.Rdx, Gpr.Rax);
        if (op.Rb == 0)
            asm.Apply(operation, Gpr.Rdx, 0, wide);
        else if (operand != Gpr.None)
            asm.Apply(operation, Gpr.Rdx, operand, wide);
        else
            asm.Apply(operation, Gpr.Rdx, StateLayout.Integer(op.Rb), wide);
    }

    // A load acquires by itself on this host; that it comes after what stands before, as a release says, takes a fence.
    private static void EmitLoadReserved(Emission e, in MicroOp op, in Mem at)
    {
        FloatAssembler asm = e.Assembler;
        asm.LoadAddress(Gpr.Rcx, in at);
        if ((op.Raw & ReleaseBit) != 0)
            asm.FullFence();
        asm.Load(Gpr.Rax, new Mem(Gpr.Rcx, 0), op.Size, signed: true);
        asm.Store(StateLayout.Reservation, Gpr.Rcx, 8);
        asm.Store(StateLayout.ReservedValue, Gpr.Rax, 8);
        asm.StoreConstant(StateLayout.ReservationSize, op.Size, 8);
        e.Finish(op.Rd, Gpr.Rax, op.Size == 8 ? ResultKind.Full : ResultKind.Word);
    }

    // At the end ZF says whether it was stored: the jumps are taken only while it is clear.
    private static void EmitStoreConditional(Emission e, in MicroOp op, in Mem at)
    {
        FloatAssembler asm = e.Assembler;
        Label done = asm.NewLabel();
        asm.LoadAddress(Gpr.Rcx, in at);
        Gpr value = e.Source(op.Rb, Gpr.Rdx);
        asm.Apply(Alu.Compare, Gpr.Rcx, StateLayout.Reservation);
        asm.JumpIf(Condition.NotEqual, done);
        asm.Apply(Alu.Compare, StateLayout.ReservationSize, op.Size);
        asm.JumpIf(Condition.NotEqual, done);
        asm.Load(Gpr.Rax, StateLayout.ReservedValue, 8, false);
        asm.CompareExchange(new Mem(Gpr.Rcx, 0), value, op.Size == 8);
        asm.Bind(done);
        asm.StoreConstant(StateLayout.Reservation, 0, 8);
        asm.SetIf(Condition.NotEqual, Gpr.Rax);
        asm.ZeroExtend8(Gpr.Rax, Gpr.Rax);
        e.Finish(op.Rd, Gpr.Rax, ResultKind.Word);
    }

    private static Alu LogicOf(MicroOpcode opcode) => opcode switch
    {
        MicroOpcode.AtomicAnd => Alu.And,
        MicroOpcode.AtomicOr => Alu.Or,
        _ => Alu.Xor,
    };

    // When the old value stays.
    private static Condition ConditionOf(MicroOpcode opcode) => opcode switch
    {
        MicroOpcode.AtomicMinimum => Condition.Less,
        MicroOpcode.AtomicMaximum => Condition.Greater,
        MicroOpcode.AtomicMinimumUnsigned => Condition.Below,
        _ => Condition.Above,
    };
}
