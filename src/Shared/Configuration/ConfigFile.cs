using Akka.Configuration;

namespace Trapline.Shared.Configuration;

/// <summary>
/// A HOCON file with the defaults behind it, read key by key. Whatever is wrong with the file or a value of it is reported
/// with file, line, key and what was expected, on either actor runtime: the real one's own errors name none of these.
/// </summary>
public sealed class ConfigFile
{
    private readonly string _text;

    private ConfigFile(string name, string text, Config config)
    {
        Name = name;
        _text = text;
        Config = config;
    }

    /// <summary>The file's path, as errors name it.</summary>
    public string Name { get; }

    /// <summary>The settings, for the actor system.</summary>
    public Config Config { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="defaults">What answers for keys that the file does not set.</param>
    public static ConfigFile Load(string path, Config? defaults = null)
    {
        try
        {
            return Parse(File.ReadAllText(path), path, defaults);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigFileException(path, null, null, $"cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Parses a text.</summary>
    /// <param name="text">The HOCON.</param>
    /// <param name="name">How errors name it.</param>
    /// <param name="defaults">What answers for keys that the text does not set.</param>
    public static ConfigFile Parse(string text, string name, Config? defaults = null)
    {
        // First: not every runtime's parser comes to an end with such a text.
        if (HoconKeys.FirstBrokenLine(text) is { } line)
            throw new ConfigFileException(name, line, null, "a brace, bracket or quote on this line is never closed, or closes nothing");
        Config config;
        try
        {
            // The last line tells the embedded runtime which file to name; to the real one it is a comment.
            config = ConfigurationFactory.ParseString($"{text}\n# hocon-source: {name}\n");
        }
        catch (Exception e)
        {
            var problem = OneLine(e).Replace($"{name}: ", "", StringComparison.Ordinal);
            throw new ConfigFileException(name, null, null, problem, e);
        }

        return new ConfigFile(name, text, defaults is null ? config : config.WithFallback(defaults));
    }

    /// <summary>A text; it must be there.</summary>
    public string Text(string key) => Read(key, "a text", () => Config.GetString(key), _ => true);

    /// <summary>One of several words.</summary>
    public string OneOf(string key, params string[] allowed) => Read(
        key, string.Join(" or ", allowed), () => Config.GetString(key), value => allowed.Contains(value, StringComparer.Ordinal));

    /// <summary>On or off.</summary>
    public bool Flag(string key) => Read(key, "on or off", () => Config.GetBoolean(key), _ => true);

    /// <summary>A whole number within bounds, both inclusive.</summary>
    public int Int(string key, int min, int max) => Read(
        key, $"a whole number from {min} to {max}", () => Config.GetInt(key), value => value >= min && value <= max);

    /// <summary>A number within bounds, both inclusive.</summary>
    public double Number(string key, double min, double max) => Read(
        key, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"a number from {min} to {max}"), () => Config.GetDouble(key), value => value >= min && value <= max);

    /// <summary>A finite duration within bounds, both inclusive.</summary>
    public TimeSpan Duration(string key, TimeSpan min, TimeSpan max) => Read(
        key,
        $"a duration such as 500ms or 3s, from {min} to {max}",
        () => Config.GetTimeSpan(key, null, allowInfinite: false),
        value => value >= min && value <= max);

    /// <summary>A size in bytes within bounds, both inclusive.</summary>
    public long Size(string key, long min, long max) => Read(
        key, $"a size such as 64KiB or 1GiB, from {min} to {max} bytes", () => Config.GetByteSize(key)!.Value, value => value >= min && value <= max);

    /// <summary>A list of texts, perhaps empty.</summary>
    public IReadOnlyList<string> Texts(string key) =>
        Read(key, "a list in brackets", () => RequireList(key), _ => true);

    /// <summary>An error about a key, for rules that only the caller knows.</summary>
    public ConfigFileException Wrong(string key, string expected) => Wrong(key, expected, null);

    /// <summary>What to print for a failure that a setting may have caused: one line that names this file.</summary>
    public string Explain(Exception failure) =>
        failure as ConfigFileException is { } known ? known.Message
        : OneLine(failure) is var line && line.Contains(Name, StringComparison.Ordinal) ? line : $"{Name}: {line}";

    private static string OneLine(Exception e)
    {
        while (e.InnerException is { } inner && e is not ConfigurationException)
            e = inner;
        return e.Message.ReplaceLineEndings(" ");
    }

    private List<string> RequireList(string key)
    {
        var value = Config.GetValue(key);
        if (!value.Values.Exists(v => v.IsArray()))
            throw new FormatException("not a list");
        return [.. value.GetStringList()];
    }

    private T Read<T>(string key, string expected, Func<T> read, Func<T, bool> isAllowed)
    {
        if (!Config.HasPath(key))
            throw new ConfigFileException(Name, null, key, $"is missing; expected {expected}");
        T value;
        try
        {
            value = read();
        }
        catch (Exception e)
        {
            throw Wrong(key, expected, e);
        }

        return value is not null && isAllowed(value) ? value : throw Wrong(key, expected, null);
    }

    private ConfigFileException Wrong(string key, string expected, Exception? cause)
    {
        var value = Config.GetValue(key);
        var found = value is null ? "nothing"
            : value.IsObject() ? "an object"
            : value.Values.Exists(v => v.IsArray()) ? "a list"
            : value.GetString() is { } text ? $"\"{text}\"" : "null";
        return new ConfigFileException(Name, HoconKeys.LineOf(_text, key), key, $"expected {expected}, found {found}", cause);
    }
}
