using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Trapline.Cluster.Tests.Processes;

/// <summary>Signals to processes (POSIX.1-2017, kill).</summary>
internal static class Posix
{
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int Terminate = 15;

    public static int Stop => OperatingSystem.IsMacOS() ? 17 : 19;

    public static int Continue => OperatingSystem.IsMacOS() ? 19 : 18;

    /// <summary>
    /// What a user's Ctrl-C sends; where it is ignored, what <c>kill</c> sends. Shells start programs in the background with it ignored, and those that such a program
    /// starts inherit that.
    /// </summary>
    public static int UserEnds => IsIgnored(Interrupt) ? Terminate : Interrupt;

    /// <summary>Sends a signal; throws if there is no such process.</summary>
    public static void Send(int pid, int signal)
    {
        Assert.True(pid > 1, $"{pid} is no process");
        if (SendSignal(pid, signal) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    /// <summary>Sends a signal; false if there is no such process.</summary>
    public static bool TrySend(int pid, int signal) => pid > 1 && SendSignal(pid, signal) == 0;

    private static bool IsIgnored(int signal) =>
        File.Exists("/proc/self/status")
        && File.ReadLines("/proc/self/status").First(l => l.StartsWith("SigIgn:", StringComparison.Ordinal)) is var line
        && (ulong.Parse(line.AsSpan("SigIgn:".Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) >> (signal - 1) & 1) != 0;

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int SendSignal(int pid, int signal);
}
