using System.Globalization;
using System.Text;
using Akka.Configuration;

namespace Trapline.Shared.Configuration;

/// <summary>One place that settings come from: a file, an environment variable, an option of the command line.</summary>
internal sealed class SettingsSource
{
    private readonly string? _text;

    private SettingsSource(string name, Config config, string? text, Func<string, string> spell) =>
        (Name, Config, _text, Spell) = (name, config, text, spell);

    /// <summary>How errors name it.</summary>
    public string Name { get; }

    /// <summary>What it sets, without defaults.</summary>
    public Config Config { get; }

    /// <summary>How a key is written there.</summary>
    public Func<string, string> Spell { get; }

    /// <summary>A HOCON text.</summary>
    public static SettingsSource Text(string name, string text)
    {
        // First: not every runtime's parser comes to an end with such a text.
        if (HoconKeys.FirstBrokenLine(text) is { } line)
            throw new ConfigFileException(name, line, null, "a brace, bracket or quote on this line is never closed, or closes nothing");

        // The last line tells the embedded runtime which file to name; to the real one it is a comment.
        return new SettingsSource(name, Parse(name, null, $"{text}\n# hocon-source: {name}\n"), text, key => key);
    }

    /// <summary>A single setting.</summary>
    /// <param name="name">How errors name it.</param>
    /// <param name="key">The dotted path.</param>
    /// <param name="value">The text of the value; a list, an object or a quoted text if it begins like one.</param>
    /// <param name="spell">How a key is written there.</param>
    public static SettingsSource Single(string name, string key, string value, Func<string, string> spell)
    {
        var text = $"{key} = {Literal(value)}";
        if (HoconKeys.FirstBrokenLine(text) is not null)
            throw new ConfigFileException(name, null, key, "a brace, bracket or quote of the value is never closed, or closes nothing");
        return new SettingsSource(name, Parse(name, key, text), null, spell);
    }

    /// <summary>The line, from 1, where a key is set, or what it is part of; null if there are no lines.</summary>
    public int? LineOf(string key)
    {
        if (_text is null)
            return null;
        for (var part = key; part.Length > 0; part = part[..Math.Max(0, part.LastIndexOf('.'))])
        {
            if (HoconKeys.LineOf(_text, part) is { } line)
                return line;
        }

        return null;
    }

    private static Config Parse(string name, string? key, string text)
    {
        try
        {
            return ConfigurationFactory.ParseString(text);
        }
        catch (Exception e)
        {
            throw new ConfigFileException(name, null, key, OneLine(e).Replace($"{name}: ", "", StringComparison.Ordinal), e);
        }
    }

    /// <summary>What a parser says, without the wrappings.</summary>
    internal static string OneLine(Exception e)
    {
        while (e.InnerException is { } inner && e is not ConfigurationException)
            e = inner;
        return e.Message.ReplaceLineEndings(" ");
    }

    private static string Literal(string value)
    {
        if (value.Length > 0 && value[0] is '[' or '{' or '"')
            return value;
        var quoted = new StringBuilder("\"");
        foreach (var c in value)
            quoted.Append(c is '"' or '\\' ? $"\\{c}" : char.IsControl(c) ? string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}") : c.ToString());
        return quoted.Append('"').ToString();
    }
}
