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
    private static readonly Option<string?> Kernel = new("--kernel") { Description = "Kernel: ELF or Linux Image for riscv64; with --bios, what the firmware starts" };
    private static readonly Option<string?> Bios = new("--bios") { Description = "Firmware: an M-mode image, started at reset (OpenSBI, U-Boot)" };
    private static readonly Option<string?> Initrd = new("--initrd") { Description = "Initial RAM disk" };
    private static readonly Option<string> Append = new("--append") { Description = "Kernel command line", DefaultValueFactory = _ => "" };
    private static readonly Option<string[]> Disk = new("--disk") { Description = "Disk image: FILE[,ro][,overlay=FILE]; may be repeated" };
    private static readonly Option<ulong> Memory = Parsed<ulong>("--memory", "Memory, such as 256M or 1G", 256UL << 20, Sizes.TryParse, "give a size such as 256M or 1G");
    private static readonly Option<int> Harts = Parsed<int>("--harts", "Virtual processors, 1 to 8", 1, TryInteger, "give a number from 1 to 8");
    private static readonly Option<EngineKind> Engine = Choice("--engine", "What executes the guest", EngineKind.Auto);
    private static readonly Option<ClockKind> Clock = Choice("--clock", "real: the host's time; virtual: derived from instructions, a run repeats exactly", ClockKind.Real);
    private static readonly Option<ConsoleKind> Console = Choice("--console", "The device behind the terminal: uart (ttyS0) or virtio (hvc0)", ConsoleKind.Uart);
    private static readonly Option<NetKind> Net = Choice("--net", "Network device: none, null or loopback", NetKind.None);
    private static readonly Option<ulong> Seed = new("--seed") { Description = "With --clock virtual: where random numbers start", DefaultValueFactory = _ => 1 };
    private static readonly Option<TimeSpan> Watchdog = Parsed<TimeSpan>("--watchdog", "End the machine after so many seconds without progress; 0 for never", TimeSpan.Zero, Sizes.TryParseSeconds, "give seconds, such as 30 or 0.5");
    private static readonly Option<double> Cap = Parsed<double>("--cap", "The most processor time, in cores", double.PositiveInfinity, TryDouble, "give a number of cores above 0, such as 0.5");
    private static readonly Option<int> Workers = Parsed<int>("--workers", "Threads that run guest code", Environment.ProcessorCount, TryInteger, "give a number from 1 to 256");
    private static readonly Option<string?> Gdb = new("--gdb") { Description = "Listen for GDB on the loopback interface: :PORT, or :PORT,wait to wait for it before the first instruction" };
    private static readonly Option<string?> SnapshotTo = new("--snapshot-to") { Description = "Where Ctrl-A s writes a snapshot; also written on SIGTERM" };
    private static readonly Option<TimeSpan> SnapshotAfter = Parsed<TimeSpan>("--snapshot-after", "Write the snapshot after so many seconds, and leave", TimeSpan.Zero, Sizes.TryParseSeconds, "give seconds, such as 30 or 0.5");
    private static readonly Option<string?> FromSnapshot = new("--from-snapshot") { Description = "Go on with a saved machine" };
    private static readonly Option<bool> Stats = new("--stats") { Description = "Print at the end why the guest was left, and what was translated" };
    private static readonly Option<string?> StatsJson = new("--stats-json") { Description = "Write the same to a file, as JSON" };
    private static readonly Option<string?> Trace = new("--trace") { Description = "Write every executed instruction to a file (slow)" };
    private static readonly Option<string?> DumpJit = new("--dump-jit") { Description = "At the end, print what the JIT made of the code at an address: guest code, micro-operations, host code" };
    private static readonly Option<bool> NoReboot = new("--no-reboot") { Description = "Leave when the guest asks for a reboot (exit code 5)" };

    private delegate bool TryParse<T>(string text, out T value);

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("run", "Runs a machine with its console on this terminal. Ctrl-A x leaves, Ctrl-A h lists other keys.")
        {
            Kernel, Bios, Initrd, Append, Disk, Memory, Harts, Engine, Clock, Console, Net, Seed, Watchdog, Cap, Workers,
            Gdb, SnapshotTo, SnapshotAfter, FromSnapshot, Stats, StatsJson, Trace, DumpJit, NoReboot,
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
        if (parsed.GetValue(SnapshotAfter) > TimeSpan.Zero && snapshotTo is null)
            return Task.FromResult(CliError.Report("--snapshot-after says when and not where: give --snapshot-to FILE too"));
        if (parsed.GetValue(Workers) is < 1 or > 256)
            return Task.FromResult(CliError.Report($"--workers {parsed.GetValue(Workers)} is not possible: give a number from 1 to 256"));

        JitDump? dump = null;
        if (parsed.GetValue(DumpJit) is { } dumpText)
        {
            if (!Sizes.TryParseAddress(dumpText, out var address))
                return Task.FromResult(CliError.Report($"--dump-jit {dumpText} is not an address: give hexadecimal digits, such as 0x80200000"));
            if (parsed.GetValue(Engine) == EngineKind.Interpreter)
                return Task.FromResult(CliError.Report("--dump-jit needs the JIT: leave out --engine interpreter"));
            dump = new JitDump(address);
        }

        var config = new MachineConfig
        {
            MemoryBytes = parsed.GetValue(Memory),
            Harts = parsed.GetValue(Harts),
            Kernel = Source(parsed.GetValue(Kernel)),
            Firmware = Source(parsed.GetValue(Bios)),
            Initrd = Source(parsed.GetValue(Initrd)),
            CommandLine = parsed.GetValue(Append) ?? "",
            Disks = disks,
            Engine = parsed.GetValue(Engine),
            JitDump = dump,
            Clock = parsed.GetValue(Clock),
            Console = parsed.GetValue(Console),
            Net = parsed.GetValue(Net),
            Seed = parsed.GetValue(Seed),
            Watchdog = parsed.GetValue(Watchdog),
            CapCores = parsed.GetValue(Cap),
        };
        var run = new MachineRun(new RunSettings(config)
        {
            Scheduling = new SchedulerOptions { Workers = parsed.GetValue(Workers) },
            Gdb = gdb,
            SnapshotTo = snapshotTo,
            SnapshotAfter = parsed.GetValue(SnapshotAfter),
            FromSnapshot = fromSnapshot,
            DisksGiven = disks.Count > 0,
            PrintStatistics = parsed.GetValue(Stats),
            StatisticsTo = parsed.GetValue(StatsJson),
            TraceTo = parsed.GetValue(Trace),
            Reboots = !parsed.GetValue(NoReboot),
        });
        return run.RunAsync();
    }

    private static ImageSource? Source(string? path) => path is null ? null : new ImageSource(path);

    private static bool TryInteger(string text, out int value) => int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out value);

    private static bool TryDouble(string text, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && value > 0;

    private static Option<T> Parsed<T>(string name, string description, T fallback, TryParse<T> parse, string right) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => fallback,
        CustomParser = result =>
        {
            var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
            if (parse(text, out var value))
                return value;
            result.AddError($"{name} {text} cannot be understood, {right}");
            return fallback;
        },
    };

    private static Option<T> Choice<T>(string name, string description, T fallback)
        where T : struct, Enum
    {
        var names = string.Join(", ", Enum.GetNames<T>().Select(n => n.ToLowerInvariant()));
        return Parsed(name, description, fallback, (string text, out T value) =>
            Enum.TryParse(text, ignoreCase: true, out value) && Enum.IsDefined(value) && !char.IsAsciiDigit(text[0]), $"give one of {names}");
    }
}
