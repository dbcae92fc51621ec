using Trapline.Cli.Terminals;

namespace Trapline.Cli;

/// <summary>How the command says that it was used wrongly: one line on the standard error, exit code 2.</summary>
internal static class CliError
{
    /// <summary>Prints the line and returns the exit code.</summary>
    public static int Report(string line)
    {
        StandardStreams.WriteErrorLine("trapline: " + line.ReplaceLineEndings(" "));
        return ExitCodes.Usage;
    }
}
