namespace Trapline.Cli.Terminals;

/// <summary>The terminal that the runner was started on.</summary>
internal interface ITerminal : IDisposable
{
    /// <summary>Whether a person sits at it: input is a terminal, in raw mode until <see cref="IDisposable.Dispose"/>.</summary>
    bool IsInteractive { get; }
}

/// <summary>Finds the terminal.</summary>
internal static class Terminal
{
    /// <summary>Puts the terminal into raw mode, if there is one.</summary>
    public static ITerminal Open() =>
        !Console.IsInputRedirected && !OperatingSystem.IsWindows() ? new UnixTerminal() : new NoTerminal();

    private sealed class NoTerminal : ITerminal
    {
        public bool IsInteractive => false;

        public void Dispose()
        {
            // There is nothing to put back.
        }
    }
}
