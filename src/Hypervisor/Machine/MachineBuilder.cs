using System.Globalization;
using Trapline.Hypervisor.Engines.Jit.Dump;
using Trapline.Hypervisor.Machine.Boot;
using Trapline.Hypervisor.Machine.Clocks;
using Trapline.Hypervisor.Machine.Sbi;
using Trapline.Hypervisor.Machine.Snapshots;
using Trapline.Hypervisor.Memory;
using Trapline.Hypervisor.Storage;

namespace Trapline.Hypervisor.Machine;

/// <summary>What may differ from the saved machine when one is restored.</summary>
public sealed record RestoreOptions
{
    /// <summary>The disks, in the same order, if they lie elsewhere now; null to use those that the snapshot names.</summary>
    public IReadOnlyList<DiskConfig>? Disks { get; init; }

    /// <summary>What executes.</summary>
    public EngineKind Engine { get; init; } = EngineKind.Auto;

    /// <summary>The watchdog.</summary>
    public TimeSpan Watchdog { get; init; } = TimeSpan.Zero;

    /// <summary>Asks the JIT for a listing.</summary>
    public JitDump? JitDump { get; init; }

    /// <summary>A name; null to keep the saved one.</summary>
    public string? Name { get; init; }

    /// <summary>
    /// Whether memory is read whole and checked, so that what was checked is what the guest gets. Without it memory is mapped and a machine starts in
    /// milliseconds, from a file that is known to be good and that nobody writes to while it runs.
    /// </summary>
    public bool Verify { get; init; } = true;
}

/// <summary>
/// The only place that constructs machines: from a configuration, or from a snapshot. Everything that can be wrong with either is an
/// error in one line; nothing is left behind then.
/// </summary>
public sealed class MachineBuilder
{
    private readonly MachineHost _host;

    /// <summary>Builds for a host.</summary>
    public MachineBuilder(MachineHost host) => _host = host;

    /// <summary>Builds a machine at reset. It runs once it is started.</summary>
    public Result<VirtualMachine> Build(MachineConfig config, MachineConsole console)
    {
        if (ConfigCheck.Check(config) is { } mistake)
            return mistake;
        console = console with { Output = new SerializedOutput(console.Output) };
        if (!BootPlan.Make(config).TryGet(out var plan, out var error))
            return error;
        if (!DiskSet.Open(config.Disks).TryGet(out var disks, out error))
            return error;
        if (!Allocate(config).TryGet(out var ram, out error))
        {
            disks.Dispose();
            return error;
        }

        IPausableClock clock = config.Clock == ClockKind.Virtual
            ? new VirtualClock(config.Harts, 0, BoardAssembly.VirtualEpochNanoseconds)
            : new RealClock(_host.Scheduler.Time);
        var board = BoardAssembly.Build(new BoardParts(config, ram, disks, console, SavedStates.None), clock, _host, plan.Rom);
        var tree = DeviceTreeBuilder.Build(config, plan.Layout, BoardAssembly.KernelSeed(config));
        if (plan.Load(ram, board.Harts, tree) is { } notLoaded)
        {
            board.Dispose();
            return notLoaded;
        }

        return new VirtualMachine(config, board, EngineFactory.Create(config), plan.Symbols, _host.Scheduler, console);
    }

    /// <summary>Builds a machine from a snapshot. It goes on once it is started, with nothing lost.</summary>
    public Result<VirtualMachine> Restore(string path, MachineConsole console, RestoreOptions? options = null)
    {
        options ??= new RestoreOptions();
        if (!SnapshotFile.Open(path).TryGet(out var file, out var error))
            return error;
        using (file)
        {
            try
            {
                return Restore(file, console, options);
            }
            catch (Exception e) when (e is IOException or InvalidDataException)
            {
                return SnapshotHeader.Damaged(path, e.Message);
            }
        }
    }

    private Result<VirtualMachine> Restore(SnapshotFile file, MachineConsole console, RestoreOptions options)
    {
        if (!file.Records.Get<MachineStateV1>(MachineRecords.Machine).TryGet(out var machine, out var error))
            return error;
        if (SavedConfig.From(machine, options, out var config, out var disksToOpen) is { } misfit)
            return misfit;
        if (machine.MemoryBytes != (ulong)file.Header.RamSize)
            return SnapshotHeader.Damaged(file.Path, "its memory is not as large as its machine's");
        if (!SavedStates.Read(file.Records, config.Harts).TryGet(out var saved, out error))
            return error;
        if (!saved.Loops.All(SavedConfig.IsPossible))
            return SnapshotHeader.Damaged(file.Path, "a hart's state is impossible");
        // Before the disks: opening them shuts out whoever had them before.
        if (!RamOf(file, config, options.Verify).TryGet(out var ram, out error))
            return error;
        if (!DiskSet.Open(disksToOpen).TryGet(out var disks, out error))
        {
            ram.Dispose();
            return error;
        }

        if (SavedConfig.CheckDisks(machine, disks) is { } otherDisk)
        {
            ram.Dispose();
            disks.Dispose();
            return otherDisk;
        }

        console = console with { Output = new SerializedOutput(console.Output) };
        return Construct(file, machine, new BoardParts(config, ram, disks, console, saved));
    }

    private Result<VirtualMachine> Construct(SnapshotFile file, MachineStateV1 machine, BoardParts parts)
    {
        var (config, saved, console) = (parts.Config, parts.Saved, parts.Console);
        Board? board = null;
        var isWhole = false;
        try
        {
            IPausableClock clock = config.Clock == ClockKind.Virtual
                ? new VirtualClock(config.Harts, machine.Ticks, machine.WallClockNanoseconds - (machine.Ticks * 100)) { Remainder = machine.ClockRemainder }
                : new RealClock(_host.Scheduler.Time, machine.Ticks);
            console.Input.Offer(machine.Input);
            board = BoardAssembly.Build(parts, clock, _host, machine.Rom is [var entry, var tree, var payload] ? new ResetRom(entry, tree, payload) : null);
            for (var i = 0; i < config.Harts; i++)
                saved.Harts[i].Restore(board.Harts[i]);
            var restored = new VirtualMachine(config, board, EngineFactory.Create(config), SymbolTable.Empty, _host.Scheduler, console);
            for (var i = 0; i < config.Harts; i++)
                restored.Loops[i].Restore(saved.Loops[i]);
            if (restored.Interleaved is { } interleaved)
                interleaved.Next = machine.NextTurn;
            isWhole = true;
            return restored;
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException or IndexOutOfRangeException)
        {
            return SnapshotHeader.Damaged(file.Path, $"a device's state makes no sense ({e.Message})");
        }
        finally
        {
            if (!isWhole && board is null)
            {
                parts.Ram.Dispose();
                parts.Disks.Dispose();
            }
            else if (!isWhole)
            {
                board!.Dispose();
            }
        }
    }

    private static Result<GuestRam> RamOf(SnapshotFile file, MachineConfig config, bool verify)
    {
        if (!verify)
            return file.MapRam();
        if (!Allocate(config).TryGet(out var ram, out var error))
            return error;
        if (file.ReadInto(ram, SparseFiles.Default) is not { } damage)
            return ram;
        ram.Dispose();
        return damage;
    }

    private static Result<GuestRam> Allocate(MachineConfig config)
    {
        try
        {
            return new GuestRam(config.MemoryBytes);
        }
        catch (OutOfMemoryException)
        {
            return new MachineError(
                MachineErrorKind.BadConfiguration,
                string.Create(CultureInfo.InvariantCulture, $"this host has no {config.MemoryBytes >> 20} MiB of memory for the machine"),
                "give the machine less memory");
        }
    }
}
