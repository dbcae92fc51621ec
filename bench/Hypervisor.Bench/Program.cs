using System.Diagnostics;
using System.Globalization;
using Trapline.Hypervisor.Bench;
using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Engines;
using Trapline.Hypervisor.Engines.Interpreter;
using Trapline.Hypervisor.Memory;
using Trapline.Hypervisor.Time;

// Speed of the interpreter and of qemu-system-riscv64 (TCG) on the same guest programs, interleaved in one run; medians.
//   dotnet run -c Release --project bench/Hypervisor.Bench [-- ROUNDS [SECONDS-PER-RUN]]
int rounds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 5;
double seconds = args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 1.0;
Console.WriteLine($"{"program",-34} {"interpreter MIPS",18} {"QEMU TCG MIPS",16} {"ratio",8}");
foreach (GuestProgram program in GuestPrograms.All)
{
    Interpreter.Run(program, 1_000_000);
    double speed = 2_000_000 * program.InstructionsPerTurn / Interpreter.Run(program, 2_000_000);
    uint turns = (uint)Math.Min(3e9, seconds * speed / program.InstructionsPerTurn);
    uint qemuTurns = (uint)Math.Min(3e9, turns * 4.0);
    var ours = new List<double>();
    var theirs = new List<double>();
    for (int round = 0; round < rounds; round++)
    {
        ours.Add((double)turns * program.InstructionsPerTurn / Interpreter.Run(program, turns) / 1e6);
        if (Qemu.Time(program, 1) is { } start && Qemu.Time(program, qemuTurns) is { } whole)
            theirs.Add((double)qemuTurns * program.InstructionsPerTurn / Math.Max(1e-3, whole - start) / 1e6);
    }
    string qemu = theirs.Count == 0 ? "not installed" : Median(theirs).ToString("F0", CultureInfo.InvariantCulture);
    string ratio = theirs.Count == 0 ? "" : (Median(ours) / Median(theirs)).ToString("F2", CultureInfo.InvariantCulture);
    Console.WriteLine($"{program.Name,-34} {Median(ours),18:F0} {qemu,16} {ratio,8}");
}

static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

/// <summary>Runs a program on the interpreter.</summary>
internal static class Interpreter
{
    /// <summary>Seconds until the program powers off.</summary>
    public static double Run(GuestProgram program, uint turns)
    {
        using var ram = new GuestRam(4 << 20);
        var bus = new PhysicalBus();
        bus.Map(new Gpa(0x10_0000), 0x1000, new Ignore());
        using var hart = new Hart(0, ram, bus, new StoppedClock());
        using IExecutionEngine engine = new InterpreterEngine();
        ram.TryWrite(GuestRam.Base, program.Build(turns));
        long start = Stopwatch.GetTimestamp();
        ExitReason reason;
        do
            reason = engine.Run(hart, 10_000_000);
        while (reason == ExitReason.BudgetUsed);
        double elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (reason != ExitReason.DeviceWrite)
            throw new InvalidOperationException($"{program.Name} ended with {reason} at 0x{hart.State.Pc:x}");
        InterpreterEngine.Forget(hart);
        return elapsed;
    }

    private sealed class Ignore : IMmioDevice
    {
        public ulong Read(ulong offset, int size) => 0;

        public void Write(ulong offset, int size, ulong value)
        {
        }
    }

    private sealed class StoppedClock : IMachineClock
    {
        public ulong Ticks => 0;

        public ulong WallClockNanoseconds => 0;
    }
}

/// <summary>Runs a program on QEMU.</summary>
internal static class Qemu
{
    /// <summary>Seconds from the start of the process to its end; null if QEMU is not installed.</summary>
    public static double? Time(GuestProgram program, uint turns)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, program.Build(turns));
            string[] arguments =
            [
                "-machine", "virt", "-cpu", "rv64", "-m", "16M", "-bios", "none", "-display", "none", "-serial", "none", "-monitor", "none",
                "-device", $"loader,file={file},addr=0x80000000,force-raw=on",
            ];
            long start = Stopwatch.GetTimestamp();
            using Process process = Process.Start(new ProcessStartInfo("qemu-system-riscv64", arguments) { RedirectStandardError = true })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? Stopwatch.GetElapsedTime(start).TotalSeconds : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
        finally
        {
            File.Delete(file);
        }
    }
}
