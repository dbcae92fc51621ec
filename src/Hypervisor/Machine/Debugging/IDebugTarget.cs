using Trapline.Hypervisor.Cpu;

namespace Trapline.Hypervisor.Machine.Debugging;

/// <summary>How a hart goes on.</summary>
public enum DebugResume
{
    /// <summary>It stays where it is.</summary>
    Stay,

    /// <summary>It runs.</summary>
    Continue,

    /// <summary>It executes one instruction.</summary>
    Step,
}

/// <summary>Something that the debugger waits for.</summary>
public abstract record DebugEvent
{
    /// <summary>A hart stopped.</summary>
    /// <param name="Hart">Its number.</param>
    /// <param name="Reason">Why.</param>
    /// <param name="Address">With a watchpoint, the watched address.</param>
    public sealed record Stopped(int Hart, DebugStop Reason, ulong Address) : DebugEvent;

    /// <summary>The machine ended.</summary>
    /// <param name="ExitCode">0 for power-off.</param>
    public sealed record Ended(byte ExitCode) : DebugEvent;
}

/// <summary>
/// A machine as a debugger sees it. Except for <see cref="Halt"/> and <see cref="Resume"/>, its methods may only be called while it is halted; all are called
/// from the debugger's thread.
/// </summary>
public interface IDebugTarget
{
    /// <summary>Harts are numbered from 0.</summary>
    int HartCount { get; }

    /// <summary>A description of a hart for a list of threads.</summary>
    string Describe(int hart);

    /// <summary>Receives events, from any thread; null to receive none.</summary>
    Action<DebugEvent>? Events { get; set; }

    /// <summary>Stops all harts and returns when none executes. Harts that stopped by themselves stay as they are.</summary>
    void Halt();

    /// <summary>Lets harts go on, each as the list says.</summary>
    void Resume(IReadOnlyList<DebugResume> harts);

    /// <summary>Removes every breakpoint and lets the machine run as if there had been no debugger.</summary>
    void Detach();

    /// <summary>Ends the machine.</summary>
    void Kill();

    /// <summary>Reads a register; false when there is none of that kind.</summary>
    bool TryReadRegister(int hart, DebugRegister register, out ulong value);

    /// <summary>Writes a register; false when it cannot be written.</summary>
    bool TryWriteRegister(int hart, DebugRegister register, ulong value);

    /// <summary>Reads memory as a hart sees it; false when part of it is not mapped.</summary>
    bool TryReadMemory(int hart, ulong address, Span<byte> destination);

    /// <summary>Writes memory as a hart sees it, whatever its protection; false when part of it is not mapped.</summary>
    bool TryWriteMemory(int hart, ulong address, ReadOnlySpan<byte> source);

    /// <summary>Sets or removes a breakpoint for all harts.</summary>
    void SetBreakpoint(ulong address, bool present);

    /// <summary>Sets or removes a watchpoint for all harts.</summary>
    void SetWatchpoint(Watchpoint watchpoint, bool present);

    /// <summary>Answers a command for the monitor; null when there is no such command.</summary>
    string? Monitor(string command);
}

/// <summary>The kinds of registers.</summary>
public enum DebugRegisterKind
{
    /// <summary>x0 to x31.</summary>
    Integer,

    /// <summary>The program counter.</summary>
    Pc,

    /// <summary>f0 to f31.</summary>
    Float,

    /// <summary>A control and status register.</summary>
    Csr,

    /// <summary>The privilege mode.</summary>
    Privilege,
}

/// <summary>A register.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Number">Its number within the kind.</param>
public readonly record struct DebugRegister(DebugRegisterKind Kind, int Number);
