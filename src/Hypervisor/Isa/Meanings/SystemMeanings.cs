using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Isa.Meanings;

/// <summary>
/// FENCE orders everything; it also lets the hart get to its requests, see <see cref="GuestRam"/>, since it ends a block.
/// </summary>
internal readonly struct Fence : ISystemMeaning
{
    public static Outcome Execute(Hart hart, ref HartState state, in DecodedInstruction i)
    {
        Interlocked.MemoryBarrier();
        state.Pc += i.Length;
        return Outcome.Retired;
    }
}

/// <summary>FENCE.I: the engine compares what it cached with memory before it executes anything else.</summary>
internal readonly struct FenceInstructions : ISystemMeaning
{
    public static Outcome Execute(Hart hart, ref HartState state, in DecodedInstruction i)
    {
        Interlocked.MemoryBarrier();
        Interlocked.Or(ref state.Requests, (int)HartRequests.SyncCode);
        state.Pc += i.Length;
        return Outcome.Retired;
    }
}

internal readonly struct EnvironmentCall : ISystemMeaning
{
    public static Outcome Execute(Hart hart, ref HartState state, in DecodedInstruction i)
        => hart.RaiseException((TrapCause)((int)TrapCause.UserCall + (int)state.Privilege), 0);
}

internal readonly struct EnvironmentBreak : ISystemMeaning
{
    public static Outcome Execute(Hart hart, ref HartState state, in DecodedInstruction i) => hart.Debug?.StopAtEbreak == true
        ? hart.StopForDebugger(DebugStop.Ebreak, state.Pc)
        : hart.RaiseException(TrapCause.Breakpoint, state.Pc);
}

/// <summary>MRET, SRET, WFI and SFENCE.VMA leave the engine; in user mode they are illegal at once.</summary>
internal readonly struct PrivilegedInstruction : ISystemMeaning
{
    public static Outcome Execute(Hart hart, ref HartState state, in DecodedInstruction i)
    {
        if (state.Privilege == Privilege.User)
            return IllegalInstruction.Raise(hart, ref state, in i);
        hart.Exit.Reason = PrivilegedUnit.ReasonFor(i.Raw);
        return Outcome.Exit;
    }
}

/// <summary>CSR access: inside the engine where nothing but the register changes, else an exit.</summary>
internal readonly struct CsrInstruction : ISystemMeaning
{
    public static Outcome Execute(Hart hart, ref HartState state, in DecodedInstruction i)
    {
        var csr = (Csr)(i.Raw >> 20);
        if (PrivilegedUnit.IsPlain(csr) || state.Privilege == Privilege.User)
            return hart.Privileged.Execute(i.Raw, i.Length);
        hart.Exit.Reason = PrivilegedUnit.ReasonFor(i.Raw);
        return Outcome.Exit;
    }
}

/// <summary>Whatever no row matches.</summary>
internal readonly struct IllegalInstruction : ISystemMeaning
{
    public static Outcome Execute(Hart hart, ref HartState state, in DecodedInstruction i) => Raise(hart, ref state, in i);

    /// <summary>Raises the exception with the encoding as it stands in memory, which for compressed instructions is not Raw.</summary>
    public static Outcome Raise(Hart hart, ref HartState state, in DecodedInstruction i)
    {
        ulong value = i.Raw;
        if (i.Length == 2 && hart.Mmu.TryTranslateForDebugger(new Gva(state.Pc), out Gpa physical) && hart.Ram.Contains(physical, 2))
            value = hart.Ram.ValueAt<ushort>(physical);
        return hart.RaiseException(TrapCause.IllegalInstruction, value);
    }
}
