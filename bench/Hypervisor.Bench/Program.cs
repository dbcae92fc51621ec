using System.Globalization;
using Trapline.Hypervisor.Bench;

// Speed of the interpreter and of qemu-system-riscv64 (TCG) on the same guest programs, interleaved in one run; medians.
//   dotnet run -c Release --project bench/Hypervisor.Bench [-- ROUNDS [SECONDS-PER-RUN]]
int rounds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 5;
double seconds = args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 1.0;
Console.WriteLine($"{"program",-34} {"interpreter MIPS",18} {"QEMU TCG MIPS",16} {"ratio",8}");
foreach (GuestProgram program in GuestPrograms.All)
{
    InterpreterRun.Seconds(program, 1_000_000);
    double speed = 2_000_000 * program.InstructionsPerTurn / InterpreterRun.Seconds(program, 2_000_000);
    uint turns = (uint)Math.Min(3e9, seconds * speed / program.InstructionsPerTurn);
    uint qemuTurns = (uint)Math.Min(3e9, turns * 4.0);
    var ours = new List<double>();
    var theirs = new List<double>();
    for (int round = 0; round < rounds; round++)
    {
        ours.Add((double)turns * program.InstructionsPerTurn / InterpreterRun.Seconds(program, turns) / 1e6);
        if (QemuRun.Seconds(program, 1) is { } start && QemuRun.Seconds(program, qemuTurns) is { } whole)
            theirs.Add((double)qemuTurns * program.InstructionsPerTurn / Math.Max(1e-3, whole - start) / 1e6);
    }
    string qemu = theirs.Count == 0 ? "not installed" : Median(theirs).ToString("F0", CultureInfo.InvariantCulture);
    string ratio = theirs.Count == 0 ? "" : (Median(ours) / Median(theirs)).ToString("F2", CultureInfo.InvariantCulture);
    Console.WriteLine($"{program.Name,-34} {Median(ours),18:F0} {qemu,16} {ratio,8}");
}

const uint Exits = 3_000_000;
InterpreterRun.Seconds(GuestPrograms.Exits, Exits);
double nanoseconds = Median([.. Enumerable.Range(0, rounds).Select(_ => InterpreterRun.Seconds(GuestPrograms.Exits, Exits) / Exits * 1e9)]);
Console.WriteLine($"{"exit, emulation and entry",-34} {nanoseconds,15:F0} ns");

static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
