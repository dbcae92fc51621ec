using System.Collections.Immutable;
using System.Security.Cryptography;
using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Devices.Syscon;
using Trapline.Hypervisor.Devices.Virtio.Block;
using Trapline.Hypervisor.Devices.Virtio.Input;
using Trapline.Hypervisor.Engines;
using Trapline.Hypervisor.Engines.Jit;
using Trapline.Hypervisor.Machine.Boot;
using Trapline.Hypervisor.Machine.Clocks;
using Trapline.Hypervisor.Machine.Debugging;
using Trapline.Hypervisor.Machine.Sbi;
using Trapline.Hypervisor.Machine.Scheduling;
using Trapline.Hypervisor.Machine.Snapshots;
using Trapline.Hypervisor.Machine.Statistics;

namespace Trapline.Hypervisor.Machine;

/// <summary>Where a machine stands in its life.</summary>
public enum MachineState
{
    /// <summary>Built, not started.</summary>
    Created,

    /// <summary>Its harts are scheduled.</summary>
    Running,

    /// <summary>Its harts are not scheduled and its clock stands still.</summary>
    Paused,

    /// <summary>It will not run again; <see cref="VirtualMachine.WhenEnded"/> says why.</summary>
    Ended,
}

/// <summary>
/// A virtual machine: what a host commands. Built by <see cref="MachineBuilder"/>.
/// <code>
///   Created --Start--> Running --PauseAsync--> Paused
///                        |  ^------Resume-------'  |
///                        '--------- end -----------+--> Ended (once, with a GuestEnd)
/// </code>
/// All public members may be called from any thread; none waits for guest code, except the tasks that say so. Guest code runs on the
/// scheduler's workers in <see cref="HartLoop"/>.
/// </summary>
public sealed class VirtualMachine : IAsyncDisposable
{
    private readonly TaskCompletionSource<GuestEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _commands = new(1, 1);
    private readonly CancellationTokenSource _disposing = new();
    private readonly Lock _holdGate = new();
    private readonly Board _board;
    private readonly IExecutionEngine _engine;
    private readonly TimeProvider _time;
    private readonly SchedulingGroup _group;
    private readonly InterleavedLoop? _interleaved;
    private readonly SnapshotTaker _snapshots;
    private GuestEnd? _end;
    private int _holds = 1;
    private int _state = (int)MachineState.Created;
    private ExitStatistics? _finalStatistics;
    private TranslationStatistics? _finalTranslations;
    private int _disposed;

    internal VirtualMachine(MachineConfig config, Board board, IExecutionEngine engine, SymbolTable symbols, VcpuScheduler scheduler, MachineConsole console)
    {
        Config = config;
        Symbols = symbols;
        Console = console;
        _board = board;
        _engine = engine;
        _time = scheduler.Time;
        WatchdogTimestamps = config.Watchdog > TimeSpan.Zero ? scheduler.FromTimeSpan(config.Watchdog) : long.MaxValue;
        Loops = [.. board.Harts.Select((_, i) => new HartLoop(this, board, i, engine, _time, StatusAtStart(config, i)))];
        Firmware = new SbiFirmware(new SbiPlatform(this, board, console));
        board.Power.Pressed = OnPowerSwitch;

        _group = scheduler.AddGroup();
        _group.SetShare(config.Weight, config.CapCores);
        _interleaved = board.Clock is VirtualClock clock ? new InterleavedLoop(this, Loops, clock, _time) : null;
        _snapshots = new SnapshotTaker(this);
        AddTasks();
    }

    /// <summary>What it was built as.</summary>
    public MachineConfig Config { get; }

    /// <summary>Names in the kernel or firmware, where its file has any.</summary>
    public SymbolTable Symbols { get; }

    /// <summary>Its console.</summary>
    public MachineConsole Console { get; }

    /// <summary>Where it stands.</summary>
    public MachineState State => (MachineState)Volatile.Read(ref _state);

    /// <summary>Completes when it has ended and no hart executes any more.</summary>
    public Task<GuestEnd> WhenEnded => _ended.Task;

    /// <summary>Processor time that its harts have had.</summary>
    public TimeSpan RunTime => _group.RunTime;

    /// <summary>Where its time went.</summary>
    public ExitStatistics Statistics => Volatile.Read(ref _finalStatistics) ??
        ExitStatistics.Sum(Loops.Select(l => l.Counters), Loops.Aggregate(0UL, (sum, l) => sum + l.Hart.Retired), _time);

    /// <summary>Why the storage of one of its disks failed last, in words; null if it has not.</summary>
    public string? DiskProblem => _board.Disks.Backends.Select(b => b.Problem).FirstOrDefault(p => p is not null);

    /// <summary>What executes its guest: <c>interpreter</c> or <c>jit</c>.</summary>
    public string Engine => _engine.Name;

    /// <summary>What its engine counts, by name; not after its end.</summary>
    public ImmutableSortedDictionary<string, long> EngineCounters => Machine.Statistics.EngineCounters.Of(Translations);

    /// <summary>What the JIT did for it; null on another engine.</summary>
    public TranslationStatistics? Translations => Volatile.Read(ref _finalTranslations) ??
        (_engine is JitEngine jit ? TranslationStatistics.Of(jit) : null);

    internal Board Board => _board;

    internal IReadOnlyList<HartLoop> Loops { get; }

    internal SbiFirmware Firmware { get; }

    internal long WatchdogTimestamps { get; }

    internal bool HasEnded => Volatile.Read(ref _end) is not null;

    internal bool IsHeld => Volatile.Read(ref _holds) > 0;

    internal ulong AlarmDeadline => _board.RtcAlarm.Deadline;

    internal InterleavedLoop? Interleaved => _interleaved;

    /// <summary>Who hears of breakpoints; null while no debugger is attached.</summary>
    internal Action<Hart>? DebugStops { get; set; }

    /// <summary>Starts it. False if it has been started or stopped before.</summary>
    public bool Start()
    {
        if (!TryMove(MachineState.Created, MachineState.Running))
            return false;
        ReleaseHold();
        return true;
    }

    /// <summary>
    /// Pauses it. Completes when no hart executes, which takes at most one slice. False if it has ended or was not running.
    /// </summary>
    public async Task<bool> PauseAsync()
    {
        await _commands.WaitAsync().ConfigureAwait(false);
        try
        {
            if (State != MachineState.Running)
                return false;
            await HoldAsync().ConfigureAwait(false);
            if (!HasEnded && TryMove(MachineState.Running, MachineState.Paused))
                return true;
            ReleaseHold();
            return false;
        }
        finally
        {
            _commands.Release();
        }
    }

    /// <summary>Lets it go on. False if it was not paused.</summary>
    public async Task<bool> ResumeAsync()
    {
        await _commands.WaitAsync().ConfigureAwait(false);
        try
        {
            if (!TryMove(MachineState.Paused, MachineState.Running))
                return false;
            ReleaseHold();
            return true;
        }
        finally
        {
            _commands.Release();
        }
    }

    /// <summary>
    /// Presses its power button, which asks the guest to power off: whether and when it does is its own matter. Waits for a snapshot that is being
    /// taken. Nobody listens in a machine that does not run, or has no button.
    /// </summary>
    public async Task<PowerPress> PressPowerButtonAsync()
    {
        if (HasEnded)
            return PowerPress.NobodyListens;
        // Not while harts are held or memory is given back: the key's buffers lie in the guest's memory.
        await _commands.WaitAsync().ConfigureAwait(false);
        try
        {
            return State == MachineState.Running && _board.PowerButton is { } button ? button.Press() : PowerPress.NobodyListens;
        }
        finally
        {
            _commands.Release();
        }
    }

    /// <summary>Ends it as if its power were cut.</summary>
    public async Task StopAsync()
    {
        End(new GuestEnd(GuestEndKind.Stopped, "the machine was stopped"));
        await WhenEnded.ConfigureAwait(false);
    }

    /// <summary>
    /// Saves the whole machine into a file. It is held for that time, and then goes on or stays paused as it was. A save that is cancelled, or whose
    /// machine is disposed of, ends with <see cref="MachineErrorKind.GivenUp"/> also while a write hangs: from then on nothing of the machine is read,
    /// and no file appears under the name.
    /// </summary>
    public async Task<Result<SnapshotInfo>> SaveSnapshotAsync(string path, SnapshotOptions? options = null, CancellationToken cancellation = default)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _disposing.Token);
        try
        {
            await _commands.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return GivenUp(path);
        }

        try
        {
            return await SaveHeldAsync(path, options ?? new SnapshotOptions(), either.Token).ConfigureAwait(false);
        }
        finally
        {
            _commands.Release();
        }
    }

    /// <summary>Listens for GDB.</summary>
    /// <param name="port">A TCP port of the loopback interface; 0 to have one chosen.</param>
    /// <param name="wait">Whether the machine executes nothing before a debugger lets it.</param>
    public GdbServer ListenForDebugger(int port, bool wait = false) => new(new MachineDebugTarget(this, wait), port);

    /// <summary>Has every instruction reported to a trace; before the start.</summary>
    public void TraceInstructions(IInstructionTrace trace)
    {
        Invariant.Require(State == MachineState.Created, "a trace is attached before the start");
        foreach (var loop in Loops)
            loop.Hart.AttachDebugger().Trace = trace;
    }

    /// <summary>Changes its share of the processors; takes effect at once.</summary>
    /// <param name="weight">In proportion to other machines.</param>
    /// <param name="capCores">The most processor time, in cores; infinity for no cap.</param>
    public void SetShare(int weight, double capCores) => _group.SetShare(weight, capCores);

    /// <summary>Stops it, waits for its disks, and gives everything back.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _disposing.CancelAsync().ConfigureAwait(false);
        await StopAsync().ConfigureAwait(false);
        // A snapshot that is being taken reads memory: it is given up first.
        await _commands.WaitAsync().ConfigureAwait(false);
        _group.Remove();
        await DisksIdleAsync().ConfigureAwait(false);
        // On a thread that nobody else needs: a disk may hang.
        if (_board.Disks.Backends.Count > 0)
            await Task.Factory.StartNew(_board.Disks.Close, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
        Volatile.Write(ref _finalStatistics, Statistics);
        Volatile.Write(ref _finalTranslations, Translations);
        _engine.Dispose();
        _board.Dispose();
        _commands.Dispose();
        _disposing.Dispose();
    }

    /// <summary>
    /// A fingerprint of everything that the guest could ever see: two machines with the same one will behave the same. The machine must be
    /// paused or have ended.
    /// </summary>
    public byte[] ComputeStateHash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(MachineRecords.Save(this).ToBytes());
        for (var page = 0; page < _board.Ram.PageCount; page++)
            hash.AppendData(_board.Ram.SpanAt(_board.Ram.PageAddress(page), Memory.Page.Size));
        return hash.GetHashAndReset();
    }

    /// <summary>Keeps all harts from executing until as many <see cref="ReleaseHold"/>; the clock stands still meanwhile.</summary>
    internal async Task HoldAsync()
    {
        Interlocked.Increment(ref _holds);
        await _group.HoldAsync().ConfigureAwait(false);
        lock (_holdGate)
            _board.Clock.Pause();
    }

    internal void ReleaseHold()
    {
        lock (_holdGate)
        {
            if (Interlocked.Decrement(ref _holds) == 0)
                _board.Clock.Resume();
        }

        _group.Release();
    }

    /// <summary>Completes when no disk request is in flight; with the harts held, none begins.</summary>
    internal Task DisksIdleAsync() =>
        Task.WhenAll(_board.Slots.Select(s => s?.Function).OfType<VirtioBlock>().Select(b => b.WhenIdle()));

    /// <summary>Ends the machine, once; later ends are ignored. Any thread, also a hart's own.</summary>
    internal void End(GuestEnd end)
    {
        if (Interlocked.CompareExchange(ref _end, end, null) is not null)
            return;
        _ = FinishAsync(end);
    }

    internal void EndByFault(Hart hart, Exception e) => End(new GuestEnd(
        GuestEndKind.HypervisorFault,
        $"a defect of the hypervisor: {e.GetType().Name}: {e.Message}",
        Report: HartReport.Of(hart, Symbols) is { } report ? report with { Text = $"{report.Text}\n{e.StackTrace}" } : null));

    internal void EndByGuestFault(Hart hart) => End(new GuestEnd(
        GuestEndKind.Panic,
        $"the guest cannot go on: {hart.Exit.Cause} at 0x{hart.State.Pc:x} (value 0x{hart.Exit.Value:x}), and no handler gets on",
        Report: HartReport.Of(hart, Symbols)));

    internal void EndByWatchdog(Hart hart, string how) => End(new GuestEnd(
        GuestEndKind.Watchdog,
        $"no progress for {Config.Watchdog.TotalSeconds:0.###} s: hart {hart.Id} {how}",
        Report: HartReport.Of(hart, Symbols)));

    internal bool AllDead() => Loops.All(l => l.IsDead);

    /// <summary>When the last hart stops itself nothing can start another one.</summary>
    internal void StopIfAllStopped()
    {
        if (Loops.All(l => l.Status == HartStatus.Stopped))
            End(new GuestEnd(GuestEndKind.PowerOff, "the guest stopped all its harts"));
    }

    internal void ReportDebugStop(Hart hart)
    {
        if (DebugStops is { } report)
            report(hart);
        else
            Loops[hart.Id].Frozen = false; // the debugger has just left
    }

    private static MachineError GivenUp(string path) => new(MachineErrorKind.GivenUp, $"saving {path} was given up", "nothing was saved; the machine is as it was");

    private async Task<Result<SnapshotInfo>> SaveHeldAsync(string path, SnapshotOptions options, CancellationToken cancellation)
    {
        await HoldAsync().ConfigureAwait(false);
        try
        {
            if (HasEnded)
                return new MachineError(MachineErrorKind.WrongState, "the machine has ended", "only a machine that can go on is saved");
            await DisksIdleAsync().WaitAsync(cancellation).ConfigureAwait(false);
            return await _snapshots.TakeAsync(path, options, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return GivenUp(path);
        }
        finally
        {
            ReleaseHold();
        }
    }

    internal void RingAlarm() => _board.Rtc.AlarmDue();

    private static HartStatus StatusAtStart(MachineConfig config, int hart) =>
        config.Firmware is not null || hart == 0 ? HartStatus.Started : HartStatus.Stopped;

    /// <summary>The end wins over every other move: it may come while a command waits.</summary>
    private bool TryMove(MachineState from, MachineState to) => Interlocked.CompareExchange(ref _state, (int)to, (int)from) == (int)from;

    private void AddTasks()
    {
        if (_interleaved is not null)
        {
            var whole = _group.Add(_interleaved);
            foreach (var hart in _board.Harts)
                hart.Kicked += whole.Wake;
            _board.RtcAlarm.Changed = whole.Wake;
            whole.Wake();
            return;
        }

        foreach (var loop in Loops)
        {
            var task = _group.Add(loop);
            loop.Hart.Kicked += task.Wake;
            task.Wake();
        }

        var alarm = _group.Add(new AlarmRunner(_board));
        _board.RtcAlarm.Changed = alarm.Wake;
        alarm.Wake();
    }

    private async Task FinishAsync(GuestEnd end)
    {
        // Never released again: an ended machine stays held.
        await HoldAsync().ConfigureAwait(false);
        await DisksIdleAsync().ConfigureAwait(false);
        Volatile.Write(ref _state, (int)MachineState.Ended);
        _ended.TrySetResult(end);
    }

    private void OnPowerSwitch(SystemRequest request, ushort code) => End(request switch
    {
        SystemRequest.PowerOff => new GuestEnd(GuestEndKind.PowerOff, "the guest powered off"),
        SystemRequest.Reset => new GuestEnd(GuestEndKind.Reboot, "the guest asked for a reboot"),
        _ => new GuestEnd(GuestEndKind.Panic, $"the guest reported failure {code}", code),
    });

    /// <summary>Rings the real-time clock's alarm; scheduled like a hart, so that it needs no timer of its own.</summary>
    private sealed class AlarmRunner(Board board) : ISliceRunner
    {
        public SliceResult RunSlice(TimeSpan budget)
        {
            if (board.Clock.Ticks >= board.RtcAlarm.Deadline)
                board.Rtc.AlarmDue();
            return new SliceResult(SliceEnd.Waiting, board.Clock.HostTimestampOf(board.RtcAlarm.Deadline));
        }

        public void RequestExit()
        {
            // It returns at once.
        }
    }
}
