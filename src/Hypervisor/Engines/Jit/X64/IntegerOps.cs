using Trapline.Hypervisor.Engines.Jit.Ir;

namespace Trapline.Hypervisor.Engines.Jit.X64;

/// <summary>Emits arithmetic on integer registers. Scratch: RAX, RCX, RDX.</summary>
internal static class IntegerOps
{
    /// <summary>Emits one operation.</summary>
    public static void Emit(Emission e, in MicroOp op)
    {
        switch (op.Opcode)
        {
            case MicroOpcode.Constant: EmitConstant(e, in op); break;
            case MicroOpcode.Add: EmitAdd(e, in op); break;
            case MicroOpcode.Subtract when op.HasImmediate: EmitAdd(e, op with { Immediate = -op.Immediate }); break;
            case MicroOpcode.Subtract: EmitAlu(e, in op, Alu.Subtract, commutes: false); break;
            case MicroOpcode.And: EmitAlu(e, in op, Alu.And, commutes: true); break;
            case MicroOpcode.Or: EmitAlu(e, in op, Alu.Or, commutes: true); break;
            case MicroOpcode.Xor: EmitAlu(e, in op, Alu.Xor, commutes: true); break;
            case MicroOpcode.AndNot or MicroOpcode.OrNot or MicroOpcode.ExclusiveNor: EmitInverted(e, in op); break;
            case MicroOpcode.AddWord: EmitWord(e, in op, Alu.Add, commutes: true); break;
            case MicroOpcode.SubtractWord: EmitWord(e, in op, Alu.Subtract, commutes: false); break;
            case MicroOpcode.ShiftLeft: EmitShift(e, in op, Shift.Left, wide: true); break;
            case MicroOpcode.ShiftRight: EmitShift(e, in op, Shift.Right, wide: true); break;
            case MicroOpcode.ShiftRightArithmetic: EmitShift(e, in op, Shift.RightArithmetic, wide: true); break;
            case MicroOpcode.ShiftLeftWord: EmitShift(e, in op, Shift.Left, wide: false); break;
            case MicroOpcode.ShiftRightWord: EmitShift(e, in op, Shift.Right, wide: false); break;
            case MicroOpcode.ShiftRightArithmeticWord: EmitShift(e, in op, Shift.RightArithmetic, wide: false); break;
            case MicroOpcode.RotateLeft: EmitRotate(e, in op, Shift.RotateLeft, wide: true); break;
            case MicroOpcode.RotateRight: EmitRotate(e, in op, Shift.RotateRight, wide: true); break;
            case MicroOpcode.RotateLeftWord: EmitRotate(e, in op, Shift.RotateLeft, wide: false); break;
            case MicroOpcode.RotateRightWord: EmitRotate(e, in op, Shift.RotateRight, wide: false); break;
            case MicroOpcode.SetLess: EmitSet(e, in op, Condition.Less); break;
            case MicroOpcode.SetLessUnsigned: EmitSet(e, in op, Condition.Below); break;
            case MicroOpcode.Minimum: EmitSelect(e, in op, Condition.Less); break;
            case MicroOpcode.Maximum: EmitSelect(e, in op, Condition.Greater); break;
            case MicroOpcode.MinimumUnsigned: EmitSelect(e, in op, Condition.Below); break;
            case MicroOpcode.MaximumUnsigned: EmitSelect(e, in op, Condition.Above); break;
            case >= MicroOpcode.Multiply and <= MicroOpcode.RemainderUnsignedWord: MultiplyOps.Emit(e, in op); break;
            case MicroOpcode.ShiftAdd or MicroOpcode.ShiftAddUnsignedWord: EmitShiftAdd(e, in op); break;
            case MicroOpcode.ShiftLeftUnsignedWord: EmitShiftLeftUnsignedWord(e, in op); break;
            case >= MicroOpcode.BitClear and <= MicroOpcode.BitSet: EmitBit(e, in op); break;
            default: EmitUnary(e, in op); break;
        }
    }

    /// <summary>Compares two registers, or a register with an immediate, for a condition to follow.</summary>
    public static void Compare(Emission e, int a, int b, bool hasImmediate, int immediate)
    {
        FloatAssembler asm = e.Assembler;
        if (!hasImmediate && b == 0)
        {
            hasImmediate = true;
            immediate = 0;
        }
        Gpr own = a == 0 ? Gpr.None : e.Map.Integer(a);
        if (hasImmediate && own == Gpr.None && a != 0)
        {
            asm.Apply(Alu.Compare, StateLayout.Integer(a), immediate);
            return;
        }
        Gpr left = e.Source(a, Gpr.Rax);
        if (!hasImmediate)
            Apply(e, Alu.Compare, left, b, wide: true);
        else if (immediate == 0)
            asm.Test(left, left);
        else
            asm.Apply(Alu.Compare, left, immediate);
    }

    // Operand B in a register or straight from memory.
    private static void Apply(Emission e, Alu operation, Gpr to, int register, bool wide)
    {
        Gpr own = register == 0 ? Gpr.None : e.Map.Integer(register);
        if (own != Gpr.None)
            e.Assembler.Apply(operation, to, own, wide);
        else if (register == 0)
            e.Assembler.Apply(operation, to, 0, wide);
        else
            e.Assembler.Apply(operation, to, StateLayout.Integer(register), wide);
    }

    private static void EmitConstant(Emission e, in MicroOp op)
    {
        Gpr own = e.Map.Integer(op.Rd);
        if (own != Gpr.None)
            e.Assembler.MoveConstant(own, op.Immediate);
        else if (op.Immediate is >= int.MinValue and <= int.MaxValue)
            e.Assembler.StoreConstant(StateLayout.Integer(op.Rd), (int)op.Immediate, 8);
        else
        {
            e.Assembler.MoveConstant(Gpr.Rax, op.Immediate);
            e.Finish(op.Rd, Gpr.Rax);
        }
    }

    private static void EmitAdd(Emission e, in MicroOp op)
    {
        FloatAssembler asm = e.Assembler;
        Gpr target = e.Target(op.Rd);
        if (op.HasImmediate)
        {
            if (op.Immediate is < int.MinValue or > int.MaxValue)
            {
                // Only the negation of int.MinValue.
                e.Fetch(Gpr.Rcx, op.Ra);
                asm.MoveConstant(Gpr.Rax, op.Immediate);
                asm.Apply(Alu.Add, Gpr.Rax, Gpr.Rcx);
                e.Finish(op.Rd, Gpr.Rax);
                return;
            }
            Gpr from = e.Source(op.Ra, target);
            if (op.Immediate == 0)
                asm.Move(target, from);
            else if (from == target)
                asm.Apply(Alu.Add, target, (int)op.Immediate);
            else
                asm.LoadAddress(target, new Mem(from, (int)op.Immediate));
            e.Finish(op.Rd, target);
            return;
        }
        Gpr a = op.Ra == 0 ? Gpr.None : e.Map.Integer(op.Ra);
        Gpr b = e.Map.Integer(op.Rb);
        if (a != Gpr.None && b != Gpr.None && target != a && target != b)
        {
            asm.LoadAddress(target, new Mem(a, 0, b));
            e.Finish(op.Rd, target);
            return;
        }
        if (op.Ra == 0)
        {
            e.Fetch(target, op.Rb);
            e.Finish(op.Rd, target);
            return;
        }
        EmitAlu(e, in op, Alu.Add, commutes: true);
    }

    private static void EmitAlu(Emission e, in MicroOp op, Alu operation, bool commutes)
    {
        Gpr target = Combine(e, in op, operation, commutes, wide: true);
        e.Finish(op.Rd, target);
    }

    private static void EmitWord(Emission e, in MicroOp op, Alu operation, bool commutes)
    {
        FloatAssembler asm = e.Assembler;
        Gpr target = e.Target(op.Rd);
        if (op.HasImmediate && op.Immediate == 0)
        {
            Gpr from = e.Source(op.Ra, Gpr.Rax);
            asm.SignExtend32(target, from);
        }
        else
        {
            // LEA saves a move: only the low halves matter.
            Gpr a = op.Ra == 0 ? Gpr.None : e.Map.Integer(op.Ra);
            Gpr b = op.HasImmediate || op.Rb == 0 ? Gpr.None : e.Map.Integer(op.Rb);
            Gpr sum = Gpr.Rax;
            if (operation == Alu.Add && a != Gpr.None && a != target && op.HasImmediate)
                asm.LoadAddress(sum, new Mem(a, (int)op.Immediate), wide: false);
            else if (operation == Alu.Add && a != Gpr.None && b != Gpr.None && a != target && b != target)
                asm.LoadAddress(sum, new Mem(a, 0, b), wide: false);
            else
                sum = Combine(e, in op, operation, commutes, wide: false);
            asm.SignExtend32(target, sum);
        }
        e.Finish(op.Rd, target);
    }

    private static Gpr Combine(Emission e, in MicroOp op, Alu operation, bool commutes, bool wide)
    {
        FloatAssembler asm = e.Assembler;
        Gpr target = e.Target(op.Rd);
        if (op.HasImmediate)
        {
            e.Fetch(target, op.Ra);
            asm.Apply(operation, target, (int)op.Immediate, wide);
            return target;
        }
        Gpr b = op.Rb == 0 ? Gpr.None : e.Map.Integer(op.Rb);
        if (b == target && op.Ra != op.Rb)
        {
            if (commutes)
            {
                Apply(e, operation, target, op.Ra, wide);
                return target;
            }
            e.Fetch(Gpr.Rax, op.Ra);
            asm.Apply(operation, Gpr.Rax, b, wide);
            return Gpr.Rax;
        }
        e.Fetch(target, op.Ra);
        Apply(e, operation, target, op.Rb, wide);
        return target;
    }

    private static void EmitInverted(Emission e, in MicroOp op)
    {
        FloatAssembler asm = e.Assembler;
        if (op.HasImmediate)
            asm.MoveConstant(Gpr.Rcx, op.Immediate);
        else
            e.Fetch(Gpr.Rcx, op.Rb);
        if (op.Opcode == MicroOpcode.AndNot)
        {
            asm.AndNot(Gpr.Rax, Gpr.Rcx, e.Source(op.Ra, Gpr.Rdx));
        }
        else
        {
            asm.Not(Gpr.Rcx);
            e.Fetch(Gpr.Rax, op.Ra);
            asm.Apply(op.Opcode == MicroOpcode.OrNot ? Alu.Or : Alu.Xor, Gpr.Rax, Gpr.Rcx);
        }
        e.Finish(op.Rd, Gpr.Rax);
    }

    private static void EmitShift(Emission e, in MicroOp op, Shift operation, bool wide)
    {
        FloatAssembler asm = e.Assembler;
        Gpr target = e.Target(op.Rd);
        bool extend = !wide;
        if (op.HasImmediate)
        {
            int count = (int)op.Immediate & (wide ? 63 : 31);
            if (!wide && operation == Shift.RightArithmetic)
            {
                // Extended first, the wide shift leaves it so.
                asm.SignExtend32(target, e.Source(op.Ra, Gpr.Rax));
                extend = false;
                wide = true;
            }
            else
            {
                e.Fetch(target, op.Ra);
                // Zeros come in from the left.
                extend &= operation != Shift.Right || count == 0;
            }
            if (count != 0)
                asm.ShiftBy(operation, target, count, wide);
        }
        else
        {
            asm.ShiftInto(operation, target, e.Source(op.Ra, Gpr.Rax), e.Source(op.Rb, Gpr.Rcx), wide);
        }
        if (extend)
            asm.SignExtend32(target, target);
        e.Finish(op.Rd, target);
    }

    private static void EmitRotate(Emission e, in MicroOp op, Shift operation, bool wide)
    {
        FloatAssembler asm = e.Assembler;
        if (op.HasImmediate)
        {
            int count = (int)(operation == Shift.RotateLeft ? -op.Immediate : op.Immediate) & (wide ? 63 : 31);
            Gpr target = wide ? e.Target(op.Rd) : Gpr.Rax;
            asm.RotateRightInto(target, e.Source(op.Ra, Gpr.Rax), count, wide);
            if (!wide)
            {
                target = e.Target(op.Rd);
                asm.SignExtend32(target, Gpr.Rax);
            }
            e.Finish(op.Rd, target);
            return;
        }
        e.Fetch(Gpr.Rcx, op.Rb);
        e.Fetch(Gpr.Rax, op.Ra);
        asm.ShiftByCl(operation, Gpr.Rax, wide);
        if (!wide)
            asm.SignExtend32(Gpr.Rax, Gpr.Rax);
        e.Finish(op.Rd, Gpr.Rax);
    }

    private static void EmitSet(Emission e, in MicroOp op, Condition condition)
    {
        Compare(e, op.Ra, op.Rb, op.HasImmediate, (int)op.Immediate);
        e.Assembler.SetIf(condition, Gpr.Rax);
        Gpr target = e.Target(op.Rd);
        e.Assembler.ZeroExtend8(target, Gpr.Rax);
        e.Finish(op.Rd, target);
    }

    private static void EmitSelect(Emission e, in MicroOp op, Condition keepsFirst)
    {
        Gpr a = e.Source(op.Ra, Gpr.Rcx);
        e.Fetch(Gpr.Rax, op.Rb);
        e.Assembler.Apply(Alu.Compare, a, Gpr.Rax);
        e.Assembler.MoveIf(keepsFirst, Gpr.Rax, a);
        e.Finish(op.Rd, Gpr.Rax);
    }

    private static void EmitShiftAdd(Emission e, in MicroOp op)
    {
        FloatAssembler asm = e.Assembler;
        Gpr a = e.Source(op.Ra, Gpr.Rax);
        if (op.Opcode == MicroOpcode.ShiftAddUnsignedWord)
        {
            asm.Move32(Gpr.Rax, a);
            a = Gpr.Rax;
        }
        Gpr b = e.Source(op.Rb, Gpr.Rcx);
        Gpr target = e.Target(op.Rd);
        asm.LoadAddress(target, new Mem(b, 0, a, op.Shift));
        e.Finish(op.Rd, target);
    }

    private static void EmitShiftLeftUnsignedWord(Emission e, in MicroOp op)
    {
        Gpr target = e.Target(op.Rd);
        e.Assembler.Move32(target, e.Source(op.Ra, Gpr.Rax));
        if (op.Immediate != 0)
            e.Assembler.ShiftBy(Shift.Left, target, (int)op.Immediate & 63);
        e.Finish(op.Rd, target);
    }

    private static void EmitBit(Emission e, in MicroOp op)
    {
        const int Test = 4;
        int number = op.Opcode switch
        {
            MicroOpcode.BitExtract => Test,
            MicroOpcode.BitSet => 5,
            MicroOpcode.BitClear => 6,
            _ => 7,
        };
        FloatAssembler asm = e.Assembler;
        if (op.HasImmediate)
        {
            e.Fetch(Gpr.Rax, op.Ra);
            asm.BitOperation(number, Gpr.Rax, (int)op.Immediate & 63);
        }
        else
        {
            Gpr bit = e.Source(op.Rb, Gpr.Rcx);
            e.Fetch(Gpr.Rax, op.Ra);
            asm.BitOperation(number, Gpr.Rax, bit);
        }
        if (number == Test)
        {
            asm.SetIf(Condition.Below, Gpr.Rax);
            asm.ZeroExtend8(Gpr.Rax, Gpr.Rax);
        }
        e.Finish(op.Rd, Gpr.Rax);
    }

    private static void EmitUnary(Emission e, in MicroOp op)
    {
        FloatAssembler asm = e.Assembler;
        Gpr a = e.Source(op.Ra, Gpr.Rax);
        Gpr target = e.Target(op.Rd);
        switch (op.Opcode)
        {
            case MicroOpcode.LeadingZeros: asm.CountLeadingZeros(target, a, wide: true); break;
            case MicroOpcode.LeadingZerosWord: asm.CountLeadingZeros(target, a, wide: false); break;
            case MicroOpcode.TrailingZeros: asm.CountTrailingZeros(target, a, wide: true); break;
            case MicroOpcode.TrailingZerosWord: asm.CountTrailingZeros(target, a, wide: false); break;
            case MicroOpcode.PopulationCount: asm.PopulationCount(target, a, wide: true); break;
            case MicroOpcode.PopulationCountWord: asm.PopulationCount(target, a, wide: false); break;
            case MicroOpcode.SignExtendByte:
                asm.Move(Gpr.Rax, a);
                asm.SignExtend8(target, Gpr.Rax);
                break;
            case MicroOpcode.SignExtendHalf: asm.SignExtend16(target, a); break;
            case MicroOpcode.ZeroExtendHalf: asm.ZeroExtend16(target, a); break;
            case MicroOpcode.ZeroExtendWord: asm.Move32(target, a); break;
            case MicroOpcode.ReverseBytes:
                asm.Move(target, a);
                asm.ReverseBytes(target);
                break;
            default: throw new InvariantViolatedException($"{op.Opcode} has an emitter");
        }
        e.Finish(op.Rd, target);
    }
}
