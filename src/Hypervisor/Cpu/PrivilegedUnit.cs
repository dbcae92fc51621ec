using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Cpu;

/// <summary>
/// Executes the instructions of the SYSTEM opcode except ECALL and EBREAK: MRET, SRET, WFI, SFENCE.VMA (privileged specification,
/// sections 3.3 and 12.2.1) and CSR access. On return pc points to the next instruction or to the trap handler.
/// </summary>
public sealed class PrivilegedUnit
{
    private const uint Mret = 0x3020_0073;
    private const uint Sret = 0x1020_0073;
    private const uint Wfi = 0x1050_0073;
    private const uint SfenceVma = 0x1200_0073;
    private const uint SfenceVmaMask = 0xFE00_7FFF;

    private readonly Hart _hart;

    internal PrivilegedUnit(Hart hart) => _hart = hart;

    private ref HartState State => ref _hart.State;

    /// <summary>Executes one instruction at pc, which <see cref="HartState.Instret"/> already counts.</summary>
    /// <param name="instruction">The encoding.</param>
    /// <param name="length">Its length in bytes.</param>
    public Outcome Execute(uint instruction, int length)
    {
        if ((instruction & 0x7F) == 0x73 && ((instruction >> 12) & 3) != 0)
            return ExecuteCsr(instruction, length);
        return instruction switch
        {
            Mret => ReturnFromMachine(instruction),
            Sret => ReturnFromSupervisor(instruction),
            Wfi => WaitForInterrupt(instruction, length),
            _ when (instruction & SfenceVmaMask) == SfenceVma => FenceTranslations(instruction, length),
            _ => Illegal(instruction),
        };
    }

    /// <summary>The exit that an engine makes of a privileged instruction.</summary>
    public static ExitReason ReasonFor(uint instruction)
    {
        if (instruction == Wfi)
            return ExitReason.WaitForInterrupt;
        if ((instruction & SfenceVmaMask) == SfenceVma)
            return ExitReason.PageTableChange;
        if (((instruction >> 12) & 3) == 0)
            return ExitReason.PrivilegedInstruction;
        return (Csr)(instruction >> 20) switch
        {
            Csr.Satp => ExitReason.PageTableChange,
            Csr.Stimecmp => ExitReason.Timer,
            _ => ExitReason.PrivilegedInstruction,
        };
    }

    /// <summary>
    /// Whether an engine may execute a CSR instruction itself: user-level registers, and those that only hold a value for the
    /// mode that owns them. All others exit.
    /// </summary>
    public static bool IsPlain(Csr csr) => ((uint)csr & 0x300) == 0 || IsHolder(csr);

    /// <summary>Whether a register only holds a value for the mode that owns it.</summary>
    public static bool IsHolder(Csr csr)
        => csr is Csr.Sscratch or Csr.Sepc or Csr.Scause or Csr.Stval or Csr.Mscratch or Csr.Mepc or Csr.Mcause or Csr.Mtval;

    /// <summary>Delivers an illegal-instruction exception for the instruction at pc.</summary>
    public Outcome Illegal(uint instruction) => _hart.RaiseException(TrapCause.IllegalInstruction, instruction);

    // CSRRW and CSRRWI do not read if rd is x0; the others do not write if rs1 is x0 or the immediate is 0 (chapter Zicsr).
    private Outcome ExecuteCsr(uint instruction, int length)
    {
        var csr = (Csr)(instruction >> 20);
        uint function = (instruction >> 12) & 7;
        int rd = (int)((instruction >> 7) & 31);
        int rs1 = (int)((instruction >> 15) & 31);
        ref HartState state = ref State;
        ulong operand = function >= 4 ? (ulong)rs1 : state.X[rs1];
        bool exchange = (function & 3) == 1;
        bool writes = exchange || rs1 != 0;
        if (!_hart.Csrs.MayAccess(csr, writes))
            return Illegal(instruction);
        ulong old = exchange && rd == 0 ? 0 : _hart.Csrs.Read(csr);
        if (writes)
        {
            ulong basis = csr is Csr.Mip ? _hart.Csrs.ReadForModify(csr) : old;
            ulong value = (function & 3) switch { 1 => operand, 2 => basis | operand, _ => basis & ~operand };
            _hart.Csrs.Write(csr, value);
        }
        if (rd != 0)
            state.X[rd] = old;
        state.Pc += (ulong)length;
        return Outcome.Retired;
    }

    private Outcome ReturnFromMachine(uint instruction)
    {
        ref HartState state = ref State;
        if (state.Privilege != Privilege.Machine)
            return Illegal(instruction);
        ulong status = state.Mstatus;
        var target = (Privilege)((status & MstatusBits.Mpp) >> MstatusBits.MppShift);
        ulong mie = (status & MstatusBits.Mpie) != 0 ? MstatusBits.Mie : 0;
        status = (status & ~(MstatusBits.Mie | MstatusBits.Mpp)) | mie | MstatusBits.Mpie;
        if (target != Privilege.Machine)
            status &= ~MstatusBits.Mprv;
        state.Mstatus = status;
        state.Privilege = target;
        state.Pc = state.Mepc;
        _hart.Mmu.UpdateContexts();
        return Outcome.Retired;
    }

    private Outcome ReturnFromSupervisor(uint instruction)
    {
        ref HartState state = ref State;
        bool trapped = state.Privilege == Privilege.Supervisor && (state.Mstatus & MstatusBits.Tsr) != 0;
        if (state.Privilege == Privilege.User || trapped)
            return Illegal(instruction);
        ulong status = state.Mstatus;
        Privilege target = (status & MstatusBits.Spp) != 0 ? Privilege.Supervisor : Privilege.User;
        ulong sie = (status & MstatusBits.Spie) != 0 ? MstatusBits.Sie : 0;
        state.Mstatus = (status & ~(MstatusBits.Sie | MstatusBits.Spp | MstatusBits.Mprv)) | sie | MstatusBits.Spie;
        state.Privilege = target;
        state.Pc = state.Sepc;
        _hart.Mmu.UpdateContexts();
        return Outcome.Retired;
    }

    // "When S-mode is implemented, executing WFI in U-mode causes an illegal-instruction exception"; TW does it for S-mode.
    private Outcome WaitForInterrupt(uint instruction, int length)
    {
        ref HartState state = ref State;
        bool trapped = state.Privilege == Privilege.Supervisor && (state.Mstatus & MstatusBits.Tw) != 0;
        if (state.Privilege == Privilege.User || trapped)
            return Illegal(instruction);
        _hart.UpdateTimer();
        state.Pc += (ulong)length;
        return Outcome.Retired;
    }

    private Outcome FenceTranslations(uint instruction, int length)
    {
        ref HartState state = ref State;
        bool trapped = state.Privilege == Privilege.Supervisor && (state.Mstatus & MstatusBits.Tvm) != 0;
        if (state.Privilege == Privilege.User || trapped)
            return Illegal(instruction);
        int rs1 = (int)((instruction >> 15) & 31);
        int rs2 = (int)((instruction >> 20) & 31);
        if (rs1 != 0)
            _hart.Mmu.FlushPage(new Gva(state.X[rs1]));
        else if (rs2 != 0)
            _hart.Mmu.FlushAsid(state.X[rs2] & 0xFFFF);
        else
            _hart.Mmu.FlushAll();
        state.Pc += (ulong)length;
        return Outcome.Retired;
    }
}
