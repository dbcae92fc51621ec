using System.Text.Json;
using Trapline.Cli.Output;
using Trapline.Cli.Terminals;

namespace Trapline.Cli;

/// <summary>
/// What a command says on the standard error: one line why it fails, and lines about what it is doing. With <c>--output json</c> each of them is a
/// JSON object, so that a program can read both streams.
/// </summary>
internal static class CliError
{
    /// <summary>Whether a program reads it; set once, when the command line is known.</summary>
    public static bool AsJson { get; set; }

    /// <summary>Says why the command fails; returns the exit code.</summary>
    public static int Report(string line, int exitCode = ExitCodes.Usage)
    {
        var one = line.ReplaceLineEndings(" ");
        StandardStreams.WriteErrorLine(AsJson ? JsonSerializer.Serialize(new ErrorLine(one, exitCode), CompactJson.Default.ErrorLine) : $"trapline: {one}");
        return exitCode;
    }

    /// <summary>Says what is done or happens meanwhile.</summary>
    public static void Note(string line) =>
        StandardStreams.WriteErrorLine(AsJson ? JsonSerializer.Serialize(new NoteLine(line), CompactJson.Default.NoteLine) : $"trapline: {line}");
}
