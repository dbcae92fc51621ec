using System.Net.Sockets;
using System.Runtime.InteropServices;
using Trapline.Cli.Output;
using Trapline.Cli.Terminals;
using Trapline.Hypervisor.Devices.Console;
using Trapline.Hypervisor.Devices.Virtio.Input;
using Trapline.Hypervisor.Engines.Jit.Dump;
using Trapline.Hypervisor.Machine;
using Trapline.Hypervisor.Machine.Debugging;

namespace Trapline.Cli.Running;

/// <summary>
/// One run of <c>trapline vm run</c>: builds the machine, connects it to the terminal, waits for its end or for the user, and says how
/// it ended. A reboot builds the machine anew.
/// </summary>
internal sealed class MachineRun(RunSettings settings)
{
    private static readonly int[] HandledSignals = [(int)PosixSignal.SIGINT, (int)PosixSignal.SIGTERM];

    private readonly TaskCompletionSource<int> _leave = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile VirtualMachine? _machine;
    private GuestEnd? _end;
    private bool _hasRun;

    /// <summary>Runs; the result is the exit code.</summary>
    public async Task<int> RunAsync()
    {
        var output = StandardStreams.OpenOutput();
        var code = await RunAsync(settings.AsJson ? new JsonLines(output) : output).ConfigureAwait(false);
        if (_hasRun)
            new Printer(settings.AsJson).Tell(new EndLine(code, _end?.Kind.ToString(), _end?.Message), CompactJson.Default.EndLine);
        return code;
    }

    private async Task<int> RunAsync(Stream output)
    {
        using var host = new MachineHost(settings.Scheduling);
        var builder = new MachineBuilder(host);
        // Built before the terminal is touched, so that an error is an ordinary line.
        using var writer = new ConsoleWriter(output);
        if (!Build(builder, writer).TryGet(out var machine, out var error))
            return CliError.Report(error.ToString());

        using var terminal = Terminal.Open();
        var keys = terminal.IsInteractive ? new EscapeKeys(Carry) : null;
        using var signals = new SignalSet(HandledSignals, OnSignal);
        var reader = new ConsoleReader(StandardStreams.OpenInput(), keys);
        if (terminal.IsInteractive)
            Say("Ctrl-A x leaves, Ctrl-A h lists other keys");
        for (; ; )
        {
            var (code, reboot) = await RunOnceAsync(machine, reader).ConfigureAwait(false);
            if (!reboot)
                return code;
            if (!Build(builder, writer).TryGet(out machine, out error))
                return CliError.Report(error.ToString());
        }
    }

    private static void Say(string line) => CliError.Note(line);

    private static void SayListings(JitDump dump)
    {
        if (dump.Listings.Count == 0)
            Say($"nothing at 0x{dump.Address:x} was translated: it did not run, or too rarely");
        foreach (var listing in dump.Listings)
            Say(listing);
    }

    private Result<VirtualMachine> Build(MachineBuilder builder, ConsoleWriter writer)
    {
        var console = new MachineConsole(new ConsoleInput(), writer);
        if (settings.FromSnapshot is not { } snapshot)
            return builder.Build(settings.Config, console);
        return builder.Restore(snapshot, console, new RestoreOptions
        {
            Disks = settings.DisksGiven ? settings.Config.Disks : null,
            Engine = settings.Config.Engine,
            JitDump = settings.Config.JitDump,
            Watchdog = settings.Config.Watchdog,
        });
    }

    private async Task<(int Code, bool Reboot)> RunOnceAsync(VirtualMachine machine, ConsoleReader reader)
    {
        await using var _ = machine.ConfigureAwait(false);
        _machine = machine;
        InstructionTraceFile? trace = null;
        GdbServer? gdb = null;
        try
        {
            if (settings.TraceTo is { } path)
                trace = InstructionTraceFile.Attach(machine, path);
            if (settings.Gdb is { } argument)
            {
                gdb = machine.ListenForDebugger(argument.Port, argument.Wait);
                Say($"waiting for GDB at port {gdb.Port}: target remote :{gdb.Port}");
            }

            reader.Connect(machine.Console.Input);
            machine.Start();
            _hasRun = true;
            var result = await WaitAsync(machine).ConfigureAwait(false);
            if (settings.PrintStatistics)
                Say(StatisticsReport.Text(machine));
            if (settings.StatisticsTo is { } file)
                StatisticsReport.Write(machine, file);
            if (settings.Config.JitDump is { } dump)
                SayListings(dump);
            return result;
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException)
        {
            return (CliError.Report(e is SocketException ? $"port {settings.Gdb?.Port} cannot be used ({e.Message}): give another one to --gdb" : e.Message), false);
        }
        finally
        {
            _machine = null;
            gdb?.Dispose();
            trace?.Dispose();
        }
    }

    private async Task<(int Code, bool Reboot)> WaitAsync(VirtualMachine machine)
    {
        var waits = new List<Task> { machine.WhenEnded, _leave.Task };
        if (settings.SnapshotAfter > TimeSpan.Zero)
            waits.Add(Task.Delay(settings.SnapshotAfter, TimeProvider.System));
        var first = await Task.WhenAny(waits).ConfigureAwait(false);
        if (first == machine.WhenEnded)
            return Conclude(await machine.WhenEnded.ConfigureAwait(false));
        if (first != _leave.Task)
            return (await SnapshotAndLeaveAsync(machine).ConfigureAwait(false) ? ExitCodes.Success : ExitCodes.Usage, false);
        var code = await _leave.Task.ConfigureAwait(false);
        if (code == ExitCodes.Terminated && settings.SnapshotTo is not null)
            await SnapshotAndLeaveAsync(machine).ConfigureAwait(false);
        return (code, false);
    }

    private (int Code, bool Reboot) Conclude(GuestEnd end)
    {
        _end = end;
        switch (end.Kind)
        {
            case GuestEndKind.PowerOff or GuestEndKind.Stopped:
                return (ExitCodes.Success, false);
            case GuestEndKind.Reboot when settings.Reboots && settings.FromSnapshot is null:
                Say("the guest reboots");
                return (0, true);
            case GuestEndKind.Reboot:
                Say(end.Message);
                return (ExitCodes.Reboot, false);
            default:
                Say(end.ToString());
                return (CodeOf(end), false);
        }
    }

    private static int CodeOf(GuestEnd end) => end.Kind switch
    {
        GuestEndKind.Panic when (end.GuestCode & 0xff) != 0 => end.GuestCode & 0xff,
        GuestEndKind.Panic => ExitCodes.GuestPanic,
        GuestEndKind.Watchdog => ExitCodes.Watchdog,
        _ => ExitCodes.HypervisorFault,
    };

    private void OnSignal(int signal) =>
        _leave.TrySetResult(signal == (int)PosixSignal.SIGTERM ? ExitCodes.Terminated : ExitCodes.Interrupted);

    /// <summary>A key for the runner; on the console's reading thread.</summary>
    private void Carry(EscapeCommand command)
    {
        if (_machine is not { } machine)
            return;
        switch (command)
        {
            case EscapeCommand.Leave:
                _leave.TrySetResult(ExitCodes.Success);
                break;
            case EscapeCommand.Help:
                Say(EscapeKeys.Help);
                break;
            case EscapeCommand.Statistics:
                Say(StatisticsReport.Text(machine));
                break;
            case EscapeCommand.PowerButton:
                _ = PressPowerButtonAsync(machine);
                break;
            case EscapeCommand.Pause:
                _ = TogglePauseAsync(machine);
                break;
            case EscapeCommand.Snapshot:
                _ = SnapshotAsync(machine);
                break;
        }
    }

    private static async Task PressPowerButtonAsync(VirtualMachine machine)
    {
        if (await machine.PressPowerButtonAsync().ConfigureAwait(false) != PowerPress.Heard)
            Say("the guest does not listen to its power button; Ctrl-A x leaves");
    }

    private static async Task TogglePauseAsync(VirtualMachine machine)
    {
        if (await machine.PauseAsync().ConfigureAwait(false))
            Say("paused; Ctrl-A p goes on");
        else if (await machine.ResumeAsync().ConfigureAwait(false))
            Say("goes on");
    }

    /// <summary>Paused first and never resumed, so that the disks stay as the snapshot knows them.</summary>
    private async Task<bool> SnapshotAndLeaveAsync(VirtualMachine machine)
    {
        await machine.PauseAsync().ConfigureAwait(false);
        return await SnapshotAsync(machine).ConfigureAwait(false);
    }

    private async Task<bool> SnapshotAsync(VirtualMachine machine)
    {
        if (settings.SnapshotTo is not { } path)
        {
            Say("no file for a snapshot was given: start with --snapshot-to FILE");
            return false;
        }

        var saved = await machine.SaveSnapshotAsync(path).ConfigureAwait(false);
        Say(saved.TryGet(out var info, out var error) ? $"snapshot written to {path} ({info.Pages} pages)" : error.ToString());
        return saved.Error is null;
    }
}
