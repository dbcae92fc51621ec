using System.ComponentModel;
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

    /// <summary>Sends a signal; throws if there is no such process.</summary>
    public static void Send(int pid, int signal)
    {
        Assert.True(pid > 1, $"{pid} is no process");
        if (SendSignal(pid, signal) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    /// <summary>Sends a signal; false if there is no such process.</summary>
    public static bool TrySend(int pid, int signal) => pid > 1 && SendSignal(pid, signal) == 0;

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int SendSignal(int pid, int signal);
}
