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
    /// <summary>Wide enough for any row: a program reads lines, and a narrow terminal folds them itself, which is easier to read than cells of two letters.</summary>
    public const int WidthOfLines = 400;

    private static readonly ApiJson Indented = new(new JsonSerializerOptions(ApiJson.Default.Options) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    private readonly IAnsiConsole _console = Create();

    /// <summary>Whether it prints JSON.</summary>
    public bool IsJson => asJson;

    /// <summary>Prints a value: as JSON if asked, else as <paramref name="table"/> makes it.</summary>
    public void Print<T>(T value, JsonTypeInfo<T> type, Func<T, IRenderable> table)
    {
        if (asJson)
            Console.Out.WriteLine(JsonSerializer.Serialize(value, (JsonTypeInfo<T>)Indented.GetTypeInfo(type.Type)!));
        else
            _console.Write(table(value));
    }

    /// <summary>Prints one value of a stream: JSON on one line if asked.</summary>
    public void PrintLine<T>(T value, JsonTypeInfo<T> type, Func<T, string> line) =>
        Console.Out.WriteLine(asJson ? JsonSerializer.Serialize(value, type) : line(value));

    /// <summary>Prints something for people.</summary>
    public void Write(IRenderable what) => _console.Write(what);

    /// <summary>Prints a line for people.</summary>
    public void Say(string line)
    {
        if (!asJson)
            _console.WriteLine(line);
    }

    /// <summary>Does something that may take a while, and shows on the standard error that it is under way.</summary>
    public static async Task<T> ProgressAsync<T>(string what, Func<Action<string>, Task<T>> work)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        if (Console.IsErrorRedirected || !console.Profile.Capabilities.Interactive)
        {
            Console.Error.WriteLine($"trapline: {what}");
            return await work(line => Console.Error.WriteLine($"trapline: {line}")).ConfigureAwait(false);
        }

        return await console.Status().StartAsync(what, status => work(line => status.Status(Markup.Escape($"{what}: {line}")))).ConfigureAwait(false);
    }

    private static IAnsiConsole Create()
    {
        var settings = new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out), Ansi = Console.IsOutputRedirected ? AnsiSupport.No : AnsiSupport.Detect };
        var console = AnsiConsole.Create(settings);
        console.Profile.Width = WidthOfLines;
        return console;
    }
}
