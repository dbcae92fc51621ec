using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Spectre.Console;
using Spectre.Console.Rendering;
using Trapline.Shared.Api;

namespace Trapline.Cli.Output;

/// <summary>Prints what a command has to say: tables for people, JSON for programs.</summary>
/// <param name="asJson">Whether it is for programs.</param>
internal sealed class Printer(bool asJson)
{
    /// <summary>Of what is no terminal: wide enough for any row, since a program reads lines.</summary>
    public const int WidthOfLines = 100_000;

    private const int WidthWhenUnknown = 80;

    private static readonly JsonSerializerOptions Indented = new(ApiJson.Default.Options)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        TypeInfoResolver = JsonTypeInfoResolver.Combine(ApiJson.Default, CliJson.Default),
    };

    private readonly Lazy<IAnsiConsole> _console = new(Create);

    /// <summary>Whether it prints JSON.</summary>
    public bool IsJson => asJson;

    /// <summary>Prints a value: as JSON if asked, else as <paramref name="table"/> makes it.</summary>
    public void Print<T>(T value, JsonTypeInfo<T> type, Func<T, IRenderable> table)
    {
        if (asJson)
            Console.Out.WriteLine(JsonSerializer.Serialize(value, (JsonTypeInfo<T>)Indented.GetTypeInfo(type.Type)));
        else
            _console.Value.Write(table(value));
    }

    /// <summary>Prints one value of a stream: JSON on one line if asked.</summary>
    public void PrintLine<T>(T value, JsonTypeInfo<T> type, Func<T, string> line) =>
        Console.Out.WriteLine(asJson ? JsonSerializer.Serialize(value, type) : line(value));

    /// <summary>Prints a value for programs alone, on one line; people are told in other ways.</summary>
    public void Tell<T>(T value, JsonTypeInfo<T> type)
    {
        if (asJson)
            Console.Out.WriteLine(JsonSerializer.Serialize(value, type));
    }

    /// <summary>Prints something for people.</summary>
    public void Write(IRenderable what) => _console.Value.Write(what);

    /// <summary>Prints a line for people.</summary>
    public void Say(string line)
    {
        if (!asJson)
            _console.Value.WriteLine(line);
    }

    /// <summary>Does something that may take a while, and shows on the standard error that it is under way.</summary>
    public static async Task<T> ProgressAsync<T>(string what, Func<Action<string>, Task<T>> work)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        if (Console.IsErrorRedirected || !console.Profile.Capabilities.Interactive)
        {
            CliError.Note(what);
            return await work(ChangesTo(CliError.Note)).ConfigureAwait(false);
        }

        return await console.Status().StartAsync(what, status => work(line => status.Status(Markup.Escape($"{what}: {line}")))).ConfigureAwait(false);
    }

    /// <summary>A log is not a screen: what stays as it is stands there once.</summary>
    internal static Action<string> ChangesTo(Action<string> say)
    {
        var said = "";
        return line =>
        {
            if (Interlocked.Exchange(ref said, line) != line)
                say(line);
        };
    }

    private static IAnsiConsole Create()
    {
        var settings = new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out), Ansi = Console.IsOutputRedirected ? AnsiSupport.No : AnsiSupport.Detect };
        var console = AnsiConsole.Create(settings);
        console.Profile.Width = WidthOfOutput();
        return console;
    }

    /// <summary>The terminal's, unless COLUMNS says otherwise, as other programs have it.</summary>
    private static int WidthOfOutput()
    {
        if (Console.IsOutputRedirected)
            return WidthOfLines;
        if (int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), NumberStyles.None, CultureInfo.InvariantCulture, out var columns) && columns > 0)
            return columns;
        return Console.WindowWidth is > 0 and var width ? width : WidthWhenUnknown;
    }
}
