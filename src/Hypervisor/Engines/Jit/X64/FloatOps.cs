using Trapline.Hypervisor.Engines.Jit.Ir;

namespace Trapline.Hypervisor.Engines.Jit.X64;

/// <summary>
/// Emits floating-point arithmetic where the host's result and flags are the specified ones. Flags gather in MXCSR. A NaN that comes out
/// of an addition and the like becomes the canonical one, out of line; operands that are not NaN-boxed, and conversions out of range go to
/// the interpreter's meaning. The block has made sure that the rounding mode is nearest-even.
/// </summary>
internal static class FloatOps
{
    /// <summary>Emits one operation.</summary>
    public static void Emit(Emission e, in MicroOp op)
    {
        // Nothing of an operation on doubles goes elsewhere.
        if (IsDouble(in op) && op.Opcode <= MicroOpcode.FloatSquareRoot)
        {
            EmitPlain(e, in op, default);
            return;
        }
        (Label slow, Label resume) = e.SlowPath(in op);
        switch (op.Opcode)
        {
            case <= MicroOpcode.FloatSquareRoot: EmitPlain(e, in op, slow); break;
            case >= MicroOpcode.FusedMultiplyAdd and <= MicroOpcode.NegatedMultiplyAdd: EmitFused(e, in op, slow); break;
            case >= MicroOpcode.SignCopy and <= MicroOpcode.SignExclusiveOr: EmitSign(e, in op, slow); break;
            case MicroOpcode.FloatMinimum or MicroOpcode.FloatMaximum: EmitExtreme(e, in op, slow); break;
            case >= MicroOpcode.FloatEqual and <= MicroOpcode.FloatLessEqual: EmitCompare(e, in op, slow); break;
            case MicroOpcode.FloatToInteger: EmitToInteger(e, in op, slow); break;
            case MicroOpcode.FloatFromInteger: EmitFromInteger(e, in op); break;
            case MicroOpcode.FloatConvert: EmitConvert(e, in op, slow); break;
            case MicroOpcode.MoveFloatToInteger: EmitMoveToInteger(e, in op); break;
            default: EmitMoveFromInteger(e, in op); break;
        }
        e.Assembler.Bind(resume);
    }

    /// <summary>Calls the interpreter's meaning.</summary>
    public static void Interpret(Emission e, in MicroOp op)
    {
        (Label slow, Label resume) = e.SlowPath(in op);
        e.Assembler.Jump(slow);
        e.Assembler.Bind(resume);
    }

    private static bool IsDouble(in MicroOp op) => op.FloatSize == 8;

    // An operand of the operation's format; singles must be boxed.
    private static Xmm Operand(Emission e, int register, Xmm scratch, in MicroOp op, Label slow)
    {
        Xmm value = e.Source(register, scratch);
        if (IsDouble(in op) || (e.Boxed & (1u << register)) != 0)
            return value;
        e.Assembler.MoveBits(Gpr.Rax, value, wide: true);
        e.Assembler.ShiftBy(Shift.RightArithmetic, Gpr.Rax, 32);
        e.Assembler.Apply(Alu.Compare, Gpr.Rax, -1);
        e.Assembler.JumpIf(Condition.NotEqual, slow);
        // Not known to be boxed from here on: the slow path comes back too.
        return value;
    }

    // X0 holds the result, unless it is a NaN.
    private static void FinishNumber(Emission e, in MicroOp op, Label slow)
    {
        e.Assembler.CompareQuiet(Xmm.X0, Xmm.X0, IsDouble(in op));
        e.Assembler.JumpIf(Condition.Parity, slow);
        Finish(e, in op, IsDouble(in op));
    }

    private static void Finish(Emission e, in MicroOp op, bool isDouble)
    {
        if (!isDouble)
            e.Assembler.Logic(VectorLogic.Or, Xmm.X0, Xmm.X0, StateLayout.Word(EngineWord.Box));
        e.Finish(op.Rd, Xmm.X0);
    }

    private static void EmitPlain(Emission e, in MicroOp op, Label slow)
    {
        FloatOpcode operation = op.Opcode switch
        {
            MicroOpcode.FloatAdd => FloatOpcode.Add,
            MicroOpcode.FloatSubtract => FloatOpcode.Subtract,
            MicroOpcode.FloatMultiply => FloatOpcode.Multiply,
            MicroOpcode.FloatDivide => FloatOpcode.Divide,
            _ => FloatOpcode.SquareRoot,
        };
        bool isDouble = IsDouble(in op);
        Xmm a = Operand(e, op.Ra, Xmm.X1, in op, slow);
        Xmm b = operation == FloatOpcode.SquareRoot ? a : Operand(e, op.Rb, Xmm.X2, in op, slow);
        Xmm own = e.Map.Float(op.Rd);
        Xmm target = own == Xmm.None ? Xmm.X0 : own;
        e.Assembler.FloatApply(operation, target, a, b, isDouble);
        if (isDouble && own != Xmm.None)
        {
            e.Numbers.Computed(op.Rd, op.Ra, operation == FloatOpcode.SquareRoot ? op.Ra : op.Rb);
            return;
        }
        if (!isDouble)
            e.Assembler.Logic(VectorLogic.Or, target, target, StateLayout.Word(EngineWord.Box));
        (Label notNumber, Label number) = e.Canonicalize(target, isDouble);
        e.Assembler.CompareQuiet(target, target, isDouble);
        e.Assembler.JumpIf(Condition.Parity, notNumber);
        e.Assembler.Bind(number);
        e.Finish(op.Rd, target);
    }

    private static void EmitFused(Emission e, in MicroOp op, Label slow)
    {
        Xmm a = Operand(e, op.Ra, Xmm.X0, in op, slow);
        Xmm b = Operand(e, op.Rb, Xmm.X1, in op, slow);
        Xmm c = Operand(e, op.Rc, Xmm.X2, in op, slow);
        FusedOpcode opcode = op.Opcode switch
        {
            MicroOpcode.FusedMultiplyAdd => FusedOpcode.MultiplyAdd,
            MicroOpcode.FusedMultiplySubtract => FusedOpcode.MultiplySubtract,
            MicroOpcode.NegatedMultiplySubtract => FusedOpcode.NegatedMultiplyAdd,
            _ => FusedOpcode.NegatedMultiplySubtract,
        };
        e.Assembler.MoveVector(Xmm.X0, a);
        e.Assembler.Fused(opcode, Xmm.X0, b, c, IsDouble(in op));
        FinishNumber(e, in op, slow);
    }

    private static void EmitSign(Emission e, in MicroOp op, Label slow)
    {
        if (op.Ra == op.Rb)
            EmitOwnSign(e, in op, slow);
        else
            EmitOtherSign(e, in op, slow);
    }

    // FMV, FNEG, FABS.
    private static void EmitOwnSign(Emission e, in MicroOp op, Label slow)
    {
        Xmm a = Operand(e, op.Ra, Xmm.X1, in op, slow);
        Mem sign = StateLayout.Word(IsDouble(in op) ? EngineWord.DoubleSign : EngineWord.SingleSign);
        switch (op.Opcode)
        {
            case MicroOpcode.SignCopy:
                e.Finish(op.Rd, a);
                break;
            case MicroOpcode.SignCopyNegated:
                e.Assembler.Logic(VectorLogic.Xor, Xmm.X0, a, in sign);
                e.Finish(op.Rd, Xmm.X0);
                break;
            default:
                e.Assembler.LoadFloat(Xmm.X0, in sign, isDouble: true);
                e.Assembler.Logic(VectorLogic.AndNot, Xmm.X0, Xmm.X0, a);
                e.Finish(op.Rd, Xmm.X0);
                break;
        }
    }

    private static void EmitOtherSign(Emission e, in MicroOp op, Label slow)
    {
        FloatAssembler asm = e.Assembler;
        Xmm a = Operand(e, op.Ra, Xmm.X1, in op, slow);
        Xmm b = Operand(e, op.Rb, Xmm.X2, in op, slow);
        Mem sign = StateLayout.Word(IsDouble(in op) ? EngineWord.DoubleSign : EngineWord.SingleSign);
        if (op.Opcode == MicroOpcode.SignExclusiveOr)
        {
            asm.Logic(VectorLogic.And, Xmm.X0, b, in sign);
            asm.Logic(VectorLogic.Xor, Xmm.X0, Xmm.X0, a);
        }
        else
        {
            asm.Logic(op.Opcode == MicroOpcode.SignCopy ? VectorLogic.And : VectorLogic.AndNot, Xmm.X2, b, in sign);
            asm.LoadFloat(Xmm.X0, in sign, isDouble: true);
            asm.Logic(VectorLogic.AndNot, Xmm.X0, Xmm.X0, a);
            asm.Logic(VectorLogic.Or, Xmm.X0, Xmm.X0, Xmm.X2);
        }
        e.Finish(op.Rd, Xmm.X0);
    }

    // NaN is for the interpreter. Of equal operands the host takes the second one: zeros of both signs give the right one if both orders are tried.
    private static void EmitExtreme(Emission e, in MicroOp op, Label slow)
    {
        FloatAssembler asm = e.Assembler;
        bool least = op.Opcode == MicroOpcode.FloatMinimum;
        FloatOpcode operation = least ? FloatOpcode.Minimum : FloatOpcode.Maximum;
        Xmm a = Operand(e, op.Ra, Xmm.X1, in op, slow);
        Xmm b = Operand(e, op.Rb, Xmm.X2, in op, slow);
        asm.CompareQuiet(a, b, IsDouble(in op));
        asm.JumpIf(Condition.Parity, slow);
        asm.FloatApply(operation, Xmm.X0, a, b, IsDouble(in op));
        asm.FloatApply(operation, Xmm.X1, b, a, IsDouble(in op));
        asm.Logic(least ? VectorLogic.Or : VectorLogic.And, Xmm.X0, Xmm.X0, Xmm.X1);
        Finish(e, in op, IsDouble(in op));
    }

    // Unordered sets CF, ZF and PF: "above" is false for NaN, so the operands of less-than are exchanged.
    private static void EmitCompare(Emission e, in MicroOp op, Label slow)
    {
        FloatAssembler asm = e.Assembler;
        Xmm a = Operand(e, op.Ra, Xmm.X1, in op, slow);
        Xmm b = Operand(e, op.Rb, Xmm.X2, in op, slow);
        if (op.Opcode == MicroOpcode.FloatEqual)
        {
            asm.CompareQuiet(a, b, IsDouble(in op));
            asm.SetIf(Condition.Equal, Gpr.Rax);
            asm.SetIf(Condition.NotParity, Gpr.Rcx);
            asm.Apply(Alu.And, Gpr.Rax, Gpr.Rcx, wide: false);
        }
        else
        {
            asm.CompareSignaling(b, a, IsDouble(in op));
            asm.SetIf(op.Opcode == MicroOpcode.FloatLess ? Condition.Above : Condition.AboveEqual, Gpr.Rax);
        }
        asm.ZeroExtend8(Gpr.Rax, Gpr.Rax);
        e.Finish(op.Rd, Gpr.Rax, ResultKind.Word);
    }

    // Out of range and NaN give the most negative integer.
    private static void EmitToInteger(Emission e, in MicroOp op, Label slow)
    {
        const byte TowardZero = 1;
        FloatAssembler asm = e.Assembler;
        bool wide = op.Size == 8;
        Xmm a = Operand(e, op.Ra, Xmm.X1, in op, slow);
        asm.ToInteger(Gpr.Rcx, a, IsDouble(in op), wide, op.Rounding == TowardZero);
        // Only for the most negative value does subtracting one overflow.
        asm.Apply(Alu.Compare, Gpr.Rcx, 1, wide);
        asm.JumpIf(Condition.Overflow, slow);
        e.Finish(op.Rd, Gpr.Rcx, wide ? ResultKind.Full : ResultKind.LazyWord);
    }

    private static void EmitFromInteger(Emission e, in MicroOp op)
    {
        FloatAssembler asm = e.Assembler;
        Gpr a = e.Source(op.Ra, Gpr.Rax);
        bool wide = op.Size == 8;
        if (!op.IsSigned)
        {
            asm.Move32(Gpr.Rax, a);
            a = Gpr.Rax;
            wide = true;
        }
        // Without it the conversion would wait for the register's last use.
        asm.Logic(VectorLogic.Xor, Xmm.X0, Xmm.X0, Xmm.X0);
        asm.FromInteger(Xmm.X0, a, IsDouble(in op), wide);
        Finish(e, in op, IsDouble(in op));
    }

    private static void EmitConvert(Emission e, in MicroOp op, Label slow)
    {
        bool fromDouble = IsDouble(in op);
        Xmm a = Operand(e, op.Ra, Xmm.X1, in op, slow);
        e.Assembler.MoveVector(Xmm.X0, a);
        e.Assembler.ConvertFormat(Xmm.X0, a, fromDouble);
        e.Assembler.CompareQuiet(Xmm.X0, Xmm.X0, !fromDouble);
        e.Assembler.JumpIf(Condition.Parity, slow);
        Finish(e, in op, !fromDouble);
    }

    private static void EmitMoveToInteger(Emission e, in MicroOp op)
    {
        e.Assembler.MoveBits(Gpr.Rax, e.Source(op.Ra, Xmm.X1), IsDouble(in op));
        e.Finish(op.Rd, Gpr.Rax, IsDouble(in op) ? ResultKind.Full : ResultKind.LazyWord);
    }

    private static void EmitMoveFromInteger(Emission e, in MicroOp op)
    {
        e.Assembler.MoveBits(Xmm.X0, e.Source(op.Ra, Gpr.Rax), IsDouble(in op));
        Finish(e, in op, IsDouble(in op));
    }
}
