namespace Trapline.Hypervisor.Cpu;

/// <summary>Fields of <c>mstatus</c> (privileged specification, section 3.1.6).</summary>
public static class MstatusBits
{
    /// <summary>Supervisor interrupts enabled.</summary>
    public const ulong Sie = 1UL << 1;

    /// <summary>Machine interrupts enabled.</summary>
    public const ulong Mie = 1UL << 3;

    /// <summary>SIE before the trap.</summary>
    public const ulong Spie = 1UL << 5;

    /// <summary>MIE before the trap.</summary>
    public const ulong Mpie = 1UL << 7;

    /// <summary>Mode before a trap to supervisor mode.</summary>
    public const ulong Spp = 1UL << 8;

    /// <summary>Mode before a trap to machine mode.</summary>
    public const ulong Mpp = 3UL << MppShift;

    /// <summary>Lowest bit of MPP.</summary>
    public const int MppShift = 11;

    /// <summary>Floating-point status.</summary>
    public const ulong Fs = 3UL << FsShift;

    /// <summary>Lowest bit of FS.</summary>
    public const int FsShift = 13;

    /// <summary>Loads and stores as in the mode of MPP.</summary>
    public const ulong Mprv = 1UL << 17;

    /// <summary>Supervisor may access user pages.</summary>
    public const ulong Sum = 1UL << 18;

    /// <summary>Executable pages are readable.</summary>
    public const ulong Mxr = 1UL << 19;

    /// <summary>Trap satp and SFENCE.VMA in supervisor mode.</summary>
    public const ulong Tvm = 1UL << 20;

    /// <summary>Trap WFI below machine mode.</summary>
    public const ulong Tw = 1UL << 21;

    /// <summary>Trap SRET in supervisor mode.</summary>
    public const ulong Tsr = 1UL << 22;

    /// <summary>UXL and SXL, both 64 bits and read-only.</summary>
    public const ulong Xlen64 = (2UL << 32) | (2UL << 34);

    /// <summary>Some of FS, VS, XS is dirty.</summary>
    public const ulong Sd = 1UL << 63;

    /// <summary>What the guest may change through <c>mstatus</c>; MPP and FS are treated apart.</summary>
    public const ulong Writable = Sie | Mie | Spie | Mpie | Spp | Mprv | Sum | Mxr | Tvm | Tw | Tsr;

    /// <summary>The fields that <c>sstatus</c> shows, besides FS.</summary>
    public const ulong SupervisorWritable = Sie | Spie | Spp | Sum | Mxr;
}
