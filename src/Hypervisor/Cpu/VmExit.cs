using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Cpu;

/// <summary>Why an engine returned. In the remarks: what the hypervisor does before it enters again.</summary>
public enum ExitReason : byte
{
    /// <summary>The budget is used up. Enter again when the hart's next slice comes.</summary>
    BudgetUsed,

    /// <summary>Somebody called <see cref="Hart.RequestExit"/>.</summary>
    Requested,

    /// <summary>A load from a device. Read it, then <see cref="Hart.CompleteDeviceRead"/>.</summary>
    DeviceRead,

    /// <summary>A store to a device. Write it, then <see cref="Hart.CompleteDeviceWrite"/>.</summary>
    DeviceWrite,

    /// <summary>
    /// ECALL from supervisor mode in a direct boot: an SBI call in a0..a7. Answer with <see cref="Hart.CompleteSupervisorCall"/>.
    /// </summary>
    SupervisorCall,

    /// <summary>A privileged instruction. <see cref="Hart.EmulatePrivileged"/>.</summary>
    PrivilegedInstruction,

    /// <summary>SFENCE.VMA or a write to <c>satp</c>. <see cref="Hart.EmulatePrivileged"/>.</summary>
    PageTableChange,

    /// <summary>
    /// A write to <c>stimecmp</c>. <see cref="Hart.EmulatePrivileged"/>, then arm the host's timer for <see cref="Hart.NextTimer"/>.
    /// </summary>
    Timer,

    /// <summary>WFI. <see cref="Hart.EmulatePrivileged"/>, then park the hart unless <see cref="Hart.HasWakeup"/>.</summary>
    WaitForInterrupt,

    /// <summary>A breakpoint, watchpoint or single step of the debugger: see <see cref="VmExit.Stop"/>.</summary>
    DebugStop,

    /// <summary>
    /// The guest cannot go on: a trap that nobody handles (machine mode in a direct boot), or traps that follow each other without
    /// an instruction between them. <see cref="VmExit.Cause"/>, <see cref="VmExit.Value"/> and the hart's pc say what happened.
    /// </summary>
    GuestFault,
}

/// <summary>Why the debugger got control.</summary>
public enum DebugStop : byte
{
    /// <summary>Not stopped.</summary>
    None,

    /// <summary>The next instruction stands at a breakpoint.</summary>
    Breakpoint,

    /// <summary>The guest executed EBREAK while <see cref="HartDebug.StopAtEbreak"/> was set; pc points to it.</summary>
    Ebreak,

    /// <summary>One instruction was executed.</summary>
    Step,

    /// <summary>An instruction is about to read a watched range.</summary>
    ReadWatchpoint,

    /// <summary>An instruction is about to write a watched range.</summary>
    WriteWatchpoint,
}

/// <summary>What a load's value becomes in its register.</summary>
public enum LoadKind : byte
{
    /// <summary>Integer register, zero-extended.</summary>
    ZeroExtend,

    /// <summary>Integer register, sign-extended.</summary>
    SignExtend,

    /// <summary>Floating-point register; narrower values are NaN-boxed.</summary>
    Float,
}

/// <summary>The details of a VM exit; which fields mean something depends on the reason.</summary>
public struct VmExit
{
    /// <summary>Why the engine returned.</summary>
    public ExitReason Reason;

    /// <summary>Bytes of a device access: 1, 2, 4 or 8.</summary>
    public byte Size;

    /// <summary>How a device's value enters its register.</summary>
    public LoadKind Load;

    /// <summary>The register that receives a device's value (32 for none).</summary>
    public byte Register;

    /// <summary>The exception of a guest fault.</summary>
    public TrapCause Cause;

    /// <summary>Why the debugger got control.</summary>
    public DebugStop Stop;

    /// <summary>Length in bytes of the instruction that exited: 2 or 4.</summary>
    public byte InstructionLength;

    /// <summary>The instruction that exited, expanded to 32 bits.</summary>
    public uint Instruction;

    /// <summary>Where a device access goes.</summary>
    public Gpa Address;

    /// <summary>The value to store to a device, the <c>tval</c> of a guest fault, or the watched address.</summary>
    public ulong Value;
}
