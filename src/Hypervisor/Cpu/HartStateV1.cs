using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Cpu;

/// <summary>A hart as a snapshot holds it, version 1. Everything derived (TLB, code caches) is left out.</summary>
public sealed record HartStateV1
{
    /// <summary>x0 to x31.</summary>
    public required ulong[] Integers { get; init; }

    /// <summary>f0 to f31 as bit patterns.</summary>
    public required ulong[] Floats { get; init; }

    /// <summary>
    /// In this order: pc, instret, privilege, FS, frm, fflags, mstatus, mie, mip, medeleg, mideleg, mtvec, mscratch, mepc, mcause, mtval,
    /// mcounteren, menvcfg, minstret offset, mcycle offset, stvec, sscratch, sepc, scause, stval, scounteren, senvcfg, satp, stimecmp,
    /// and 1 if the hypervisor stands in for machine mode.
    /// </summary>
    public required ulong[] Registers { get; init; }

    /// <summary>The configuration bytes of the PMP entries.</summary>
    public required byte[] PmpConfiguration { get; init; }

    /// <summary>The address registers of the PMP entries.</summary>
    public required ulong[] PmpAddresses { get; init; }

    /// <summary>How many values <see cref="Registers"/> holds.</summary>
    public const int RegisterCount = 30;

    /// <summary>Copies the state out of a hart that does not run.</summary>
    public static HartStateV1 Save(Hart hart)
    {
        ref HartState s = ref hart.State;
        var integers = new ulong[RegisterFile.Count];
        var floats = new ulong[RegisterFile.Count];
        for (int i = 0; i < RegisterFile.Count; i++)
            (integers[i], floats[i]) = (s.X[i], s.F[i]);
        var configuration = new byte[Pmp.Entries];
        BitConverter.TryWriteBytes(configuration, hart.Pmp.ReadConfiguration(0));
        BitConverter.TryWriteBytes(configuration.AsSpan(8), hart.Pmp.ReadConfiguration(1));
        return new HartStateV1
        {
            Integers = integers,
            Floats = floats,
            Registers =
            [
                s.Pc, s.Instret, (ulong)s.Privilege, s.FpStatus, s.RoundingMode, s.FpFlags, s.Mstatus, s.Mie, s.Mip, s.Medeleg, s.Mideleg,
                s.Mtvec, s.Mscratch, s.Mepc, s.Mcause, s.Mtval, s.Mcounteren, s.Menvcfg, s.MinstretOffset, s.McycleOffset, s.Stvec,
                s.Sscratch, s.Sepc, s.Scause, s.Stval, s.Scounteren, s.Senvcfg, s.Satp, s.Stimecmp, hart.HostIsMachineMode ? 1UL : 0,
            ],
            PmpConfiguration = configuration,
            PmpAddresses = [.. Enumerable.Range(0, Pmp.Entries).Select(hart.Pmp.ReadAddress)],
        };
    }

    /// <summary>Gives the state to a freshly built hart. A reservation of LR does not survive, as the specification allows.</summary>
    /// <exception cref="InvalidDataException">The record does not describe a hart.</exception>
    public void Restore(Hart hart)
    {
        if (Integers.Length != RegisterFile.Count || Floats.Length != RegisterFile.Count || Registers.Length != RegisterCount ||
            PmpConfiguration.Length != Pmp.Entries || PmpAddresses.Length != Pmp.Entries)
        {
            throw new InvalidDataException("the hart's record has the wrong number of registers");
        }
        ulong[] r = Registers;
        if (r[2] is not (0 or 1 or 3) || r[3] > 3 || r[4] > 7 || r[5] > 31)
            throw new InvalidDataException("the hart's record holds a mode, status or rounding that does not exist");
        hart.Reset(r[0]);
        hart.HostIsMachineMode = r[29] != 0;
        ref HartState s = ref hart.State;
        for (int i = 0; i < RegisterFile.Count; i++)
            (s.X[i], s.F[i]) = (i == 0 ? 0 : Integers[i], Floats[i]);
        (s.Instret, s.Privilege, s.FpStatus, s.RoundingMode, s.FpFlags) = (r[1], (Privilege)r[2], (byte)r[3], (byte)r[4], (byte)r[5]);
        (s.Mstatus, s.Mie, s.Mip, s.Medeleg, s.Mideleg) = (r[6], r[7], r[8], r[9], r[10]);
        (s.Mtvec, s.Mscratch, s.Mepc, s.Mcause, s.Mtval) = (r[11], r[12], r[13], r[14], r[15]);
        (s.Mcounteren, s.Menvcfg, s.MinstretOffset, s.McycleOffset) = (r[16], r[17], r[18], r[19]);
        (s.Stvec, s.Sscratch, s.Sepc, s.Scause, s.Stval) = (r[20], r[21], r[22], r[23], r[24]);
        (s.Scounteren, s.Senvcfg, s.Satp, s.Stimecmp) = (r[25], r[26], r[27], r[28]);
        // A hostile record may hold what no write could have left there.
        s.Mstatus &= MstatusBits.Writable | MstatusBits.Mpp;
        if ((s.Mstatus & MstatusBits.Mpp) == 2UL << MstatusBits.MppShift)
            s.Mstatus &= ~MstatusBits.Mpp;
        if (SatpField.ModeOf(s.Satp) is not (0 or SatpField.Sv39 or SatpField.Sv48))
            s.Satp = 0;
        hart.Pmp.Restore(PmpConfiguration, PmpAddresses);
        hart.Mmu.FlushAll();
    }
}
