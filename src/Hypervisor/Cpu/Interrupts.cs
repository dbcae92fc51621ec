using System.Numerics;

namespace Trapline.Hypervisor.Cpu;

/// <summary>Which interrupt a hart takes next (privileged specification, sections 3.1.6.1 and 3.1.9).</summary>
public static class Interrupts
{
    /// <summary>The bit of <see cref="HartState.Mip"/> for the external level of SEIP.</summary>
    public const int ExternalSeipBit = 41;

    /// <summary>What <c>mie</c> can enable.</summary>
    public const ulong Implemented = Ssip | Msip | Stip | Mtip | Seip | Meip;

    /// <summary>What can be delegated.</summary>
    public const ulong Delegable = Ssip | Stip | Seip;

    internal const ulong Ssip = 1UL << (int)HartInterrupt.SupervisorSoftware;
    internal const ulong Msip = 1UL << (int)HartInterrupt.MachineSoftware;
    internal const ulong Stip = 1UL << (int)HartInterrupt.SupervisorTimer;
    internal const ulong Mtip = 1UL << (int)HartInterrupt.MachineTimer;
    internal const ulong Seip = 1UL << (int)HartInterrupt.SupervisorExternal;
    internal const ulong Meip = 1UL << (int)HartInterrupt.MachineExternal;

    // "MEI, MSI, MTI, SEI, SSI, STI" in decreasing order of priority.
    private static ReadOnlySpan<byte> ByPriority => [11, 3, 7, 9, 1, 5];

    /// <summary><c>mip</c> as the guest reads it.</summary>
    public static ulong Pending(ref HartState state)
    {
        ulong raw = Volatile.Read(ref state.Mip);
        return (raw | ((raw >> ExternalSeipBit << (int)HartInterrupt.SupervisorExternal) & Seip)) & Implemented;
    }

    /// <summary>The interrupts that trap now, and the mode that takes them; 0 if none.</summary>
    public static ulong Deliverable(ref HartState state, out Privilege target)
    {
        ulong enabled = Pending(ref state) & state.Mie;
        ulong toMachine = enabled & ~state.Mideleg;
        target = Privilege.Machine;
        if (toMachine != 0 && (state.Privilege < Privilege.Machine || (state.Mstatus & MstatusBits.Mie) != 0))
            return toMachine;
        ulong toSupervisor = enabled & state.Mideleg;
        target = Privilege.Supervisor;
        bool taken = state.Privilege < Privilege.Supervisor ||
            (state.Privilege == Privilege.Supervisor && (state.Mstatus & MstatusBits.Sie) != 0);
        return taken ? toSupervisor : 0;
    }

    /// <summary>The most urgent of several interrupts.</summary>
    public static int MostUrgent(ulong interrupts)
    {
        foreach (byte number in ByPriority)
        {
            if ((interrupts & (1UL << number)) != 0)
                return number;
        }
        return BitOperations.TrailingZeroCount(interrupts);
    }
}
