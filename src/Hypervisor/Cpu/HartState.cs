using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Cpu;

/// <summary>
/// The registers of a hart, in native memory at a fixed address: everything that generated code reads or writes. What the hot paths
/// touch stands first. Only the thread that runs the hart uses it, except <see cref="Requests"/> and <see cref="Mip"/>, which any
/// thread changes by interlocked operations.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public struct HartState
{
    /// <summary>Integer registers; x0 is never written.</summary>
    public RegisterFile X;

    /// <summary>The next instruction. While an engine runs it is exact only where the engine says so.</summary>
    public ulong Pc;

    /// <summary>The virtual address of the page that the running block of code belongs to.</summary>
    public ulong CodePage;

    /// <summary>
    /// Instructions retired since the machine started; while an instruction executes it is already counted. Never written by the
    /// guest: <c>minstret</c> is an offset from it.
    /// </summary>
    public ulong Instret;

    /// <summary>Where <see cref="Instret"/> must stop.</summary>
    public ulong InstretLimit;

    /// <summary>Translations of virtual to host addresses.</summary>
    public SoftTlb Tlb;

    /// <summary><see cref="HartRequests"/>: looked at at each block boundary.</summary>
    public int Requests;

    /// <summary>The present mode.</summary>
    public Privilege Privilege;

    /// <summary>The FS field of <c>mstatus</c>: 0 off, 1 initial, 2 clean, 3 dirty.</summary>
    public byte FpStatus;

    /// <summary><c>frm</c>.</summary>
    public byte RoundingMode;

    /// <summary><c>fflags</c>.</summary>
    public byte FpFlags;

    /// <summary>Floating-point registers as bit patterns.</summary>
    public RegisterFile F;

    /// <summary>The host address that LR reserved; 0 for none.</summary>
    public nint Reservation;

    /// <summary>What LR read; SC compares and exchanges.</summary>
    public ulong ReservedValue;

    /// <summary>Bytes of the reservation.</summary>
    public ulong ReservationSize;

    /// <summary>For engines: a GCHandle or index by which callbacks from generated code find their hart.</summary>
    public nint EngineHandle;

    /// <summary>For engines: what generated code finds beside the registers.</summary>
    public EngineWords Engine;

    /// <summary><c>mstatus</c> without FS and SD.</summary>
    public ulong Mstatus;

    /// <summary><c>mie</c>.</summary>
    public ulong Mie;

    /// <summary>
    /// <c>mip</c>; bit <see cref="Interrupts.ExternalSeipBit"/> holds the interrupt controller's level for SEIP apart from the bit that
    /// software may set.
    /// </summary>
    public ulong Mip;

    /// <summary><c>medeleg</c>.</summary>
    public ulong Medeleg;

    /// <summary><c>mideleg</c>.</summary>
    public ulong Mideleg;

    /// <summary><c>mtvec</c>.</summary>
    public ulong Mtvec;

    /// <summary><c>mscratch</c>.</summary>
    public ulong Mscratch;

    /// <summary><c>mepc</c>.</summary>
    public ulong Mepc;

    /// <summary><c>mcause</c>.</summary>
    public ulong Mcause;

    /// <summary><c>mtval</c>.</summary>
    public ulong Mtval;

    /// <summary><c>mcounteren</c>.</summary>
    public ulong Mcounteren;

    /// <summary><c>menvcfg</c>.</summary>
    public ulong Menvcfg;

    /// <summary><c>minstret</c> less <see cref="Instret"/>.</summary>
    public ulong MinstretOffset;

    /// <summary><c>mcycle</c> less <see cref="Instret"/>.</summary>
    public ulong McycleOffset;

    /// <summary><c>stvec</c>.</summary>
    public ulong Stvec;

    /// <summary><c>sscratch</c>.</summary>
    public ulong Sscratch;

    /// <summary><c>sepc</c>.</summary>
    public ulong Sepc;

    /// <summary><c>scause</c>.</summary>
    public ulong Scause;

    /// <summary><c>stval</c>.</summary>
    public ulong Stval;

    /// <summary><c>scounteren</c>.</summary>
    public ulong Scounteren;

    /// <summary><c>senvcfg</c>.</summary>
    public ulong Senvcfg;

    /// <summary><c>satp</c>.</summary>
    public ulong Satp;

    /// <summary><c>stimecmp</c>.</summary>
    public ulong Stimecmp;
}

/// <summary>Words whose meaning the engine chooses.</summary>
[InlineArray(Count)]
public struct EngineWords
{
    /// <summary>How many there are.</summary>
    public const int Count = 164;

    private ulong _first;
}

/// <summary>What others ask of a hart.</summary>
[Flags]
public enum HartRequests
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Return from the engine with <see cref="ExitReason.Requested"/>.</summary>
    Exit = 1,

    /// <summary>Look whether an interrupt must be taken.</summary>
    Interrupt = 2,

    /// <summary>Compare the clock with <c>stimecmp</c>.</summary>
    Timer = 4,

    /// <summary>Drop write entries for pages with flags.</summary>
    DropWriteEntries = 8,

    /// <summary>Execute a FENCE.I (another hart asks for it through the SBI).</summary>
    SyncCode = 16,

    /// <summary>Drop translations (another hart asks for it through the SBI).</summary>
    FlushTlb = 32,
}
