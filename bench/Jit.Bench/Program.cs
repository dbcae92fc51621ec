using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

// The programs of guests/bench, compiled by gcc -O3 for both sides: native, in qemu-system-riscv64 (TCG) and in Trapline, interleaved; medians.
// Each program times its second run by the clock it sees.
//   dotnet run -c Release --project bench/Jit.Bench [-- [ROUNDS] [PROGRAM...]]
//   dotnet run -c Release --project bench/Jit.Bench -- boot [ROUNDS]     the Debian kernel to power-off
if (args is ["boot", ..])
    return DebianBoot.Run(FindRoot(), args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 5);
bool saysRounds = args.Length > 0 && int.TryParse(args[0], NumberStyles.None, CultureInfo.InvariantCulture, out _);
int rounds = saysRounds ? int.Parse(args[0], CultureInfo.InvariantCulture) : 3;
string[] named = saysRounds ? args[1..] : args;
string root = FindRoot();
string guests = Path.Combine(root, "guests");
string build = Directory.CreateTempSubdirectory("trapline-bench").FullName;
string[] programs = named.Length > 0 ? named : ["hash", "sort", "chase", "sha", "matrix", "calls", "dispatch", "pack"];
double logOfQemu = 0;
double logOfNative = 0;
Console.WriteLine($"{"program",-10} {"native ms",10} {"QEMU ms",10} {"Trapline ms",12} {"faster than QEMU",17} {"slower than native",19}");
try
{
    foreach (string program in programs)
    {
        string native = Path.Combine(build, program);
        string guest = native + ".elf";
        Compile(program, native, guest);
        double[] times = Measure(native, guest);
        logOfQemu += Math.Log(times[1] / times[2]);
        logOfNative += Math.Log(times[2] / times[0]);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{program,-10} {times[0],10:F0} {times[1],10:F0} {times[2],12:F0} {times[1] / times[2],17:F2} {times[2] / times[0],19:F2}"));
    }
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{"geometric mean",-45} {Math.Exp(logOfQemu / programs.Length),17:F2} {Math.Exp(logOfNative / programs.Length),19:F2}"));
}
finally
{
    Directory.Delete(build, recursive: true);
}
return 0;

double[] Measure(string native, string guest)
{
    string cli = Path.Combine(root, "src", "Cli", "bin", "Release", "net10.0", "trapline.dll");
    (string, string)[] commands =
    [
        (native, ""),
        ("qemu-system-riscv64", $"-M virt -m 512M -nographic -kernel {guest}"),
        ("dotnet", $"{cli} vm run --memory 512M --engine jit --kernel {guest}"),
    ];
    var times = new List<double>[] { [], [], [] };
    for (int round = 0; round < rounds; round++)
    {
        for (int column = 0; column < commands.Length; column++)
        {
            string output = Run(commands[column].Item1, commands[column].Item2);
            Match match = Regex.Match(output, @"bench: (\d+) us", RegexOptions.None, TimeSpan.FromSeconds(1));
            if (!match.Success)
                throw new InvalidOperationException($"{commands[column].Item1} {commands[column].Item2} said: {output}");
            times[column].Add(double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) / 1000);
        }
    }
    return [.. times.Select(t => t.Order().ElementAt(t.Count / 2))];
}

void Compile(string program, string native, string guest)
{
    string source = $"bench/{program}.c";
    const string Common = "-std=gnu11 -O3 -ffp-contract=off -Ibench";
    Run("gcc", $"{Common} {source} bench/harness_native.c -o {native}");
    string[] library = ["text", "sbi", "print", "fdt", "board", "unexpected_trap"];
    Run("riscv64-linux-gnu-gcc",
        $"{Common} -march=rv64gc -mabi=lp64d -ffreestanding -nostdlib -static -mcmodel=medany -fno-pic -fno-stack-protector -fno-asynchronous-unwind-tables " +
        "-ffunction-sections -fdata-sections -Wno-main -Ilib -Wl,--build-id=none -Wl,--gc-sections -Wl,--no-warn-rwx-segments " +
        $"-Wl,-z,max-page-size=4096 -Wl,-T,lib/guest.ld lib/start.S {source} bench/harness_guest.c " +
        string.Join(' ', library.Select(name => $"lib/{name}.c")) + $" -o {guest}");
}

string Run(string program, string arguments)
{
    var start = new ProcessStartInfo(program, arguments)
    {
        WorkingDirectory = guests,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        RedirectStandardInput = true,
    };
    using Process process = Process.Start(start)!;
    process.StandardInput.Close();
    Task<string> errors = process.StandardError.ReadToEndAsync();
    string output = process.StandardOutput.ReadToEnd();
    process.WaitForExit();
    return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} {arguments}: {errors.GetAwaiter().GetResult()}");
}

static string FindRoot()
{
    for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
    {
        if (File.Exists(Path.Combine(folder.FullName, "Cluster.sln")))
            return folder.FullName;
    }
    throw new InvalidOperationException("run it inside the repository");
}
