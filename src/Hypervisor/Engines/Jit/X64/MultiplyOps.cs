using Trapline.Hypervisor.Engines.Jit.Ir;

namespace Trapline.Hypervisor.Engines.Jit.X64;

/// <summary>Emits multiplication and division.</summary>
internal static class MultiplyOps
{
    /// <summary>Emits one operation.</summary>
    public static void Emit(Emission e, in MicroOp op)
    {
        switch (op.Opcode)
        {
            case MicroOpcode.Multiply: EmitLow(e, in op, wide: true); break;
            case MicroOpcode.MultiplyWord: EmitLow(e, in op, wide: false); break;
            case MicroOpcode.MultiplyHigh:
                e.Fetch(Gpr.Rax, op.Ra);
                e.Assembler.MultiplySignedHigh(e.Source(op.Rb, Gpr.Rcx));
                e.Finish(op.Rd, Gpr.Rdx);
                break;
            case MicroOpcode.MultiplyHighUnsigned:
                e.Fetch(Gpr.Rdx, op.Ra);
                e.Assembler.MultiplyInto(Gpr.Rdx, Gpr.Rax, e.Source(op.Rb, Gpr.Rcx));
                e.Finish(op.Rd, Gpr.Rdx);
                break;
            case MicroOpcode.MultiplyHighMixed: EmitMixed(e, in op); break;
            case MicroOpcode.Divide: EmitDivide(e, in op, signed: true, wide: true, remainder: false); break;
            case MicroOpcode.DivideUnsigned: EmitDivide(e, in op, signed: false, wide: true, remainder: false); break;
            case MicroOpcode.Remainder: EmitDivide(e, in op, signed: true, wide: true, remainder: true); break;
            case MicroOpcode.RemainderUnsigned: EmitDivide(e, in op, signed: false, wide: true, remainder: true); break;
            case MicroOpcode.DivideWord: EmitDivide(e, in op, signed: true, wide: false, remainder: false); break;
            case MicroOpcode.DivideUnsignedWord: EmitDivide(e, in op, signed: false, wide: false, remainder: false); break;
            case MicroOpcode.RemainderWord: EmitDivide(e, in op, signed: true, wide: false, remainder: true); break;
            default: EmitDivide(e, in op, signed: false, wide: false, remainder: true); break;
        }
    }

    private static void EmitLow(Emission e, in MicroOp op, bool wide)
    {
        FloatAssembler asm = e.Assembler;
        Gpr target = e.Target(op.Rd);
        Gpr b = wide ? e.Source(op.Rb, Gpr.Rcx) : e.SourceLow(op.Rb, Gpr.Rcx);
        Gpr a = wide ? e.Source(op.Ra, Gpr.Rdx) : e.SourceLow(op.Ra, Gpr.Rdx);
        if (b == target)
        {
            asm.Multiply(target, a, wide);
        }
        else
        {
            asm.Move(target, a);
            asm.Multiply(target, b, wide);
        }
        e.Finish(op.Rd, target, wide ? ResultKind.Full : ResultKind.LazyWord);
    }

    // As signed, a is a - 2^64 when its top bit is set: the product then has b less in its high half.
    private static void EmitMixed(Emission e, in MicroOp op)
    {
        FloatAssembler asm = e.Assembler;
        Gpr b = e.Source(op.Rb, Gpr.Rcx);
        e.Fetch(Gpr.Rdx, op.Ra);
        asm.Move(Gpr.Rax, Gpr.Rdx);
        asm.ShiftBy(Shift.RightArithmetic, Gpr.Rax, 63);
        asm.Apply(Alu.And, Gpr.Rax, b);
        asm.Push(Gpr.Rax);
        asm.MultiplyInto(Gpr.Rdx, Gpr.Rax, b);
        asm.Pop(Gpr.Rax);
        asm.Apply(Alu.Subtract, Gpr.Rdx, Gpr.Rax);
        e.Finish(op.Rd, Gpr.Rdx);
    }

    // Division by zero gives all ones and leaves the dividend; the divisor -1 is a negation, which cannot overflow the host.
    private static void EmitDivide(Emission e, in MicroOp op, bool signed, bool wide, bool remainder)
    {
        FloatAssembler asm = e.Assembler;
        Label special = asm.NewLabel();
        Label minusOne = asm.NewLabel();
        Label done = asm.NewLabel();
        e.Fetch(Gpr.Rcx, op.Rb);
        e.Fetch(Gpr.Rax, op.Ra);
        if (signed)
        {
            asm.LoadAddress(Gpr.Rdx, new Mem(Gpr.Rcx, 1), wide);
            asm.Apply(Alu.Compare, Gpr.Rdx, 1, wide);
            asm.JumpIf(Condition.BelowEqual, special);
            asm.SignExtendAccumulator(wide);
        }
        else
        {
            asm.Test(Gpr.Rcx, Gpr.Rcx, wide);
            asm.JumpIf(Condition.Equal, special);
            asm.MoveConstant(Gpr.Rdx, 0);
        }
        asm.Divide(Gpr.Rcx, signed, wide);
        if (remainder)
            asm.Move(Gpr.Rax, Gpr.Rdx);
        asm.Jump(done);
        asm.Bind(special);
        if (signed)
        {
            asm.Test(Gpr.Rcx, Gpr.Rcx, wide);
            asm.JumpIf(Condition.NotEqual, minusOne);
        }
        if (!remainder)
            asm.MoveConstant(Gpr.Rax, -1);
        if (signed)
        {
            asm.Jump(done);
            asm.Bind(minusOne);
            if (remainder)
                asm.MoveConstant(Gpr.Rax, 0);
            else
                asm.Negate(Gpr.Rax, wide);
        }
        asm.Bind(done);
        e.Finish(op.Rd, Gpr.Rax, wide ? ResultKind.Full : ResultKind.LazyWord);
    }
}
