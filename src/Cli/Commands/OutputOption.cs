using System.CommandLine;

namespace Trapline.Cli.Commands;

/// <summary><c>--output table|json</c>, which every command takes.</summary>
internal static class OutputOption
{
    private const string Json = "json";

    /// <summary>The option: the same one in all commands.</summary>
    public static Option<string> Option { get; } = Make();

    /// <summary>Whether a program reads the output.</summary>
    public static bool IsJson(ParseResult parsed) => parsed.GetValue(Option) == Json;

    /// <summary>The same of a command line that may be wrong elsewhere.</summary>
    public static bool IsAsked(ParseResult parsed)
    {
        var words = parsed.Tokens.Select(t => t.Value).ToList();
        return words.Zip(words.Skip(1)).Any(pair => (pair.First == Option.Name || Option.Aliases.Contains(pair.First)) && pair.Second == Json);
    }

    private static Option<string> Make()
    {
        var option = new Option<string>("--output", "-o") { Description = "table, or json for programs", DefaultValueFactory = _ => "table" };
        option.AcceptOnlyFromAmong("table", Json);
        return option;
    }
}
