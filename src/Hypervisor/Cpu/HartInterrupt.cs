namespace Trapline.Hypervisor.Cpu;

/// <summary>Interrupts of a hart with their bit numbers in <c>mip</c> (privileged specification, section 3.1.9).</summary>
public enum HartInterrupt
{
    /// <summary>SSIP: another hart's request to this one's kernel; software clears it.</summary>
    SupervisorSoftware = 1,

    /// <summary>MSIP: the CLINT's register for this hart.</summary>
    MachineSoftware = 3,

    /// <summary>STIP: the kernel's timer. With Sstc the hart itself drives it.</summary>
    SupervisorTimer = 5,

    /// <summary>MTIP: the CLINT's comparator.</summary>
    MachineTimer = 7,

    /// <summary>SEIP: the interrupt controller's line to the kernel.</summary>
    SupervisorExternal = 9,

    /// <summary>MEIP: the interrupt controller's line to the firmware.</summary>
    MachineExternal = 11,
}
