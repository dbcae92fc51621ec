using System.CommandLine;

namespace Trapline.Cli.Commands.Help;

/// <summary>What a user types to reach a command, without the program's own name: <c>node cordon</c>.</summary>
internal static class CommandPath
{
    /// <summary>The path of a command; empty for the program itself.</summary>
    public static string Of(Command command) =>
        string.Join(' ', command.Parents.OfType<Command>().Reverse().Append(command).Where(c => c is not RootCommand).Select(c => c.Name));
}
