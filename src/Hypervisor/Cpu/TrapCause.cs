namespace Trapline.Hypervisor.Cpu;

/// <summary>Exception codes of <c>mcause</c> and <c>scause</c> (privileged specification, section 3.1.15).</summary>
public enum TrapCause : byte
{
    /// <summary>A jump to an address that is not a multiple of the instruction alignment; cannot happen with the C extension.</summary>
    InstructionAddressMisaligned = 0,

    /// <summary>No memory, or no permission by PMP, to fetch from.</summary>
    InstructionAccessFault = 1,

    /// <summary>An encoding that means nothing in this mode.</summary>
    IllegalInstruction = 2,

    /// <summary>EBREAK, or a trigger.</summary>
    Breakpoint = 3,

    /// <summary>A load (or LR) at an address where it must be aligned.</summary>
    LoadAddressMisaligned = 4,

    /// <summary>No memory or device, or no permission by PMP, to load from.</summary>
    LoadAccessFault = 5,

    /// <summary>A store, SC or AMO at an address where it must be aligned.</summary>
    StoreAddressMisaligned = 6,

    /// <summary>No memory or device, or no permission by PMP, to store to.</summary>
    StoreAccessFault = 7,

    /// <summary>ECALL in user mode.</summary>
    UserCall = 8,

    /// <summary>ECALL in supervisor mode.</summary>
    SupervisorCall = 9,

    /// <summary>ECALL in machine mode.</summary>
    MachineCall = 11,

    /// <summary>No executable translation.</summary>
    InstructionPageFault = 12,

    /// <summary>No readable translation.</summary>
    LoadPageFault = 13,

    /// <summary>No writable translation.</summary>
    StorePageFault = 15,
}
