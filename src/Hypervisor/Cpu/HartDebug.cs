using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Cpu;

/// <summary>
/// What a debugger asks of a hart. A hart without one pays nothing; with one it is executed instruction by instruction. Changed only
/// while the hart does not run; after a change of watched ranges call <see cref="Hart.DebugChanged"/>.
/// </summary>
public sealed class HartDebug
{
    /// <summary>Virtual addresses at which to stop before the instruction there.</summary>
    public HashSet<ulong> Breakpoints { get; } = [];

    /// <summary>Ranges of virtual addresses at which to stop before an access.</summary>
    public IList<Watchpoint> Watchpoints { get; } = [];

    /// <summary>Stop after each instruction, or trap.</summary>
    public bool SingleStep { get; set; }

    /// <summary>Stop at EBREAK instead of delivering the guest's breakpoint exception.</summary>
    public bool StopAtEbreak { get; set; }

    /// <summary>
    /// Execute the next instruction even if a breakpoint or watchpoint stands there; cleared when it retires. Set when going on
    /// from a stop.
    /// </summary>
    public bool StepOver { get; set; }

    /// <summary>Sees every instruction before it executes.</summary>
    public IInstructionTrace? Trace { get; set; }

    internal bool Watches(ulong va, int size, bool write)
    {
        if (StepOver)
            return false;
        foreach (Watchpoint point in Watchpoints)
        {
            if ((write ? point.OnWrite : point.OnRead) && va < point.Address.Value + point.Length && point.Address.Value < va + (ulong)size)
                return true;
        }
        return false;
    }

    internal bool WatchesPage(ulong va)
    {
        ulong page = va & ~Page.OffsetMask;
        foreach (Watchpoint point in Watchpoints)
        {
            if (page < point.Address.Value + point.Length && point.Address.Value < page + Page.Size)
                return true;
        }
        return false;
    }
}

/// <summary>A watched range.</summary>
/// <param name="Address">First virtual address.</param>
/// <param name="Length">Bytes.</param>
/// <param name="OnRead">Stop before loads.</param>
/// <param name="OnWrite">Stop before stores and AMOs.</param>
public readonly record struct Watchpoint(Gva Address, ulong Length, bool OnRead, bool OnWrite);

/// <summary>Receives every instruction that a hart is about to execute.</summary>
public interface IInstructionTrace
{
    /// <summary>Called on the hart's thread before the instruction executes.</summary>
    /// <param name="hart">The hart with its state.</param>
    /// <param name="pc">Where the instruction stands.</param>
    /// <param name="instruction">Its encoding, expanded to 32 bits if compressed.</param>
    /// <param name="text">The disassembly.</param>
    void Instruction(Hart hart, Gva pc, uint instruction, string text);
}
