using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Trapline.Cli.Commands.Help;

/// <summary>What <c>--help</c> shows: options and arguments as the parser has them, then examples and the exit codes.</summary>
/// <param name="options">Shows options and arguments.</param>
internal sealed class HelpWithExamples(HelpAction options) : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var code = options.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        var path = CommandPath.Of(parseResult.CommandResult.Command);
        if (Examples.Of(path) is { Length: > 0 } examples)
        {
            output.WriteLine("Examples:");
            foreach (var example in examples)
                output.WriteLine($"  {example}");
            output.WriteLine();
        }

        output.WriteLine("Exit codes:");
        foreach (var line in path.StartsWith("vm", StringComparison.Ordinal) ? ExitCodes.OfOneMachine : ExitCodes.OfClusters)
            output.WriteLine($"  {line}");
        output.WriteLine();
        return code;
    }
}
