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
            case MicroOpcode.And: EmitLogic(e, in op, Alu.And); break;
            case MicroOpcode.Or: EmitLogic(e, in op, Alu.Or); break;
            case MicroOpcode.Xor: EmitLogic(e, in op, Alu.Xor); break;
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
        // Sign-extended words compare as words do, with a sign and without.
        bool wide = !(e.Registers.IsWord(a) && (hasImmediate || e.Registers.IsWord(b)));
        Gpr own = wide ? e.Registers.Full(a) : e.Registers.Host(a);
        if (hasImmediate && own == Gpr.None && a != 0)
        {
            asm.Apply(Alu.Compare, StateLayout.Integer(a), immediate);
            return;
        }
        Gpr left = own != Gpr.None ? own : e.Source(a, Gpr.Rax);
        if (!hasImmediate)
            Apply(e, Alu.Compare, left, b, wide);
        else if (immediate == 0)
            asm.Test(left, left, wide);
        else
            asm.Apply(Alu.Compare, left, immediate, wide);
    }

    // Operand B in a register or straight from memory.
    private static void Apply(Emission e, Alu operation, Gpr to, int register, bool wide)
    {
        Gpr own = wide ? e.Registers.Full(register) : e.Registers.Host(register);
        if (own != Gpr.None)
            e.Assembler.Apply(operation, to, own, wide);
        else if (register == 0)
            e.Assembler.Apply(operation, to, 0, wide);
        else
            e.Assembler.Apply(operation, to, StateLayout.Integer(register), wide);
    }

    private static void EmitConstant(Emission e, in MicroOp op)
    {
        bool isWord = op.Immediate is >= int.MinValue and <= int.MaxValue;
        Gpr own = e.Registers.Host(op.Rd);
        if (own != Gpr.None)
        {
            e.Assembler.MoveConstant(own, op.Immediate);
            e.Finish(op.Rd, own, isWord ? ResultKind.Word : ResultKind.Full);
        }
        else if (isWord)
        {
            e.Assembler.StoreConstant(StateLayout.Integer(op.Rd), (int)op.Immediate, 8);
        }
        else
        {
            e.Assembler.MoveConstant(Gpr.Rax, op.Immediate);
            e.Finish(op.Rd, Gpr.Rax);
        }
    }

    private static void EmitAdd(Emission e, in MicroOp op)
    {
        FloatAssembler asm = e.Assembler;
        if (op.HasImmediate ? op.Immediate == 0 : op.Ra == 0)
        {
            EmitMove(e, op.Rd, op.HasImmediate ? op.Ra : op.Rb);
            return;
        }
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
            if (from == target)
                asm.Apply(Alu.Add, target, (int)op.Immediate);
            else
                asm.LoadAddress(target, new Mem(from, (int)op.Immediate));
            e.Finish(op.Rd, target);
            return;
        }
        Gpr a = e.Registers.Full(op.Ra);
        Gpr b = e.Registers.Full(op.Rb);
        if (a != Gpr.None && b != Gpr.None && target != a && target != b)
        {
            asm.LoadAddress(target, new Mem(a, 0, b));
            e.Finish(op.Rd, target);
            return;
        }
        EmitAlu(e, in op, Alu.Add, commutes: true);
    }

    // What is known of the value stays known, and what is lazy stays so.
    private static void EmitMove(Emission e, int to, int from)
    {
        ResultKind kind = e.Registers.IsLazy(from) ? ResultKind.LazyWord : e.Registers.IsWord(from) ? ResultKind.Word : ResultKind.Full;
        Gpr target = e.Target(to);
        e.FetchLow(target, from);
        e.Finish(to, target, kind);
    }

    private static void EmitAlu(Emission e, in MicroOp op, Alu operation, bool commutes)
    {
        Gpr target = Combine(e, in op, operation, commutes, wide: true);
        e.Finish(op.Rd, target);
    }

    // On sign-extended words, logic gives one.
    private static void EmitLogic(Emission e, in MicroOp op, Alu operation)
    {
        if (operation == Alu.And && op.HasImmediate && op.Immediate >= 0)
        {
            // The upper half of the result is zero, and so is its sign.
            Gpr masked = Combine(e, in op, operation, commutes: true, wide: false);
            e.Finish(op.Rd, masked, ResultKind.Word);
            return;
        }
        BlockRegisters registers = e.Registers;
        bool words = registers.IsWord(op.Ra) && (op.HasImmediate || registers.IsWord(op.Rb));
        bool lazy = words && (registers.IsLazy(op.Ra) || (!op.HasImmediate && registers.IsLazy(op.Rb)));
        Gpr target = Combine(e, in op, operation, commutes: true, wide: !lazy);
        e.Finish(op.Rd, target, lazy ? ResultKind.LazyWord : words ? ResultKind.Word : ResultKind.Full);
    }

    private static void EmitWord(Emission e, in MicroOp op, Alu operation, bool commutes)
    {
        FloatAssembler asm = e.Assembler;
        Gpr target = e.Target(op.Rd);
        Gpr a = e.Registers.Host(op.Ra);
        if (op.HasImmediate && op.Immediate == 0)
        {
            if (op.Ra == 0 || e.Registers.IsWord(op.Ra))
            {
                EmitMove(e, op.Rd, op.Ra);
            }
            else if (a == Gpr.None)
            {
                asm.SignExtend32(target, StateLayout.Integer(op.Ra));
                e.Finish(op.Rd, target, ResultKind.Word);
            }
            else
            {
                asm.SignExtend32(target, a);
                e.Finish(op.Rd, target, ResultKind.Word);
            }
            return;
        }
        // LEA saves a move: only the low halves matter.
        Gpr b = op.HasImmediate ? Gpr.None : e.Registers.Host(op.Rb);
        if (operation == Alu.Add && a != Gpr.None && a != target && op.HasImmediate)
            asm.LoadAddress(target, new Mem(a, (int)op.Immediate), wide: false);
        else if (operation == Alu.Add && a != Gpr.None && b != Gpr.None && a != target && b != target)
            asm.LoadAddress(target, new Mem(a, 0, b), wide: false);
        else
            target = Combine(e, in op, operation, commutes, wide: false);
        e.Finish(op.Rd, target, ResultKind.LazyWord);
    }

    private static Gpr Combine(Emission e, in MicroOp op, Alu operation, bool commutes, bool wide)
    {
        FloatAssembler asm = e.Assembler;
        Gpr target = e.Target(op.Rd);
        if (op.HasImmediate)
        {
            Fetch(e, target, op.Ra, wide);
            asm.Apply(operation, target, (int)op.Immediate, wide);
            return target;
        }
        Gpr b = wide ? e.Registers.Full(op.Rb) : e.Registers.Host(op.Rb);
        if (b == target && op.Ra != op.Rb)
        {
            if (commutes)
            {
                Apply(e, operation, target, op.Ra, wide);
                return target;
            }
            Fetch(e, Gpr.Rax, op.Ra, wide);
            asm.Apply(operation, Gpr.Rax, b, wide);
            return Gpr.Rax;
        }
        Fetch(e, target, op.Ra, wide);
        Apply(e, operation, target, op.Rb, wide);
        return target;
    }

    private static void Fetch(Emission e, Gpr to, int register, bool wide)
    {
        if (wide)
            e.Fetch(to, register);
        else
            e.FetchLow(to, register);
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
        ResultKind kind = wide ? ResultKind.Full : ResultKind.LazyWord;
        if (op.HasImmediate)
        {
            int count = (int)op.Immediate & (wide ? 63 : 31);
            Fetch(e, target, op.Ra, wide);
            if (count != 0)
                asm.ShiftBy(operation, target, count, wide);
            // Zeros come in from the left.
            if (operation == Shift.Right && count >= (wide ? 33 : 1))
                kind = ResultKind.Word;
        }
        else
        {
            Gpr from = wide ? e.Source(op.Ra, Gpr.Rax) : e.SourceLow(op.Ra, Gpr.Rax);
            asm.ShiftInto(operation, target, from, e.SourceLow(op.Rb, Gpr.Rcx), wide);
        }
        e.Finish(op.Rd, target, kind);
    }

    private static void EmitRotate(Emission e, in MicroOp op, Shift operation, bool wide)
    {
        FloatAssembler asm = e.Assembler;
        ResultKind kind = wide ? ResultKind.Full : ResultKind.LazyWord;
        if (op.HasImmediate)
        {
            int count = (int)(operation == Shift.RotateLeft ? -op.Immediate : op.Immediate) & (wide ? 63 : 31);
            Gpr target = e.Target(op.Rd);
            asm.RotateRightInto(target, wide ? e.Source(op.Ra, Gpr.Rax) : e.SourceLow(op.Ra, Gpr.Rax), count, wide);
            e.Finish(op.Rd, target, kind);
            return;
        }
        e.FetchLow(Gpr.Rcx, op.Rb);
        Fetch(e, Gpr.Rax, op.Ra, wide);
        asm.ShiftByCl(operation, Gpr.Rax, wide);
        e.Finish(op.Rd, Gpr.Rax, kind);
    }

    private static void EmitSet(Emission e, in MicroOp op, Condition condition)
    {
        Compare(e, op.Ra, op.Rb, op.HasImmediate, (int)op.Immediate);
        e.Assembler.SetIf(condition, Gpr.Rax);
        Gpr target = e.Target(op.Rd);
        e.Assembler.ZeroExtend8(target, Gpr.Rax);
        e.Finish(op.Rd, target, ResultKind.Word);
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
        bool narrow = op.Opcode == MicroOpcode.ShiftAddUnsignedWord;
        Gpr a = narrow ? e.SourceLow(op.Ra, Gpr.Rax) : e.Source(op.Ra, Gpr.Rax);
        if (narrow)
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
        e.Assembler.Move32(target, e.SourceLow(op.Ra, Gpr.Rax));
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
        bool wide = op.Opcode is MicroOpcode.LeadingZeros or MicroOpcode.TrailingZeros or MicroOpcode.PopulationCount or MicroOpcode.ReverseBytes
            or MicroOpcode.OrCombineBytes;
        Gpr a = wide ? e.Source(op.Ra, Gpr.Rax) : e.SourceLow(op.Ra, Gpr.Rax);
        Gpr target = e.Target(op.Rd);
        switch (op.Opcode)
        {
            case MicroOpcode.LeadingZeros or MicroOpcode.LeadingZerosWord: asm.CountLeadingZeros(target, a, wide); break;
            case MicroOpcode.TrailingZeros or MicroOpcode.TrailingZerosWord: asm.CountTrailingZeros(target, a, wide); break;
            case MicroOpcode.PopulationCount or MicroOpcode.PopulationCountWord: asm.PopulationCount(target, a, wide); break;
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
            case MicroOpcode.OrCombineBytes: EmitOrCombine(asm, target, a); break;
            default: throw new InvariantViolatedException($"{op.Opcode} has an emitter");
        }
        bool isWord = op.Opcode is not (MicroOpcode.ZeroExtendWord or MicroOpcode.ReverseBytes or MicroOpcode.OrCombineBytes);
        e.Finish(op.Rd, target, isWord ? ResultKind.Word : ResultKind.Full);
    }

    // ORC.B: what is not equal to zero, byte by byte.
    private static void EmitOrCombine(FloatAssembler asm, Gpr target, Gpr source)
    {
        asm.MoveBits(Xmm.X0, source, wide: true);
        asm.Logic(VectorLogic.Xor, Xmm.X1, Xmm.X1, Xmm.X1);
        asm.CompareBytes(Xmm.X0, Xmm.X0, Xmm.X1);
        asm.MoveBits(target, Xmm.X0, wide: true);
        asm.Not(target);
    }
}
