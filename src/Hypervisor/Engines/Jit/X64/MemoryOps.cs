using Trapline.Hypervisor.Engines.Jit.Ir;
using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Engines.Jit.X64;

/// <summary>
/// Emits loads, stores and atomics through the software TLB (see <see cref="SoftTlb"/>), whose tables lie at fixed distances from each
/// other. A miss or misaligned address goes to the interpreter's meaning, out of line.
/// </summary>
internal static class MemoryOps
{
    /// <summary>Emits one access.</summary>
    public static void Emit(Emission e, in MicroOp op)
    {
        bool write = op.Opcode is not (MicroOpcode.Load or MicroOpcode.FloatLoad or MicroOpcode.LoadReserved);
        bool atomic = op.Opcode is >= MicroOpcode.AtomicSwap and <= MicroOpcode.StoreConditional;
        if (e.IsSmall && !atomic && op.Opcode != MicroOpcode.LoadReserved)
        {
            EmitSmall(e, in op, write);
            return;
        }
        Label located = e.Assembler.NewLabel();
        (Label slow, Label resume) = e.SlowAccess(in op, write, located);
        Mem at = Locate(e, atomic ? op with { Immediate = 0 } : op, slow, write);
        e.Assembler.Bind(located);
        if (atomic)
            AtomicOps.EmitAt(e, in op, at);
        else
            EmitAt(e, in op, in at);
        e.Assembler.Bind(resume);
    }

    // The function looks into the second level, too.
    private static void EmitSmall(Emission e, in MicroOp op, bool write)
    {
        (Label slow, Label resume) = e.SlowPath(in op);
        Gpr address = e.Source(op.Ra, Gpr.Rax);
        e.Assembler.LoadAddress(Gpr.Rdx, new Mem(address, (int)op.Immediate));
        e.Assembler.Call(e.Stubs.Lookups.For(op.Size, write));
        e.Assembler.JumpIf(Condition.NotEqual, slow);
        EmitAt(e, in op, new Mem(address, (int)op.Immediate, Gpr.Rcx));
        e.Assembler.Bind(resume);
    }

    /// <summary>Emits an access to a place that is known to be in the page that RCX translates.</summary>
    public static void EmitAt(Emission e, in MicroOp op, in Mem at)
    {
        switch (op.Opcode)
        {
            case MicroOpcode.Load: EmitLoad(e, in op, in at); break;
            case MicroOpcode.Store: EmitStore(e, in op, in at); break;
            case MicroOpcode.FloatLoad: EmitFloatLoad(e, in op, in at); break;
            default: e.Assembler.StoreFloat(in at, e.Source(op.Rb, Xmm.X0), op.Size == 8); break;
        }
    }

    /// <summary>Translates: the host address is a register plus RCX. RAX, RCX, RDX are used; a slow path is taken before anything changes.</summary>
    private static Mem Locate(Emission e, in MicroOp op, Label slow, bool write)
    {
        Gpr address = e.Source(op.Ra, Gpr.Rax);
        int slot = op.IsSteady ? e.PageSlots.Of(op.Ra, (int)op.Immediate) : op.Ra;
        var probe = new PageProbe(address, slot, (int)op.Immediate, (int)op.Immediate, op.Size, !write, write, slow);
        if (op.IsSteady && !e.IsSmall)
        {
            probe.Emit(e);
            return new Mem(address, (int)op.Immediate, Gpr.Rcx);
        }
        probe.EmitLookup(e);
        return new Mem(address, (int)op.Immediate, Gpr.Rcx);
    }

    private static void EmitLoad(Emission e, in MicroOp op, in Mem from)
    {
        Gpr target = op.Rd == RegisterFile.Discard ? Gpr.Rax : e.Target(op.Rd);
        e.Assembler.Load(target, in from, op.Size, op.IsSigned);
        e.Finish(op.Rd, target, op.Size < 4 || (op.Size == 4 && op.IsSigned) ? ResultKind.Word : ResultKind.Full);
    }

    private static void EmitStore(Emission e, in MicroOp op, in Mem to)
    {
        if (op.Rb == 0)
            e.Assembler.StoreConstant(in to, 0, op.Size);
        else
            e.Assembler.Store(in to, op.Size == 8 ? e.Source(op.Rb, Gpr.Rdx) : e.SourceLow(op.Rb, Gpr.Rdx), op.Size);
    }

    private static void EmitFloatLoad(Emission e, in MicroOp op, in Mem from)
    {
        Xmm own = e.Map.Float(op.Rd);
        Xmm target = own == Xmm.None ? Xmm.X0 : own;
        e.Assembler.LoadFloat(target, in from, op.Size == 8);
        if (op.Size == 4)
            e.Assembler.Logic(VectorLogic.Or, target, target, StateLayout.Word(EngineWord.Box));
        e.Finish(op.Rd, target);
    }
}
