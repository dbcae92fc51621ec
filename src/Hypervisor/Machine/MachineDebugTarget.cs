using System.Globalization;
using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Machine.Debugging;
using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Machine;

/// <summary>
/// A machine under a debugger. While halted it is held like a paused one, so its clock stands still. Each hart has a
/// <see cref="HartDebug"/> while a debugger is attached; breakpoints and watchpoints are the same for all.
/// </summary>
internal sealed class MachineDebugTarget : IDebugTarget
{
    private readonly VirtualMachine _machine;
    private readonly HashSet<ulong> _breakpoints = [];
    private readonly HashSet<Watchpoint> _watchpoints = [];
    private bool _halted;
    private bool _attached;

    /// <summary>Makes the target.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="halted">Whether it is halted until the first debugger resumes it.</param>
    public MachineDebugTarget(VirtualMachine machine, bool halted)
    {
        _machine = machine;
        if (halted)
            Halt();
        _ = ReportEndAsync();
    }

    public int HartCount => _machine.Loops.Count;

    public Action<DebugEvent>? Events { get; set; }

    public string Describe(int hart)
    {
        var loop = _machine.Loops[hart];
        return loop.IsWaiting ? "waits for an interrupt" : string.Create(CultureInfo.InvariantCulture, $"{loop.Status}, {loop.Hart.State.Privilege} mode");
    }

    public void Halt()
    {
        if (!_halted)
        {
            _halted = true;
            // The debugger's own thread may wait; it runs no guest code.
            _machine.HoldAsync().GetAwaiter().GetResult();
        }

        Attach();
    }

    public void Resume(IReadOnlyList<DebugResume> harts)
    {
        if (!_halted)
            return;
        for (var i = 0; i < harts.Count; i++)
        {
            var loop = _machine.Loops[i];
            var debug = loop.Hart.AttachDebugger();
            debug.SingleStep = harts[i] == DebugResume.Step;
            // The instruction at which it stopped is executed, not stopped at again.
            debug.StepOver = true;
            loop.Frozen = harts[i] == DebugResume.Stay;
        }

        Go();
    }

    public void Detach()
    {
        _breakpoints.Clear();
        _watchpoints.Clear();
        if (!_attached)
            return;
        var wasHalted = _halted;
        if (!wasHalted)
            Halt();
        _attached = false;
        _machine.DebugStops = null;
        foreach (var loop in _machine.Loops)
        {
            loop.Frozen = false;
            var trace = loop.Hart.Debug?.Trace;
            loop.Hart.DetachDebugger();
            if (trace is not null)
                loop.Hart.AttachDebugger().Trace = trace;
        }

        Go();
    }

    public void Kill() => _machine.End(new GuestEnd(GuestEndKind.Stopped, "the debugger killed the machine"));

    public bool TryReadRegister(int hart, DebugRegister register, out ulong value)
    {
        var target = _machine.Loops[hart].Hart;
        ref var state = ref target.State;
        value = 0;
        switch (register.Kind)
        {
            case DebugRegisterKind.Integer:
                value = state.X[register.Number];
                return true;
            case DebugRegisterKind.Pc:
                value = state.Pc;
                return true;
            case DebugRegisterKind.Float:
                value = state.F[register.Number];
                return true;
            case DebugRegisterKind.Privilege:
                value = (ulong)state.Privilege;
                return true;
            default:
                return WithMachineMode(target, () => target.Csrs.MayAccess((Csr)register.Number, writes: false), out var found) && found
                    && WithMachineMode(target, () => target.Csrs.Read((Csr)register.Number), out value);
        }
    }

    public bool TryWriteRegister(int hart, DebugRegister register, ulong value)
    {
        var target = _machine.Loops[hart].Hart;
        ref var state = ref target.State;
        switch (register.Kind)
        {
            case DebugRegisterKind.Integer:
                if (register.Number != 0)
                    state.X[register.Number] = value;
                return true;
            case DebugRegisterKind.Pc:
                state.Pc = value & ~1UL;
                return true;
            case DebugRegisterKind.Float:
                state.F[register.Number] = value;
                return true;
            case DebugRegisterKind.Privilege:
                return false;
            default:
                return WithMachineMode(target, () => target.Csrs.MayAccess((Csr)register.Number, writes: true), out var found) && found
                    && WithMachineMode(target, () => { target.Csrs.Write((Csr)register.Number, value); return true; }, out _);
        }
    }

    public bool TryReadMemory(int hart, ulong address, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            if (!TryLocate(hart, address, destination.Length, out var physical, out var length) || !_machine.Board.Ram.TryRead(physical, destination[..length]))
                return false;
            destination = destination[length..];
            address += (ulong)length;
        }

        return true;
    }

    public bool TryWriteMemory(int hart, ulong address, ReadOnlySpan<byte> source)
    {
        while (!source.IsEmpty)
        {
            if (!TryLocate(hart, address, source.Length, out var physical, out var length) || !_machine.Board.Ram.TryWrite(physical, source[..length]))
                return false;
            source = source[length..];
            address += (ulong)length;
        }

        // It may have been code, or a page table.
        foreach (var loop in _machine.Loops)
        {
            loop.Hart.RequestSync();
            loop.Hart.RequestFlush(TranslationRange.All);
        }

        return true;
    }

    public void SetBreakpoint(ulong address, bool present)
    {
        _ = present ? _breakpoints.Add(address) : _breakpoints.Remove(address);
        foreach (var loop in _machine.Loops)
        {
            var points = loop.Hart.AttachDebugger().Breakpoints;
            _ = present ? points.Add(address) : points.Remove(address);
        }
    }

    public void SetWatchpoint(Watchpoint watchpoint, bool present)
    {
        _ = present ? _watchpoints.Add(watchpoint) : _watchpoints.Remove(watchpoint);
        foreach (var loop in _machine.Loops)
        {
            var points = loop.Hart.AttachDebugger().Watchpoints;
            points.Clear();
            foreach (var point in _watchpoints)
                points.Add(point);
            loop.Hart.DebugChanged();
        }
    }

    public string? Monitor(string command) => command.Trim() switch
    {
        "help" => "stats: exits by reason\nregs: registers with names\n",
        "stats" => _machine.Statistics + "\n",
        "regs" => string.Join('\n', _machine.Loops.Select(l => HartReport.Of(l.Hart, _machine.Symbols).Text)) + "\n",
        _ => null,
    };

    private void Go()
    {
        _halted = false;
        _machine.ReleaseHold();
        // A hart that was frozen is parked without a deadline.
        foreach (var loop in _machine.Loops)
            loop.Hart.Request(HartRequests.Interrupt);
    }

    private void Attach()
    {
        if (_attached)
            return;
        _attached = true;
        _machine.DebugStops = hart => Events?.Invoke(new DebugEvent.Stopped(hart.Id, hart.Exit.Stop, hart.Exit.Value));
        foreach (var loop in _machine.Loops)
            loop.Hart.AttachDebugger().StopAtEbreak = true;
    }

    private bool TryLocate(int hart, ulong address, int wanted, out Gpa physical, out int length)
    {
        length = (int)Math.Min((ulong)wanted, Page.Size - (address & Page.OffsetMask));
        return _machine.Loops[hart].Hart.Mmu.TryTranslateForDebugger(new Gva(address), out physical);
    }

    /// <summary>A debugger may see every CSR, whatever mode the hart is in.</summary>
    private static bool WithMachineMode<T>(Hart hart, Func<T> access, out T value)
    {
        var privilege = hart.State.Privilege;
        hart.State.Privilege = Privilege.Machine;
        try
        {
            value = access();
            return true;
        }
        finally
        {
            hart.State.Privilege = privilege;
            hart.Mmu.UpdateContexts();
        }
    }

    private async Task ReportEndAsync()
    {
        var end = await _machine.WhenEnded.ConfigureAwait(false);
        Events?.Invoke(new DebugEvent.Ended(end.Kind == GuestEndKind.PowerOff ? (byte)0 : (byte)1));
    }
}
