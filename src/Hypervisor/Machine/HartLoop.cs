using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Devices.Plic;
using Trapline.Hypervisor.Engines;
using Trapline.Hypervisor.Machine.Clocks;
using Trapline.Hypervisor.Machine.Sbi;
using Trapline.Hypervisor.Machine.Scheduling;
using Trapline.Hypervisor.Machine.Statistics;

namespace Trapline.Hypervisor.Machine;

/// <summary>Why a hart's turn ended.</summary>
internal enum TurnEnd
{
    /// <summary>Its instructions or its time are used up.</summary>
    BudgetUsed,

    /// <summary>It waits for an interrupt, or is stopped.</summary>
    Waiting,

    /// <summary>Somebody asked for the processor: to pause, to stop, to look with a debugger.</summary>
    Interrupted,
}

/// <summary>
/// The main loop of a hypervisor, for one hart: enter the guest, take the exit, handle it, enter again.
/// <code>
///        +-----------------------------------------------------------------+
///        v                                                                 |
///   service timers --> engine.Run --> count exit --> handle by reason -----+--> turn ends: budget used,
///                       (guest)                        |                        hart waits, somebody asked
///                                                      +--> device, SBI call, privileged instruction ...
/// </code>
/// With the real clock each hart is scheduled by itself (<see cref="RunSlice"/>); with the virtual clock
/// <see cref="InterleavedLoop"/> gives the harts their turns. Either way one thread at a time is inside a hart's loop, and only that thread touches the
/// hart's registers. Other threads reach a hart through its requests and interrupt lines, and through <see cref="TryStart"/>,
/// which says so.
/// </summary>
internal sealed class HartLoop : ISliceRunner
{
    /// <summary>The first guess of how many instructions fit into a slice; measured from then on.</summary>
    private const double FirstInstructionsPerSlice = 50_000;

    private const ulong MinimumBudget = 100;

    /// <summary>
    /// What a hart must at least have executed for each second of the watchdog before it counts as hanging: far less than any engine
    /// does, but more than a thread that the host itself does not run.
    /// </summary>
    private const ulong HangInstructionsPerSecond = 2_000_000;

    private readonly VirtualMachine _machine;
    private readonly IExecutionEngine _engine;
    private readonly IPausableClock _clock;
    private readonly PlicDevice _plic;
    private readonly MachineTimer _machineTimer;
    private readonly TimeProvider _time;
    private readonly Lock _statusGate = new();
    private readonly PendingFences _fences = new();
    private volatile HartStatus _status;
    private (ulong Address, ulong Opaque) _start;
    private (ulong Address, ulong Opaque)? _resume;
    private volatile bool _frozen;
    private bool _waiting;
    private int _inGuest;
    private double _instructionsPerTimestamp;
    private long _timerDueAt;
    private long _spinning;
    private ulong _spinningFrom;
    private long _deadSince = -1;

    public HartLoop(VirtualMachine machine, Board board, int number, IExecutionEngine engine, TimeProvider time, HartStatus status)
    {
        _machine = machine;
        Hart = board.Harts[number];
        _machineTimer = board.MachineTimers[number];
        _engine = engine;
        _clock = board.Clock;
        _plic = board.Plic;
        _time = time;
        _status = status;
        _instructionsPerTimestamp = FirstInstructionsPerSlice * 1000 / time.TimestampFrequency;
    }

    public Hart Hart { get; }

    public ExitCounters Counters { get; } = new();

    /// <summary>State as the SBI sees it; any thread.</summary>
    public HartStatus Status => _status;

    /// <summary>Keeps the hart from running while others do: a debugger steps another one. Changed while the machine is held.</summary>
    public bool Frozen
    {
        get => _frozen;
        set => _frozen = value;
    }

    /// <summary>Whether it waits for an interrupt. Its own thread, or with the machine held.</summary>
    public bool IsWaiting => _waiting;

    /// <summary>What a snapshot keeps of the loop itself.</summary>
    public HartLoopStateV1 Save() => new((int)_status, _waiting, _start.Address, _start.Opaque, _resume is null ? [] : [_resume.Value.Address, _resume.Value.Opaque]);

    /// <summary>Takes over what a snapshot kept.</summary>
    public void Restore(HartLoopStateV1 state)
    {
        _status = (HartStatus)state.Status;
        _waiting = state.Waiting;
        _start = (state.StartAddress, state.StartOpaque);
        _resume = state.Resume is [var address, var opaque] ? (address, opaque) : null;
    }

    /// <inheritdoc/>
    public SliceResult RunSlice(TimeSpan budget)
    {
        try
        {
            var start = _time.GetTimestamp();
            var length = (long)(budget.TotalSeconds * _time.TimestampFrequency);
            _timerDueAt = 0;
            var end = RunTurn((ulong)Math.Max(1000, length * _instructionsPerTimestamp), start + length);
            if (_machine.HasEnded)
                return SliceResult.Finished;
            return end == TurnEnd.Waiting
                ? new SliceResult(SliceEnd.Waiting, WakeAt())
                : SliceResult.Runnable;
        }
        catch (Exception e)
        {
            // A defect of ours must not take the process and the other machines with it.
            _machine.EndByFault(Hart, e);
            return SliceResult.Finished;
        }
    }

    /// <inheritdoc/>
    public void RequestExit() => Hart.RequestExit();

    /// <summary>Runs the guest until the hart waits, has retired so many instructions, or the host's clock reaches a timestamp.</summary>
    public TurnEnd RunTurn(ulong instructions, long untilTimestamp)
    {
        var first = Hart.Retired;
        var entered = _time.GetTimestamp();
        for (; ; )
        {
            if (_machine.HasEnded || _frozen)
                return _frozen ? TurnEnd.Waiting : TurnEnd.Interrupted;
            if (!_fences.AreDone())
                return TurnEnd.BudgetUsed;
            if (!IsReady(_clock.TicksAt(entered)))
                return TurnEnd.Waiting;
            var used = Hart.Retired - first;
            if (used >= instructions || entered >= untilTimestamp)
                return TurnEnd.BudgetUsed;

            var before = Hart.Retired;
            var reason = Enter(Math.Min(instructions - used, InstructionsUntilTimer(entered)));
            var left = _time.GetTimestamp();
            var end = Handle(reason);
            var handled = _time.GetTimestamp();
            Counters.Count(reason, left - entered, handled - left);
            Measure(Hart.Retired - before, left - entered);
            if (end is { } turnEnd)
                return turnEnd;
            WatchProgress(reason, left - entered);
            entered = handled;
        }
    }

    /// <summary>Keeps this hart from executing until another one has done what it was just asked for. By this hart's own thread.</summary>
    public void AwaitFence(HartLoop target, HartRequests request)
    {
        if (target != this)
            _fences.Add(target, request);
    }

    /// <summary>Whether a request that was made is done, or will be before the next instruction. Any thread, behind a barrier.</summary>
    public bool HasSeen(HartRequests request) => Volatile.Read(ref _inGuest) == 0 || (Volatile.Read(ref Hart.State.Requests) & (int)request) == 0;

    /// <summary>Starts a stopped hart; any hart's thread.</summary>
    public bool TryStart(ulong address, ulong opaque)
    {
        lock (_statusGate)
        {
            if (_status != HartStatus.Stopped)
                return false;
            _start = (address, opaque);
            _status = HartStatus.StartPending;
        }

        Hart.Request(HartRequests.Exit);
        return true;
    }

    /// <summary>Stops the hart at the end of its present SBI call.</summary>
    public void Stop() => _status = HartStatus.StopPending;

    /// <summary>Suspends the hart at the end of its present SBI call.</summary>
    public void Suspend((ulong Address, ulong Opaque)? resume)
    {
        _resume = resume;
        _status = HartStatus.Suspended;
    }

    /// <summary>The next thing that the clock will do to this hart, in ticks.</summary>
    public ulong NextDeadline => Math.Min(Hart.NextTimer ?? ulong.MaxValue, _machineTimer.Deadline);

    /// <summary>Whether nothing but another hart can ever wake this one.</summary>
    public bool IsDead => _status == HartStatus.Stopped || (_waiting && !HasWakeSource);

    private bool HasWakeSource =>
        (IsEnabled(HartInterrupt.SupervisorTimer, HartInterrupt.MachineTimer) && NextDeadline != ulong.MaxValue)
        || (IsEnabled(HartInterrupt.SupervisorExternal) && _plic.Reaches(Hart.Id, supervisor: true))
        || (IsEnabled(HartInterrupt.MachineExternal) && _plic.Reaches(Hart.Id, supervisor: false));

    private bool IsEnabled(params ReadOnlySpan<HartInterrupt> any)
    {
        foreach (var interrupt in any)
        {
            if ((Hart.State.Mie & (1UL << (int)interrupt)) != 0)
                return true;
        }

        return false;
    }

    /// <summary>Whether the hart has something to execute. Brings timers up to date and takes the steps between stopped, suspended and started.</summary>
    public bool IsReady() => IsReady(_clock.Ticks);

    private bool IsReady(ulong now)
    {
        switch (_status)
        {
            case HartStatus.Stopped:
                return false;
            case HartStatus.StopPending:
                _status = HartStatus.Stopped;
                _machine.StopIfAllStopped();
                return false;
            case HartStatus.StartPending:
                Hart.StartSupervisor(_start.Address, _start.Opaque);
                _waiting = false;
                _status = HartStatus.Started;
                break;
        }

        UpdateTimers(now);
        if (_waiting && !Hart.HasWakeup)
        {
            WatchDeath();
            return false;
        }

        _waiting = false;
        _deadSince = -1;
        if (_status == HartStatus.Suspended)
            Awake();
        return true;
    }

    private void Awake()
    {
        if (_resume is { } resume)
        {
            // SBI 2.0, section 9.4: a non-retentive suspend resumes like a start.
            Hart.StartSupervisor(resume.Address, resume.Opaque);
            _resume = null;
        }

        _status = HartStatus.Started;
    }

    private ExitReason Enter(ulong budget)
    {
        Interlocked.Exchange(ref _inGuest, 1);
        try
        {
            return _engine.Run(Hart, budget);
        }
        finally
        {
            Volatile.Write(ref _inGuest, 0);
        }
    }

    /// <summary>Handles an exit. Null to go on in this turn.</summary>
    private TurnEnd? Handle(ExitReason reason)
    {
        switch (reason)
        {
            case ExitReason.BudgetUsed:
                return null;
            case ExitReason.Requested:
                _timerDueAt = 0; // perhaps the CLINT asked, with a new deadline
                return _machine.IsHeld ? TurnEnd.Interrupted : null;
            case ExitReason.DeviceRead:
                Hart.Bus.TryRead(Hart.Exit.Address, Hart.Exit.Size, out var value);
                Hart.CompleteDeviceRead(value);
                return null;
            case ExitReason.DeviceWrite:
                Hart.Bus.TryWrite(Hart.Exit.Address, Hart.Exit.Size, Hart.Exit.Value);
                Hart.CompleteDeviceWrite();
                return null;
            case ExitReason.SupervisorCall:
                CallFirmware();
                return null;
            case ExitReason.PrivilegedInstruction:
            case ExitReason.PageTableChange:
                return Emulate();
            case ExitReason.Timer:
                _timerDueAt = 0;
                return Emulate();
            case ExitReason.WaitForInterrupt:
                return WaitForInterrupt();
            case ExitReason.DebugStop:
                _frozen = true;
                _machine.ReportDebugStop(Hart);
                return TurnEnd.Interrupted;
            case ExitReason.GuestFault:
                _machine.EndByGuestFault(Hart);
                return TurnEnd.Interrupted;
            default:
                throw new InvariantViolatedException($"exit reason {reason} is handled");
        }
    }

    private TurnEnd? Emulate()
    {
        if (Hart.EmulatePrivileged() != Outcome.Exit)
            return null;
        // The instruction trapped, and the trap is nobody's: a fault of the guest or an SBI call cannot come of it otherwise.
        return Handle(Hart.Exit.Reason);
    }

    private TurnEnd? WaitForInterrupt()
    {
        switch (Hart.EmulatePrivileged())
        {
            case Outcome.Exit:
                return Handle(Hart.Exit.Reason);
            case Outcome.Retired when !Hart.HasWakeup:
                _waiting = true;
                return null; // the turn ends where the loop finds it waiting
            default:
                return null;
        }
    }

    private void CallFirmware()
    {
        ref var state = ref Hart.State;
        var call = new SbiCall(state.X[17], state.X[16], state.X[10], state.X[11], state.X[12], state.X[13], state.X[14]);
        var answer = _machine.Firmware.Call(Hart.Id, call);
        if (answer.Legacy)
            Hart.CompleteLegacySupervisorCall((long)answer.Error);
        else
            Hart.CompleteSupervisorCall((long)answer.Error, answer.Value);
        _timerDueAt = 0;
        if (_status == HartStatus.Suspended)
            _waiting = true;
    }

    private void UpdateTimers(ulong now)
    {
        if (Hart.NextTimer is { } timer && now >= timer && (Hart.State.Mip & (1UL << (int)HartInterrupt.SupervisorTimer)) == 0)
            Interlocked.Or(ref Hart.State.Requests, (int)(HartRequests.Timer | HartRequests.Interrupt));
        // Parked harts ask HasWakeup, which looks at mip alone.
        if (_waiting)
            Hart.UpdateTimer();
        _machineTimer.Update(now);
    }

    /// <summary>So that the guest's timer interrupts come in time although nobody interrupts a running engine.</summary>
    private ulong InstructionsUntilTimer(long now)
    {
        if (_clock is VirtualClock clock)
            return clock.InstructionsUntil(PendingDeadline(clock.Ticks));
        if (_timerDueAt == 0)
            _timerDueAt = _clock.HostTimestampOf(PendingDeadline(_clock.TicksAt(now)));
        if (_timerDueAt == long.MaxValue)
            return ulong.MaxValue;
        return Math.Max(MinimumBudget, (ulong)(Math.Max(0, _timerDueAt - now) * _instructionsPerTimestamp));
    }

    /// <summary>The next deadline that has not come yet: what is pending already needs no watching.</summary>
    private ulong PendingDeadline(ulong now)
    {
        var supervisor = Hart.NextTimer ?? ulong.MaxValue;
        var machine = _machineTimer.Deadline;
        return Math.Min(supervisor <= now ? ulong.MaxValue : supervisor, machine <= now ? ulong.MaxValue : machine);
    }

    private long WakeAt()
    {
        if (_frozen || _status == HartStatus.Stopped)
            return SliceResult.NoDeadline;
        var wake = _clock.HostTimestampOf(NextDeadline);
        return _deadSince >= 0 ? Math.Min(wake, _deadSince + _machine.WatchdogTimestamps) : wake;
    }

    private void Measure(ulong instructions, long elapsed)
    {
        // Short stays say more about entering than about speed.
        if (instructions < 1000 || elapsed <= 0)
            return;
        _instructionsPerTimestamp += ((instructions / (double)elapsed) - _instructionsPerTimestamp) * 0.2;
    }

    /// <summary>A hart that does nothing but compute, without an exit or a timer, for as long as the watchdog allows, hangs.</summary>
    private void WatchProgress(ExitReason reason, long elapsed)
    {
        if (_machine.WatchdogTimestamps == long.MaxValue)
            return;
        if (reason is not (ExitReason.BudgetUsed or ExitReason.Requested))
            (_spinning, _spinningFrom) = (0, Hart.Retired);
        else
            _spinning += elapsed;
        var executed = Hart.Retired - _spinningFrom;
        if (_spinning > _machine.WatchdogTimestamps && executed > (ulong)(_machine.Config.Watchdog.TotalSeconds * HangInstructionsPerSecond))
            _machine.EndByWatchdog(Hart, "executes without ever leaving the guest");
    }

    /// <summary>A machine in which every hart waits, and no timer or device can interrupt any, hangs too: harts only wake each other.</summary>
    private void WatchDeath()
    {
        if (_machine.WatchdogTimestamps == long.MaxValue || !_machine.AllDead())
        {
            _deadSince = -1;
            return;
        }

        var now = _time.GetTimestamp();
        if (_deadSince < 0)
            _deadSince = now;
        else if (now - _deadSince >= _machine.WatchdogTimestamps)
            _machine.EndByWatchdog(Hart, "waits and nothing can wake it, nor any other");
    }
}

/// <summary>What a snapshot keeps of a hart's loop.</summary>
/// <param name="Status">A <see cref="HartStatus"/>.</param>
/// <param name="Waiting">Whether it waits for an interrupt.</param>
/// <param name="StartAddress">Where a pending start begins.</param>
/// <param name="StartOpaque">What a pending start hands over.</param>
/// <param name="Resume">Address and opaque value of a non-retentive suspend; empty without one.</param>
internal sealed record HartLoopStateV1(int Status, bool Waiting, ulong StartAddress, ulong StartOpaque, ulong[] Resume);
