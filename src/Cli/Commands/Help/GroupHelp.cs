using System.CommandLine;

namespace Trapline.Cli.Commands.Help;

/// <summary>A group of commands that is named alone, as <c>trapline node</c>, shows what it has: that is what its user wants to know.</summary>
internal static class GroupHelp
{
    /// <summary>Whether a command line names a group and nothing else.</summary>
    public static bool IsAsked(ParseResult parsed) =>
        parsed.CommandResult.Command is { Subcommands.Count: > 0, Action: null } && parsed.UnmatchedTokens.Count == 0 && parsed.Tokens.All(t => t.Type == System.CommandLine.Parsing.TokenType.Command);

    /// <summary>Shows its help.</summary>
    public static int Show(ParseResult parsed) => parsed.RootCommandResult.Command.Parse([.. parsed.Tokens.Select(t => t.Value), "--help"]).Invoke();
}
