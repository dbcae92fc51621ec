using System.Globalization;
using System.Text;
using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Machine.Boot;

namespace Trapline.Hypervisor.Machine;

/// <summary>Why a machine stopped for good: a closed set.</summary>
public enum GuestEndKind
{
    /// <summary>The guest switched itself off.</summary>
    PowerOff,

    /// <summary>The guest wants to start anew.</summary>
    Reboot,

    /// <summary>The guest says that it failed, or trapped in its trap handler without getting on.</summary>
    Panic,

    /// <summary>The guest showed no sign of progress for as long as the configuration allows.</summary>
    Watchdog,

    /// <summary>A defect of ours. Only this machine is affected.</summary>
    HypervisorFault,

    /// <summary>Its owner stopped it.</summary>
    Stopped,
}

/// <summary>How a machine ended.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Message">What happened, in one line.</param>
/// <param name="GuestCode">The code with which the guest reported a failure through the test finisher; 0 without one.</param>
/// <param name="Report">Where the guest was; null where that says nothing.</param>
public sealed record GuestEnd(GuestEndKind Kind, string Message, ushort GuestCode = 0, HartReport? Report = null)
{
    /// <inheritdoc/>
    public override string ToString() => Report is null ? Message : $"{Message}\n{Report}";
}

/// <summary>Where a hart was when its guest went wrong.</summary>
/// <param name="Hart">Its number.</param>
/// <param name="Pc">The instruction.</param>
/// <param name="Symbol">The name of the place, if known.</param>
/// <param name="Text">Mode, trap registers and integer registers, for people.</param>
public sealed record HartReport(int Hart, ulong Pc, string? Symbol, string Text)
{
    private static readonly string[] Names =
    [
        "zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", "a1", "a2", "a3", "a4", "a5",
        "a6", "a7", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
    ];

    /// <summary>Takes the report of a hart that does not run.</summary>
    public static HartReport Of(Hart hart, SymbolTable symbols)
    {
        ref var state = ref hart.State;
        var symbol = symbols.Describe(state.Pc);
        var text = new StringBuilder();
        var culture = CultureInfo.InvariantCulture;
        text.AppendLine(culture, $"hart {hart.Id} at pc 0x{state.Pc:x}{(symbol is null ? "" : $" <{symbol}>")}, {state.Privilege} mode, satp 0x{state.Satp:x}");
        text.AppendLine(culture, $"  scause 0x{state.Scause:x}  sepc 0x{state.Sepc:x}{Name(symbols, state.Sepc)}  stval 0x{state.Stval:x}  stvec 0x{state.Stvec:x}");
        if (!hart.HostIsMachineMode)
            text.AppendLine(culture, $"  mcause 0x{state.Mcause:x}  mepc 0x{state.Mepc:x}{Name(symbols, state.Mepc)}  mtval 0x{state.Mtval:x}  mtvec 0x{state.Mtvec:x}");
        for (var i = 1; i < 32; i++)
            text.Append(culture, $"  {Names[i],-3} {state.X[i],16:x}{(i % 4 == 0 || i == 31 ? "\n" : "")}");
        return new HartReport(hart.Id, state.Pc, symbol, text.ToString().TrimEnd('\n'));
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static string Name(SymbolTable symbols, ulong address) => symbols.Describe(address) is { } name ? $" <{name}>" : "";
}
