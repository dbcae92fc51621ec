using Trapline.Hypervisor.Memory;
using Trapline.Hypervisor.Time;

namespace Trapline.Hypervisor.Cpu;

/// <summary>
/// One RISC-V hardware thread: its registers and everything about it that is not the meaning of ordinary instructions.
/// </summary>
/// <remarks>
/// The thread that runs the hart owns it: it calls <c>IExecutionEngine.Run</c>, handles the exit, and enters again. Other threads may
/// call only <see cref="SetInterrupt"/>, <see cref="HasWakeup"/>, <see cref="Request"/> and the other methods whose names begin so.
/// <code>
///            Run                      exit with a reason
///   owner ---------> engine ---------------------------------> owner: counts it, handles it through
///     ^                | traps of the guest: RaiseException,           CompleteDeviceRead / CompleteDeviceWrite /
///     |                | interrupts: TakeInterrupt; stay inside        CompleteSupervisorCall / EmulatePrivileged
///     +----------------------------------------------------------------+
/// </code>
/// </remarks>
public sealed class Hart : IWriteEntryHolder, IDisposable
{
    /// <summary>Traps in a row without an instruction between them that end a guest.</summary>
    public const int TrapsWithoutProgressLimit = 8;

    private readonly NativeCell<HartState> _state = new();
    private readonly RemoteFlushes _remoteFlushes = new();
    private ulong _lastTrapInstret;
    private int _trapsWithoutProgress;

    /// <summary>The details of the last exit.</summary>
    public VmExit Exit;

    /// <summary>Builds a hart as it is after reset, in machine mode at the start of RAM.</summary>
    /// <param name="id"><c>mhartid</c>.</param>
    /// <param name="ram">The machine's RAM.</param>
    /// <param name="bus">The machine's devices.</param>
    /// <param name="clock">The machine's clock.</param>
    public Hart(int id, GuestRam ram, PhysicalBus bus, IMachineClock clock)
    {
        Id = id;
        Ram = ram;
        Bus = bus;
        Clock = clock;
        Mmu = new Mmu(this);
        Memory = new MemoryUnit(this);
        Csrs = new CsrFile(this);
        Privileged = new PrivilegedUnit(this);
        State.Tlb.Allocate();
        ram.Attach(this);
        Reset(GuestRam.Base.Value);
    }

    /// <summary>Raised, on the caller's thread, when an interrupt or request arrives: wakes a parked hart.</summary>
    public event Action? Kicked;

    /// <summary><c>mhartid</c>.</summary>
    public int Id { get; }

    /// <summary>The machine's RAM.</summary>
    public GuestRam Ram { get; }

    /// <summary>The machine's devices; engines only ask whether one is there.</summary>
    public PhysicalBus Bus { get; }

    /// <summary>The machine's clock.</summary>
    public IMachineClock Clock { get; }

    /// <summary>Address translation.</summary>
    public Mmu Mmu { get; }

    /// <summary>Memory accesses that the TLB cannot serve.</summary>
    public MemoryUnit Memory { get; }

    /// <summary>Physical memory protection.</summary>
    public Pmp Pmp { get; } = new();

    /// <summary>Control and status registers.</summary>
    public CsrFile Csrs { get; }

    /// <summary>Privileged instructions.</summary>
    public PrivilegedUnit Privileged { get; }

    /// <summary>
    /// Set for a direct boot: the hypervisor stands in for machine mode, and a trap that would go there is an exit.
    /// </summary>
    public bool HostIsMachineMode { get; set; }

    /// <summary>The debugger's wishes, or null.</summary>
    public HartDebug? Debug { get; private set; }

    /// <summary>For the engine: what it keeps per hart. Dropped when the hart is handed to another engine.</summary>
    public object? EngineData { get; set; }

    /// <summary>The registers.</summary>
    public ref HartState State => ref _state.Value;

    /// <summary>Where the registers lie in host memory.</summary>
    public nint StateAddress => _state.Address;

    /// <summary>Instructions retired since the machine started.</summary>
    public ulong Retired => State.Instret;

    /// <summary>Whether an interrupt is pending and enabled in <c>mie</c>, whatever <c>mstatus</c> says: ends a WFI.</summary>
    public bool HasWakeup => (Interrupts.Pending(ref State) & State.Mie) != 0;

    /// <summary>When the clock makes STIP pending, in <see cref="IMachineClock.Ticks"/>; null if Sstc is off.</summary>
    public ulong? NextTimer => (State.Menvcfg & MenvcfgBits.Stce) != 0 ? State.Stimecmp : null;

    /// <summary>Sets the registers as after reset (privileged specification, section 3.4).</summary>
    /// <param name="pc">The reset vector.</param>
    public void Reset(ulong pc)
    {
        ref HartState state = ref State;
        SoftTlb tlb = state.Tlb;
        int requests = state.Requests;
        ulong lines = Volatile.Read(ref state.Mip) & (Interrupts.Msip | Interrupts.Mtip | Interrupts.Meip | (1UL << Interrupts.ExternalSeipBit));
        ulong retired = state.Instret;
        state = default;
        state.Tlb = tlb;
        state.Requests = requests;
        state.Mip = lines;
        state.Instret = retired;
        state.Pc = pc;
        state.Privilege = Privilege.Machine;
        state.Menvcfg = MenvcfgBits.Adue;
        Pmp.Restore(new byte[Pmp.Entries], new ulong[Pmp.Entries]);
        _trapsWithoutProgress = 0;
        Mmu.FlushAll();
    }

    /// <summary>
    /// Prepares a hart as the SBI specification wants it (section 9, HSM): supervisor mode, translation and interrupts off, the
    /// hypervisor in the place of machine mode, everything delegated.
    /// </summary>
    /// <param name="pc">Where to start.</param>
    /// <param name="opaque">The value for a1: a device tree, or what the caller of hart_start gave.</param>
    public void StartSupervisor(ulong pc, ulong opaque)
    {
        Reset(pc);
        HostIsMachineMode = true;
        ref HartState state = ref State;
        state.X[10] = (ulong)Id;
        state.X[11] = opaque;
        state.Privilege = Privilege.Supervisor;
        // Everything but calls from supervisor mode, which are ours.
        state.Medeleg = CsrFile.DelegableExceptions & ~(1UL << (int)TrapCause.SupervisorCall);
        state.Mideleg = Interrupts.Delegable;
        state.Mcounteren = uint.MaxValue;
        // As other firmware does: the C library reads the time in user mode, and kernels take for granted that it may.
        state.Scounteren = CsrFile.UserCounters;
        state.Menvcfg = MenvcfgBits.Adue | MenvcfgBits.Stce;
        state.Stimecmp = ulong.MaxValue;
        Pmp.WriteAddress(0, ulong.MaxValue);
        Pmp.WriteConfiguration(0, 0x1F);
        Mmu.FlushAll();
    }

    /// <summary>Drives an interrupt. Any thread.</summary>
    public void SetInterrupt(HartInterrupt interrupt, bool level)
    {
        int bit = interrupt == HartInterrupt.SupervisorExternal ? Interrupts.ExternalSeipBit : (int)interrupt;
        if (level)
        {
            Interlocked.Or(ref State.Mip, 1UL << bit);
            Request(HartRequests.Interrupt);
        }
        else
        {
            Interlocked.And(ref State.Mip, ~(1UL << bit));
        }
    }

    /// <summary>Asks for something to be done at the hart's next safe point, and wakes it if it is parked. Any thread.</summary>
    public void Request(HartRequests requests)
    {
        Interlocked.Or(ref State.Requests, (int)requests);
        Kicked?.Invoke();
    }

    /// <summary>Makes the engine return soon with <see cref="ExitReason.Requested"/>. Any thread.</summary>
    public void RequestExit() => Request(HartRequests.Exit);

    /// <summary>
    /// Has the hart execute a FENCE.I before its next instruction. Any thread. Does not wake: a parked hart fetches nothing, and services
    /// its requests before it runs; the same holds for <see cref="RequestFlush"/>.
    /// </summary>
    public void RequestSync() => Interlocked.Or(ref State.Requests, (int)HartRequests.SyncCode);

    /// <summary>Has the hart drop translations before its next instruction. Any thread.</summary>
    public void RequestFlush(in TranslationRange range)
    {
        _remoteFlushes.Add(in range);
        Interlocked.Or(ref State.Requests, (int)HartRequests.FlushTlb);
    }

    /// <inheritdoc/>
    // Does not wake: a parked hart writes nothing, and services its requests before it runs.
    public void RequestDropWriteEntries() => Interlocked.Or(ref State.Requests, (int)HartRequests.DropWriteEntries);

    /// <summary>
    /// Does what was requested, except what concerns the engine's code caches, which is returned. By the owner: engines call it, and
    /// so must who reads dirty pages of a paused machine.
    /// </summary>
    public HartRequests ServiceRequests()
    {
        ref HartState state = ref State;
        var requests = (HartRequests)Interlocked.Exchange(ref state.Requests, 0);
        if ((requests & HartRequests.DropWriteEntries) != 0)
            state.Tlb.DropFlaggedWriteEntries(Ram);
        if ((requests & HartRequests.FlushTlb) != 0)
            _remoteFlushes.Apply(Mmu);
        if ((requests & HartRequests.Timer) != 0)
            UpdateTimer();
        return requests & (HartRequests.Exit | HartRequests.SyncCode | HartRequests.Interrupt);
    }

    /// <summary>Sets STIP to what the clock and <c>stimecmp</c> say, if Sstc is on. By the owner.</summary>
    public void UpdateTimer()
    {
        ref HartState state = ref State;
        if ((state.Menvcfg & MenvcfgBits.Stce) == 0)
            return;
        if (Clock.Ticks >= state.Stimecmp)
            Interlocked.Or(ref state.Mip, Interrupts.Stip);
        else
            Interlocked.And(ref state.Mip, ~Interrupts.Stip);
    }

    /// <summary>Traps to the handler of the most urgent interrupt, if one must be taken now. By the owner, between instructions.</summary>
    /// <returns><see cref="Outcome.Retired"/> if none was taken.</returns>
    public Outcome TakeInterrupt()
    {
        ulong deliverable = Interrupts.Deliverable(ref State, out Privilege target);
        if (deliverable == 0)
            return Outcome.Retired;
        int number = Interrupts.MostUrgent(deliverable);
        EnterHandler(target, (1UL << 63) | (uint)number, 0);
        return Outcome.Trapped;
    }

    /// <summary>
    /// Delivers an exception of the instruction at pc to the guest's handler, or makes an exit of it where the hypervisor is the
    /// handler or the guest makes no progress.
    /// </summary>
    public Outcome RaiseException(TrapCause cause, ulong value)
    {
        ref HartState state = ref State;
        bool delegated = state.Privilege <= Privilege.Supervisor && (state.Medeleg & (1UL << (int)cause)) != 0;
        _trapsWithoutProgress = state.Instret == _lastTrapInstret ? _trapsWithoutProgress + 1 : 0;
        _lastTrapInstret = state.Instret;
        bool ours = !delegated && HostIsMachineMode;
        if (!ours && _trapsWithoutProgress < TrapsWithoutProgressLimit)
        {
            EnterHandler(delegated ? Privilege.Supervisor : Privilege.Machine, (ulong)cause, value);
            return Outcome.Trapped;
        }
        Exit.Reason = ours && cause == TrapCause.SupervisorCall ? ExitReason.SupervisorCall : ExitReason.GuestFault;
        Exit.Cause = cause;
        Exit.Value = value;
        return Outcome.Exit;
    }

    /// <summary>Ends <see cref="ExitReason.DeviceRead"/>: the load retires with this value.</summary>
    public void CompleteDeviceRead(ulong value)
    {
        Deposit(value, Exit.Size, Exit.Load, Exit.Register);
        Retire();
    }

    /// <summary>Ends <see cref="ExitReason.DeviceWrite"/>: the store retires.</summary>
    public void CompleteDeviceWrite() => Retire();

    /// <summary>Ends <see cref="ExitReason.SupervisorCall"/> with the SBI's answer.</summary>
    public void CompleteSupervisorCall(long error, ulong value)
    {
        State.X[10] = (ulong)error;
        State.X[11] = value;
        Retire();
    }

    /// <summary>Ends a legacy SBI call, which answers in a0 only.</summary>
    public void CompleteLegacySupervisorCall(long result)
    {
        State.X[10] = (ulong)result;
        Retire();
    }

    /// <summary>
    /// Executes the privileged instruction that exited. It retires, or traps in the guest, or is itself the reason of an exit
    /// (<see cref="ExitReason.GuestFault"/>).
    /// </summary>
    public Outcome EmulatePrivileged()
    {
        State.Instret++;
        Outcome outcome = Privileged.Execute(Exit.Instruction, Exit.InstructionLength);
        if (outcome != Outcome.Retired)
            State.Instret--;
        return outcome;
    }

    /// <summary>Attaches a debugger.</summary>
    public HartDebug AttachDebugger()
    {
        Debug ??= new HartDebug();
        return Debug;
    }

    /// <summary>Detaches the debugger.</summary>
    public void DetachDebugger()
    {
        Debug = null;
        DebugChanged();
    }

    /// <summary>Makes changed watchpoints effective.</summary>
    public void DebugChanged() => Mmu.FlushAll();

    /// <summary>Frees the native memory. The engine must not run the hart any more.</summary>
    public void Dispose()
    {
        Ram.Detach(this);
        State.Tlb.Free();
        _state.Dispose();
    }

    internal Outcome StopForDebugger(DebugStop stop, ulong address)
    {
        Exit.Reason = ExitReason.DebugStop;
        Exit.Stop = stop;
        Exit.Value = address;
        return Outcome.Exit;
    }

    /// <summary>Puts a loaded value into its register.</summary>
    internal void Deposit(ulong value, int size, LoadKind kind, int register)
    {
        int unused = 64 - (8 * size);
        if (kind == LoadKind.Float)
        {
            State.F[register] = unused == 0 ? value : value | (ulong.MaxValue << (8 * size));
            return;
        }
        value <<= unused;
        State.X[register] = kind == LoadKind.SignExtend ? (ulong)((long)value >> unused) : value >> unused;
    }

    private void Retire()
    {
        State.Pc += Exit.InstructionLength;
        State.Instret++;
    }

    // Sections 3.1.6.1 and 10.1.1: the trap saves pc, mode and interrupt enable, and masks interrupts of the mode it goes to.
    private void EnterHandler(Privilege target, ulong cause, ulong value)
    {
        ref HartState state = ref State;
        ulong vector;
        if (target == Privilege.Supervisor)
        {
            state.Sepc = state.Pc;
            state.Scause = cause;
            state.Stval = value;
            ulong spie = (state.Mstatus & MstatusBits.Sie) != 0 ? MstatusBits.Spie : 0;
            ulong spp = state.Privilege == Privilege.Supervisor ? MstatusBits.Spp : 0;
            state.Mstatus = (state.Mstatus & ~(MstatusBits.Sie | MstatusBits.Spie | MstatusBits.Spp)) | spie | spp;
            vector = state.Stvec;
        }
        else
        {
            state.Mepc = state.Pc;
            state.Mcause = cause;
            state.Mtval = value;
            ulong mpie = (state.Mstatus & MstatusBits.Mie) != 0 ? MstatusBits.Mpie : 0;
            ulong mpp = (ulong)state.Privilege << MstatusBits.MppShift;
            state.Mstatus = (state.Mstatus & ~(MstatusBits.Mie | MstatusBits.Mpie | MstatusBits.Mpp)) | mpie | mpp;
            vector = state.Mtvec;
        }
        state.Privilege = target;
        bool vectored = (long)cause < 0 && (vector & 1) != 0;
        state.Pc = (vector & ~3UL) + (vectored ? 4 * (cause & 0x3F) : 0);
        Mmu.UpdateContexts();
    }
}
