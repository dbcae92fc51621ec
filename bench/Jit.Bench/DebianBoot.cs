using System.Diagnostics;
using System.Globalization;

/// <summary>
/// The unmodified Debian kernel to init and power-off, in wall time from process start: qemu-system-riscv64, the JIT and the interpreter in
/// turns; medians. Needs the image that deploy/images/debian/build.sh makes.
/// </summary>
internal static class DebianBoot
{
    private static readonly string[] Names = ["QEMU", "Trapline, JIT", "Trapline, interpreter"];

    /// <summary>Measures and prints a table.</summary>
    public static int Run(string root, int rounds)
    {
        string image = Path.Combine(root, "deploy", "images", "debian", "out");
        string kernel = Path.Combine(image, "vmlinux");
        string initrd = Path.Combine(image, "initrd.cpio.gz");
        if (!File.Exists(kernel) || !File.Exists(initrd))
        {
            Console.Error.WriteLine("there is no Debian image: run deploy/images/debian/build.sh first");
            return 2;
        }
        const string CommandLine = "console=ttyS0 trapline.run=true";
        string cli = Path.Combine(root, "src", "Cli", "bin", "Release", "net10.0", "trapline.dll");
        string[] machine = ["--memory", "512M", "--kernel", kernel, "--initrd", initrd, "--append", CommandLine];
        (string Program, string[] Arguments)[] commands =
        [
            ("qemu-system-riscv64", ["-M", "virt", "-m", "512M", "-nographic", "-no-reboot", "-kernel", kernel, "-initrd", initrd, "-append", CommandLine]),
            ("dotnet", [cli, "vm", "run", "--engine", "jit", .. machine]),
            ("dotnet", [cli, "vm", "run", "--engine", "interpreter", .. machine]),
        ];
        double[][] seconds = [new double[rounds], new double[rounds], new double[rounds]];
        for (int round = 0; round < rounds; round++)
        {
            for (int column = 0; column < commands.Length; column++)
                seconds[column][round] = Time(commands[column].Program, commands[column].Arguments);
        }
        Console.WriteLine($"{"to power-off, seconds",-24} {"median",8} {"least",8} {"most",8}");
        for (int column = 0; column < commands.Length; column++)
        {
            double[] sorted = [.. seconds[column].Order()];
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Names[column],-24} {sorted[rounds / 2],8:F2} {sorted[0],8:F2} {sorted[^1],8:F2}"));
        }
        return 0;
    }

    private static double Time(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardInput = true };
        long started = Stopwatch.GetTimestamp();
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        double elapsed = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return output.Contains("reboot: Power down", StringComparison.Ordinal)
            ? elapsed
            : throw new InvalidOperationException($"{program} did not boot to power-off; it said: {output}");
    }
}
