using System.Diagnostics;

namespace Trapline.Hypervisor.Bench;

/// <summary>Runs a program on QEMU.</summary>
internal static class QemuRun
{
    /// <summary>Seconds from the start of the process to its end; null if QEMU is not installed.</summary>
    public static double? Seconds(GuestProgram program, uint turns)
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
