using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Engines.Jit.Ir;

namespace Trapline.Hypervisor.Engines.Jit.X64;

/// <summary>
/// Emits access to control and status registers that only hold a value (<see cref="PrivilegedUnit.IsHolder"/>). A mode that may not access the register
/// goes to the interpreter, which traps.
/// </summary>
internal static class RegisterOps
{
    private const int PrivilegeShift = 8;

    /// <summary>Emits one operation.</summary>
    public static void Emit(Emission e, in MicroOp op)
    {
        FloatAssembler asm = e.Assembler;
        var csr = (Csr)op.Immediate;
        Mem holder = StateLayout.Holder(csr);
        (Label slow, Label resume) = e.SlowPath(in op);
        asm.Load(Gpr.Rax, StateLayout.Privilege, 1, false);
        asm.Apply(Alu.Compare, Gpr.Rax, ((int)csr >> PrivilegeShift) & 3, wide: false);
        asm.JumpIf(Condition.Below, slow);
        asm.Load(Gpr.Rdx, in holder, 8, false);
        if (op.Opcode == MicroOpcode.ExchangeRegister)
        {
            e.Fetch(Gpr.Rcx, op.Ra);
            // Bit 0 of an address of code is always clear.
            if (csr is Csr.Sepc or Csr.Mepc)
                asm.Apply(Alu.And, Gpr.Rcx, -2);
            asm.Store(in holder, Gpr.Rcx, 8);
        }
        e.Finish(op.Rd, Gpr.Rdx);
        asm.Bind(resume);
    }
}
