namespace Trapline.Cli;

/// <summary>Ends a command with one line on the standard error and an exit code.</summary>
internal class CliException(int exitCode, string message) : Exception(message)
{
    /// <summary>The exit code.</summary>
    public int ExitCode { get; } = exitCode;
}
