using System.CommandLine;
using System.Text.RegularExpressions;
using Trapline.Cli.Commands.Help;
using Trapline.Shared.Naming;

namespace Trapline.Cli.Commands;

/// <summary>What is wrong with a command line, in one sentence and in the user's words.</summary>
internal static partial class UsageProblem
{
    /// <summary>The first thing that is wrong; a command or option that does not exist before what follows from that.</summary>
    public static string Of(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var path = $"trapline {CommandPath.Of(command)}".TrimEnd();
        var problem = Problem(parsed, command, path);
        return $"{problem}{(problem.EndsWith('?') ? "" : ":")} '{path} --help' lists what there is";
    }

    private static string Problem(ParseResult parsed, Command command, string path)
    {
        if (parsed.UnmatchedTokens is [var unknown, ..])
        {
            var isOption = unknown.StartsWith('-');
            var options = command.Options.SelectMany(o => o.Aliases.Prepend(o.Name)).ToList();
            if (options.Contains(unknown))
                return $"'{unknown}' stands before its command, give it behind '{path}'";
            var names = isOption ? options.Where(name => name.StartsWith("--", StringComparison.Ordinal)) : command.Subcommands.Select(c => c.Name);
            var meant = UnknownName.Nearest(unknown, names) is { } near ? $", did you mean '{near}'?" : "";
            return isOption || command.Subcommands.Count > 0
                ? $"'{path}' has no {(isOption ? "option" : "command")} '{unknown}'{meant}"
                : $"'{unknown}' is more than '{path}' takes";
        }

        var message = parsed.Errors[0].Message.TrimEnd('.');
        if (Missing().Match(message) is { Success: true } missing)
            return missing.Groups["argument"].Success ? $"'{path}' needs {missing.Groups["argument"].Value}" : $"{missing.Groups["option"].Value} needs a value";
        if (WrongType().Match(message) is { Success: true } wrong)
            return $"'{wrong.Groups["given"].Value}' is no {(wrong.Groups["type"].Value is "Int32" or "Int64" or "Double" ? "number" : "such value")} for {wrong.Groups["option"].Value}";
        if (NotAmong().Match(message) is { Success: true } other)
            return $"'{other.Groups["given"].Value}' is not possible here, give one of {string.Join(", ", Quoted().Matches(other.Groups["words"].Value).Select(m => m.Groups["word"].Value))}";
        return message;
    }

    [GeneratedRegex("^Required argument (?:'(?<argument>[^']*)' missing for command: .*|missing for option: '(?<option>[^']*)')$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant | RegexOptions.Singleline, 1000)]
    private static partial Regex Missing();

    [GeneratedRegex("^Cannot parse argument '(?<given>.*)' for (?:option|command|argument) '(?<option>[^']*)' as expected type 'System\\.(?:Nullable`1\\[System\\.)?(?<type>\\w+)", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant | RegexOptions.Singleline, 1000)]
    private static partial Regex WrongType();

    [GeneratedRegex("^Argument '(?<given>.*)' not recognized\\. Must be one of:(?<words>.*)$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant | RegexOptions.Singleline, 1000)]
    private static partial Regex NotAmong();

    [GeneratedRegex("'(?<word>[^']*)'", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Quoted();
}
