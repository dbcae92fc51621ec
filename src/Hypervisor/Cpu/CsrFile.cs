using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Cpu;

/// <summary>
/// The control and status registers: who may access which, what reading gives, what writing does (privileged specification,
/// chapters 2, 3, 12 and Sstc).
/// </summary>
public sealed class CsrFile
{
    /// <summary>What <c>medeleg</c> can delegate: every exception of this hart except ECALL from machine mode.</summary>
    internal const ulong DelegableExceptions = 0xB3FF;

    // RV64 with A, C, D, F, I, M, S, U.
    private const ulong Misa = (2UL << 62) | (1 << 0) | (1 << 2) | (1 << 3) | (1 << 5) | (1 << 8) | (1 << 12) | (1 << 18) | (1 << 20);
    private const ulong TimeEnable = 1UL << 1;

    /// <summary>Bits of <c>scounteren</c> for <c>cycle</c>, <c>time</c> and <c>instret</c>.</summary>
    internal const ulong UserCounters = 7;

    private readonly Hart _hart;

    internal CsrFile(Hart hart) => _hart = hart;

    private ref HartState State => ref _hart.State;

    /// <summary>Whether the present mode may read, or also write, a register: otherwise the instruction is illegal.</summary>
    public bool MayAccess(Csr csr, bool writes)
    {
        uint number = (uint)csr;
        ref HartState state = ref State;
        if ((writes && number >> 10 == 3) || ((number >> 8) & 3) > (uint)state.Privilege)
            return false;
        return csr switch
        {
            Csr.Fflags or Csr.Frm or Csr.Fcsr => state.FpStatus != 0,
            >= Csr.Cycle and <= Csr.Hpmcounter31 => CounterEnabled((int)(number & 31)),
            Csr.Satp => state.Privilege == Privilege.Machine || (state.Mstatus & MstatusBits.Tvm) == 0,
            Csr.Stimecmp => state.Privilege == Privilege.Machine ||
                ((state.Mcounteren & TimeEnable) != 0 && (state.Menvcfg & MenvcfgBits.Stce) != 0),
            Csr.Sstatus or Csr.Sie or Csr.Stvec or Csr.Scounteren or Csr.Senvcfg or Csr.Sscratch or Csr.Sepc or Csr.Scause
                or Csr.Stval or Csr.Sip => true,
            _ => IsMachineRegister(csr),
        };
    }

    /// <summary>Reads a register that <see cref="MayAccess"/> allows.</summary>
    public ulong Read(Csr csr)
    {
        ref HartState state = ref State;
        switch (csr)
        {
            case Csr.Fflags: return state.FpFlags;
            case Csr.Frm: return state.RoundingMode;
            case Csr.Fcsr: return ((ulong)state.RoundingMode << 5) | state.FpFlags;
            // Instret already counts the instruction that reads.
            case Csr.Cycle or Csr.Mcycle: return state.Instret - 1 + state.McycleOffset;
            case Csr.Instret or Csr.Minstret: return state.Instret - 1 + state.MinstretOffset;
            case Csr.Time: return _hart.Clock.Ticks;
            case Csr.Sstatus: return SupervisorStatus(Mstatus);
            case Csr.Sie: return state.Mie & state.Mideleg;
            case Csr.Stvec: return state.Stvec;
            case Csr.Scounteren: return state.Scounteren;
            case Csr.Senvcfg: return state.Senvcfg;
            case Csr.Sscratch: return state.Sscratch;
            case Csr.Sepc: return state.Sepc;
            case Csr.Scause: return state.Scause;
            case Csr.Stval: return state.Stval;
            case Csr.Sip: return ReadPending() & state.Mideleg;
            case Csr.Stimecmp: return state.Stimecmp;
            case Csr.Satp: return state.Satp;
            default: return ReadMachine(csr);
        }
    }

    /// <summary>
    /// The value to which CSRRS and CSRRC on <c>mip</c> apply: without the interrupt controller's level in SEIP (section 3.1.9).
    /// </summary>
    internal ulong ReadForModify(Csr csr)
    {
        Invariant.Require(csr == Csr.Mip, "only mip differs");
        return Volatile.Read(ref State.Mip) & Interrupts.Implemented;
    }

    /// <summary>Writes a register that <see cref="MayAccess"/> allows; bits that cannot be changed are ignored.</summary>
    public void Write(Csr csr, ulong value)
    {
        ref HartState state = ref State;
        switch (csr)
        {
            case Csr.Fflags: SetFloat((byte)(value & 31), state.RoundingMode); break;
            case Csr.Frm: SetFloat(state.FpFlags, (byte)(value & 7)); break;
            case Csr.Fcsr: SetFloat((byte)(value & 31), (byte)((value >> 5) & 7)); break;
            case Csr.Sstatus:
                WriteStatus((state.Mstatus & ~MstatusBits.SupervisorWritable) | (value & MstatusBits.SupervisorWritable), value);
                break;
            case Csr.Sie: state.Mie = (state.Mie & ~state.Mideleg) | (value & state.Mideleg & Interrupts.Implemented); break;
            case Csr.Stvec: state.Stvec = TrapVector(state.Stvec, value); break;
            case Csr.Scounteren: state.Scounteren = value & uint.MaxValue; break;
            case Csr.Senvcfg: state.Senvcfg = value & MenvcfgBits.Fiom; break;
            case Csr.Sscratch: state.Sscratch = value; break;
            case Csr.Sepc: state.Sepc = value & ~1UL; break;
            case Csr.Scause: state.Scause = value; break;
            case Csr.Stval: state.Stval = value; break;
            case Csr.Sip: WritePending(value, Interrupts.Ssip & state.Mideleg); break;
            case Csr.Stimecmp:
                state.Stimecmp = value;
                _hart.UpdateTimer();
                break;
            case Csr.Satp: WriteSatp(value); break;
            default: WriteMachine(csr, value); break;
        }
    }

    private ulong Mstatus => State.Mstatus | MstatusBits.Xlen64 | ((ulong)State.FpStatus << MstatusBits.FsShift) |
        (State.FpStatus == 3 ? MstatusBits.Sd : 0);

    private static ulong SupervisorStatus(ulong mstatus)
        => mstatus & (MstatusBits.SupervisorWritable | MstatusBits.Fs | MstatusBits.Sd | (3UL << 32));

    // Modes 2 and 3 are reserved; such a write is ignored whole.
    private static ulong TrapVector(ulong old, ulong value) => (value & 2) != 0 ? old : value;

    private static bool IsMachineRegister(Csr csr) => csr switch
    {
        Csr.Mvendorid or Csr.Marchid or Csr.Mimpid or Csr.Mhartid or Csr.Mconfigptr => true,
        Csr.Mstatus or Csr.Misa or Csr.Medeleg or Csr.Mideleg or Csr.Mie or Csr.Mtvec or Csr.Mcounteren or Csr.Menvcfg => true,
        Csr.Mscratch or Csr.Mepc or Csr.Mcause or Csr.Mtval or Csr.Mip => true,
        Csr.Mcountinhibit or Csr.Mcycle or Csr.Minstret => true,
        Csr.Pmpcfg0 or Csr.Pmpcfg2 => true,
        >= Csr.Mhpmcounter3 and <= Csr.Mhpmcounter31 => true,
        >= Csr.Mhpmevent3 and <= Csr.Mhpmevent31 => true,
        >= Csr.Pmpaddr0 and <= Csr.Pmpaddr15 => true,
        _ => false,
    };

    private bool CounterEnabled(int counter)
    {
        ref HartState state = ref State;
        if (state.Privilege == Privilege.Machine)
            return true;
        bool byMachine = ((state.Mcounteren >> counter) & 1) != 0;
        return byMachine && (state.Privilege == Privilege.Supervisor || ((state.Scounteren >> counter) & 1) != 0);
    }

    private ulong ReadMachine(Csr csr)
    {
        ref HartState state = ref State;
        return csr switch
        {
            Csr.Mhartid => (ulong)_hart.Id,
            Csr.Mstatus => Mstatus,
            Csr.Misa => Misa,
            Csr.Medeleg => state.Medeleg,
            Csr.Mideleg => state.Mideleg,
            Csr.Mie => state.Mie,
            Csr.Mtvec => state.Mtvec,
            Csr.Mcounteren => state.Mcounteren,
            Csr.Menvcfg => state.Menvcfg,
            Csr.Mscratch => state.Mscratch,
            Csr.Mepc => state.Mepc,
            Csr.Mcause => state.Mcause,
            Csr.Mtval => state.Mtval,
            Csr.Mip => ReadPending(),
            Csr.Pmpcfg0 or Csr.Pmpcfg2 => _hart.Pmp.ReadConfiguration(csr == Csr.Pmpcfg0 ? 0 : 1),
            >= Csr.Pmpaddr0 and <= Csr.Pmpaddr15 => _hart.Pmp.ReadAddress(csr - Csr.Pmpaddr0),
            // Identification, inhibition, events and programmable counters: all zero.
            _ => 0,
        };
    }

    private void WriteMachine(Csr csr, ulong value)
    {
        ref HartState state = ref State;
        switch (csr)
        {
            case Csr.Mstatus:
                WriteStatus(LegalMachineStatus(value), value);
                break;
            case Csr.Medeleg: state.Medeleg = value & DelegableExceptions; break;
            case Csr.Mideleg: state.Mideleg = value & Interrupts.Delegable; break;
            case Csr.Mie: state.Mie = value & Interrupts.Implemented; break;
            case Csr.Mtvec: state.Mtvec = TrapVector(state.Mtvec, value); break;
            case Csr.Mcounteren: state.Mcounteren = value & uint.MaxValue; break;
            case Csr.Menvcfg: WriteMachineEnvironment(value); break;
            case Csr.Mscratch: state.Mscratch = value; break;
            case Csr.Mepc: state.Mepc = value & ~1UL; break;
            case Csr.Mcause: state.Mcause = value; break;
            case Csr.Mtval: state.Mtval = value; break;
            case Csr.Mip:
                bool timerIsSoftware = (state.Menvcfg & MenvcfgBits.Stce) == 0;
                WritePending(value, Interrupts.Ssip | Interrupts.Seip | (timerIsSoftware ? Interrupts.Stip : 0));
                break;
            // The next instruction reads what was written.
            case Csr.Mcycle: state.McycleOffset = value - state.Instret; break;
            case Csr.Minstret: state.MinstretOffset = value - state.Instret; break;
            case Csr.Pmpcfg0 or Csr.Pmpcfg2:
                _hart.Pmp.WriteConfiguration(csr == Csr.Pmpcfg0 ? 0 : 1, value);
                _hart.Mmu.FlushAll();
                break;
            case >= Csr.Pmpaddr0 and <= Csr.Pmpaddr15:
                _hart.Pmp.WriteAddress(csr - Csr.Pmpaddr0, value);
                _hart.Mmu.FlushAll();
                break;
            default:
                break;
        }
    }

    // MPP is WARL: a mode that does not exist keeps the old one.
    private ulong LegalMachineStatus(ulong value)
    {
        ulong old = State.Mstatus;
        ulong mpp = value & MstatusBits.Mpp;
        if (mpp == 2UL << MstatusBits.MppShift)
            mpp = old & MstatusBits.Mpp;
        return (old & ~(MstatusBits.Writable | MstatusBits.Mpp)) | (value & MstatusBits.Writable) | mpp;
    }

    private void WriteStatus(ulong status, ulong value)
    {
        ref HartState state = ref State;
        state.Mstatus = status;
        state.FpStatus = (byte)((value & MstatusBits.Fs) >> MstatusBits.FsShift);
        _hart.Mmu.UpdateContexts();
    }

    private void WriteMachineEnvironment(ulong value)
    {
        ref HartState state = ref State;
        ulong changed = state.Menvcfg ^ value;
        state.Menvcfg = value & MenvcfgBits.Writable;
        if ((changed & MenvcfgBits.Stce) != 0)
        {
            if ((value & MenvcfgBits.Stce) != 0)
                _hart.UpdateTimer();
            else
                Interlocked.And(ref state.Mip, ~Interrupts.Stip);
        }
        if ((changed & MenvcfgBits.Adue) != 0)
            _hart.Mmu.FlushAll();
    }

    private void SetFloat(byte flags, byte rounding)
    {
        ref HartState state = ref State;
        state.FpFlags = flags;
        state.RoundingMode = rounding;
        state.FpStatus = 3;
    }

    private ulong ReadPending()
    {
        _hart.UpdateTimer();
        return Interrupts.Pending(ref State);
    }

    private void WritePending(ulong value, ulong writable)
    {
        ref HartState state = ref State;
        Interlocked.Or(ref state.Mip, value & writable);
        Interlocked.And(ref state.Mip, value | ~writable);
    }

    // "An implementation may ignore a write of an unsupported MODE: the entire write has no effect" (section 12.1.11).
    private void WriteSatp(ulong value)
    {
        ulong mode = SatpField.ModeOf(value);
        if (mode is not (0 or SatpField.Sv39 or SatpField.Sv48))
            return;
        State.Satp = value;
        _hart.Mmu.UpdateContexts();
    }
}
