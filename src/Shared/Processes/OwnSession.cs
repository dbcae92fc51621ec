using System.Runtime.InteropServices;

namespace Trapline.Shared.Processes;

/// <summary>
/// A session of its own for a process that a launcher started (POSIX.1-2017, setsid): Ctrl-C at the launcher's terminal then reaches the launcher
/// alone, which ends the others in order.
/// </summary>
public static class OwnSession
{
    /// <summary>The environment variable that asks for it, with the value 1.</summary>
    public const string Variable = "TRAPLINE_OWN_SESSION";

    /// <summary>Begins one if the launcher asked for it.</summary>
    public static void BeginIfAsked()
    {
        if (!OperatingSystem.IsWindows() && Environment.GetEnvironmentVariable(Variable) == "1")
            _ = SetSid();
    }

    [DllImport("libc", EntryPoint = "setsid")]
    private static extern int SetSid();
}
