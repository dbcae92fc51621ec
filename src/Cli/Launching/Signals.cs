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

    /// <summary>Whether a process with this id exists and has not ended; one that nobody has waited for yet has (proc(5), state Z).</summary>
    public static bool IsAlive(int pid)
    {
        if (pid <= 0 || Kill(pid, NoSignal) != 0)
            return false;
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..] is not ['Z' or 'X', ..];
        }
        catch (IOException)
        {
            return !OperatingSystem.IsLinux(); // ended between the two looks, or a system without /proc
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
