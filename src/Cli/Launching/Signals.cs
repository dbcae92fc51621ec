using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Trapline.Cli.Launching;

/// <summary>Signals to processes of the cluster (POSIX.1-2017, signal.h; the numbers are those of Linux and macOS where they agree, else Linux').</summary>
internal enum Signal
{
    /// <summary>SIGKILL.</summary>
    Kill,

    /// <summary>SIGTERM.</summary>
    Terminate,

    /// <summary>SIGSTOP.</summary>
    Stop,

    /// <summary>SIGCONT.</summary>
    Continue,
}

/// <summary>Sends them.</summary>
internal static class Signals
{
    private const int NoSignal = 0;

    /// <summary>Sends a signal; false if there is no such process any more.</summary>
    public static bool Send(int pid, Signal signal) => pid > 0 && Kill(pid, NumberOf(signal)) == 0;

    /// <summary>Whether a process with this id exists and has not ended.</summary>
    public static bool IsAlive(int pid)
    {
        if (pid <= 0 || Kill(pid, NoSignal) != 0)
            return false;
        try
        {
            using var process = Process.GetProcessById(pid);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static int NumberOf(Signal signal) => signal switch
    {
        Signal.Kill => 9,
        Signal.Terminate => 15,
        Signal.Stop => OperatingSystem.IsMacOS() ? 17 : 19,
        _ => OperatingSystem.IsMacOS() ? 19 : 18,
    };

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Kill(int pid, int signal);
}
