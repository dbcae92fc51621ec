namespace Trapline.Hypervisor.Cpu;

/// <summary>Numbers of control and status registers (privileged specification, section 2.2).</summary>
public enum Csr : ushort
{
#pragma warning disable CS1591 // The names are those of the specification.
    Fflags = 0x001, Frm = 0x002, Fcsr = 0x003,
    Cycle = 0xC00, Time = 0xC01, Instret = 0xC02, Hpmcounter3 = 0xC03, Hpmcounter31 = 0xC1F,
    Sstatus = 0x100, Sie = 0x104, Stvec = 0x105, Scounteren = 0x106, Senvcfg = 0x10A,
    Sscratch = 0x140, Sepc = 0x141, Scause = 0x142, Stval = 0x143, Sip = 0x144, Stimecmp = 0x14D, Satp = 0x180,
    Mvendorid = 0xF11, Marchid = 0xF12, Mimpid = 0xF13, Mhartid = 0xF14, Mconfigptr = 0xF15,
    Mstatus = 0x300, Misa = 0x301, Medeleg = 0x302, Mideleg = 0x303, Mie = 0x304, Mtvec = 0x305, Mcounteren = 0x306, Menvcfg = 0x30A,
    Mcountinhibit = 0x320, Mhpmevent3 = 0x323, Mhpmevent31 = 0x33F,
    Mscratch = 0x340, Mepc = 0x341, Mcause = 0x342, Mtval = 0x343, Mip = 0x344,
    Pmpcfg0 = 0x3A0, Pmpcfg2 = 0x3A2, Pmpcfg14 = 0x3AE, Pmpaddr0 = 0x3B0, Pmpaddr15 = 0x3BF, Pmpaddr63 = 0x3EF,
    Mcycle = 0xB00, Minstret = 0xB02, Mhpmcounter3 = 0xB03, Mhpmcounter31 = 0xB1F,
#pragma warning restore CS1591
}
