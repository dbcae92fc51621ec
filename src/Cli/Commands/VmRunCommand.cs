using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Trapline.Cli.Running;
using Trapline.Hypervisor.Engines.Jit.Dump;
using Trapline.Hypervisor.Machine;
using Trapline.Hypervisor.Machine.Scheduling;

namespace Trapline.Cli.Commands;

/// <summary><c>trapline vm run</c>: runs one machine with its console on the terminal.</summary>
internal static class VmRunCommand
{
    private static readonly Option<string?> Kernel = new("--kernel") { HelpName = "FILE", Description = "Kernel: ELF or Linux Image for riscv64; with --bios, what the firmware starts" };
    private static readonly Option<string?> Bios = new("--bios") { HelpName = "FILE", Description = "Firmware: an M-mode image, started at reset (OpenSBI, U-Boot)" };
    private static readonly Option<string?> Initrd = new("--initrd") { HelpName = "FILE", Description = "Initial RAM disk" };
    private static readonly Option<string> Append = new("--append") { HelpName = "TEXT", Description = "Kernel command line", DefaultValueFactory = _ => "" };
    private static readonly Option<string[]> Disk = new("--disk") { HelpName = "FILE[,ro][,overlay=FILE]", Description = "Disk image: FILE[,ro][,overlay=FILE]; may be repeated" };
    private static readonly Setting<ulong> Memory = Parsed<ulong>("--memory", "SIZE", "Memory, such as 256M or 1G [default: 256M]", 256UL << 20, Sizes.TryParse, "give a size such as 256M or 1G");
    private static readonly Setting<int> Harts = Parsed<int>("--harts", "N", "Virtual processors, 1 to 8 [default: 1]", 1, TryInteger, "give a number from 1 to 8");
    private static readonly Setting<EngineKind> Engine = Choice("--engine", "What executes the guest [default: auto]", EngineKind.Auto);
    private static readonly Setting<ClockKind> Clock = Choice("--clock", "real: the host's time; virtual: derived from instructions, a run repeats exactly [default: real]", ClockKind.Real);
    private static readonly Setting<ConsoleKind> Console = Choice("--console", "The device behind the terminal: uart (ttyS0) or virtio (hvc0) [default: uart]", ConsoleKind.Uart);
    private static readonly Setting<NetKind> Net = Choice("--net", "Network device [default: none]", NetKind.None);
    private static readonly Option<ulong> Seed = new("--seed") { HelpName = "N", Description = "With --clock virtual: where random numbers start", DefaultValueFactory = _ => 1 };
    private static readonly Setting<TimeSpan> Watchdog = Parsed<TimeSpan>("--watchdog", "SECONDS", "End the machine after so many seconds without progress; 0 for never [default: 0]", TimeSpan.Zero, Sizes.TryParseSeconds, "give seconds, such as 30 or 0.5");
    private static readonly Setting<double> Cap = Parsed<double>("--cap", "CORES", "The most processor time, in cores [default: no bound]", double.PositiveInfinity, TryDouble, "give a number of cores above 0, such as 0.5");
    private static readonly Setting<int> Workers = Parsed<int>("--workers", "N", "Threads that run guest code [default: one for each core]", Environment.ProcessorCount, TryInteger, "give a number from 1 to 256");
    private static readonly Option<string?> Gdb = new("--gdb") { HelpName = ":PORT[,wait]", Description = "Listen for GDB on the loopback interface: :PORT, or :PORT,wait to wait for it before the first instruction" };
    private static readonly Option<string?> SnapshotTo = new("--snapshot-to") { HelpName = "FILE", Description = "Where Ctrl-A s writes a snapshot; also written on SIGTERM" };
    private static readonly Setting<TimeSpan> SnapshotAfter = Parsed<TimeSpan>("--snapshot-after", "SECONDS", "Write the snapshot after so many seconds, and leave", TimeSpan.Zero, Sizes.TryParseSeconds, "give seconds, such as 30 or 0.5");
    private static readonly Option<string?> FromSnapshot = new("--from-snapshot") { HelpName = "FILE", Description = "Go on with a saved machine" };
    private static readonly Option<bool> Stats = new("--stats") { Description = "Print at the end why the guest was left, and what was translated" };
    private static readonly Option<string?> StatsJson = new("--stats-json") { HelpName = "FILE", Description = "Write the same to a file, as JSON" };
    private static readonly Option<string?> Trace = new("--trace") { HelpName = "FILE", Description = "Write every executed instruction to a file (slow)" };
    private static readonly Option<string?> DumpJit = new("--dump-jit") { HelpName = "ADDRESS", Description = "At the end, print what the JIT made of the code at an address: guest code, micro-operations, host code" };
    private static readonly Option<bool> NoReboot = new("--no-reboot") { Description = "Leave when the guest asks for a reboot (exit code 5)" };

    private delegate bool TryParse<T>(string text, out T value);

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("run", "Runs a machine with its console on this terminal. Ctrl-A x leaves, Ctrl-A h lists other keys.")
        {
            Kernel, Bios, Initrd, Append, Disk, Memory, Harts, Engine, Clock, Console, Net, Seed, Watchdog, Cap, Workers,
            Gdb, SnapshotTo, SnapshotAfter, FromSnapshot, Stats, StatsJson, Trace, DumpJit, NoReboot, OutputOption.Option,
        };
        command.SetAction((parsed, _) => RunAsync(parsed));
        return command;
    }

    private static Task<int> RunAsync(ParseResult parsed)
    {
        var disks = new List<DiskConfig>();
        foreach (var text in parsed.GetValue(Disk) ?? [])
        {
            if (!DiskArgument.TryParse(text, out var disk, out var wrong))
                return Task.FromResult(CliError.Report($"--disk {text}: {wrong}"));
            disks.Add(disk);
        }

        GdbArgument? gdb = null;
        if (parsed.GetValue(Gdb) is { } gdbText && !GdbArgument.TryParse(gdbText, out gdb))
            return Task.FromResult(CliError.Report($"--gdb {gdbText} is not a port: give :PORT or :PORT,wait with a port up to 65535"));

        var snapshotTo = parsed.GetValue(SnapshotTo);
        var fromSnapshot = parsed.GetValue(FromSnapshot);
        if (fromSnapshot is not null && (parsed.GetValue(Kernel) ?? parsed.GetValue(Bios) ?? parsed.GetValue(Initrd)) is not null)
            return Task.FromResult(CliError.Report("--from-snapshot goes on with a saved machine, which needs no kernel: leave out --kernel, --bios and --initrd"));
        if (SnapshotAfter.Of(parsed) > TimeSpan.Zero && snapshotTo is null)
            return Task.FromResult(CliError.Report("--snapshot-after says when and not where: give --snapshot-to FILE too"));
        if (Workers.Of(parsed) is < 1 or > 256)
            return Task.FromResult(CliError.Report($"--workers {Workers.Of(parsed)} is not possible: give a number from 1 to 256"));

        JitDump? dump = null;
        if (parsed.GetValue(DumpJit) is { } dumpText)
        {
            if (!Sizes.TryParseAddress(dumpText, out var address))
                return Task.FromResult(CliError.Report($"--dump-jit {dumpText} is not an address: give hexadecimal digits, such as 0x80200000"));
            if (Engine.Of(parsed) == EngineKind.Interpreter)
                return Task.FromResult(CliError.Report("--dump-jit needs the JIT: leave out --engine interpreter"));
            dump = new JitDump(address);
        }

        var config = new MachineConfig
        {
            MemoryBytes = Memory.Of(parsed),
            Harts = Harts.Of(parsed),
            Kernel = Source(parsed.GetValue(Kernel)),
            Firmware = Source(parsed.GetValue(Bios)),
            Initrd = Source(parsed.GetValue(Initrd)),
            CommandLine = parsed.GetValue(Append) ?? "",
            Disks = disks,
            Engine = Engine.Of(parsed),
            JitDump = dump,
            Clock = Clock.Of(parsed),
            Console = Console.Of(parsed),
            Net = Net.Of(parsed),
            Seed = parsed.GetValue(Seed),
            Watchdog = Watchdog.Of(parsed),
            CapCores = Cap.Of(parsed),
        };
        var run = new MachineRun(new RunSettings(config)
        {
            Scheduling = new SchedulerOptions { Workers = Workers.Of(parsed) },
            Gdb = gdb,
            SnapshotTo = snapshotTo,
            SnapshotAfter = SnapshotAfter.Of(parsed),
            FromSnapshot = fromSnapshot,
            DisksGiven = disks.Count > 0,
            PrintStatistics = parsed.GetValue(Stats),
            StatisticsTo = parsed.GetValue(StatsJson),
            TraceTo = parsed.GetValue(Trace),
            Reboots = !parsed.GetValue(NoReboot),
            AsJson = OutputOption.IsJson(parsed),
        });
        return run.RunAsync();
    }

    private static ImageSource? Source(string? path) => path is null ? null : new ImageSource(path);

    private static bool TryInteger(string text, out int value) => int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out value);

    private static bool TryDouble(string text, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && value > 0;

    /// <summary>The default stands in the description: a value's own text, such as 268435456, says little.</summary>
    private static Setting<T> Parsed<T>(string name, string helpName, string description, T fallback, TryParse<T> parse, string right) => new(name)
    {
        Description = description,
        HelpName = helpName,
        Fallback = fallback,
        CustomParser = result =>
        {
            var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
            if (parse(text, out var value))
                return value;
            result.AddError($"{name} {text} cannot be understood, {right}");
            return fallback;
        },
    };

    private static Setting<T> Choice<T>(string name, string description, T fallback)
        where T : struct, Enum
    {
        var names = string.Join(", ", Enum.GetNames<T>().Select(n => n.ToLowerInvariant()));
        return Parsed(name, names.Replace(", ", "|", StringComparison.Ordinal), description, fallback, (string text, out T value) =>
            Enum.TryParse(text, ignoreCase: true, out value) && Enum.IsDefined(value) && !char.IsAsciiDigit(text[0]), $"give one of {names}");
    }

    /// <summary>An option with a default that stands in its description.</summary>
    private sealed class Setting<T>(string name) : Option<T>(name)
    {
        public required T Fallback { get; init; }

        public T Of(ParseResult parsed) => parsed.GetResult(this) is null ? Fallback : parsed.GetValue(this)!;
    }
}
