using System.Collections.Immutable;
using Akka.Configuration;

namespace Trapline.Shared.Configuration;

/// <summary>
/// A HOCON file with the defaults behind it and perhaps single settings in front, read key by key. Whatever is wrong with the file or a value is
/// reported with file, line, key and what was expected, on either actor runtime: the real one's own errors name none of these.
/// </summary>
public sealed class ConfigFile
{
    private readonly ImmutableArray<SettingsSource> _sources;

    /// <summary>The settings of several sources, the weakest first.</summary>
    private ConfigFile(ImmutableArray<SettingsSource> sources, Config config) => (_sources, Config) = (sources, config);

    /// <summary>The file's path, as errors name it.</summary>
    public string Name => _sources[0].Name;

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
        var source = SettingsSource.Text(name, text);
        return new ConfigFile([source], defaults is null ? source.Config : source.Config.WithFallback(defaults));
    }

    /// <summary>The same with one more setting, which counts before all others.</summary>
    /// <param name="origin">How errors name where it comes from.</param>
    /// <param name="key">The dotted path.</param>
    /// <param name="value">The text of the value; a list, an object or a quoted text if it begins like one.</param>
    /// <param name="spell">How keys are written there, if not dotted.</param>
    public ConfigFile With(string origin, string key, string value, Func<string, string>? spell = null)
    {
        var source = SettingsSource.Single(origin, key, value, spell ?? (k => k));
        return new ConfigFile(_sources.Add(source), source.Config.WithFallback(Config));
    }

    /// <summary>Throws if there is a setting in a section that nobody reads.</summary>
    /// <param name="section">The first part of the keys.</param>
    /// <param name="known">The keys of all settings that there are, dotted.</param>
    public void RefuseUnknown(string section, IReadOnlyCollection<string> known)
    {
        var unknown = new UnknownSettings(section, known);
        foreach (var source in _sources)
        {
            if (unknown.FirstIn(source) is { } problem)
                throw problem;
        }
    }

    /// <summary>Whether a key is set by anything but the defaults.</summary>
    public bool Sets(string key) => _sources.Any(s => s.Config.HasPath(key));

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
        : SettingsSource.OneLine(failure) is var line && line.Contains(Name, StringComparison.Ordinal) ? line : $"{Name}: {line}";

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
        var source = _sources.LastOrDefault(s => s.Config.HasPath(key)) ?? _sources[0];
        return new ConfigFileException(source.Name, source.LineOf(key), key, $"expected {expected}, found {found}", cause);
    }
}
