using Akka.Configuration.Hocon;

namespace Akka.Configuration;

/// <summary>
/// A tree of settings, and behind it the configurations that answer for keys which it does not hold (its fallbacks). It is
/// not changed once built, so any thread may read it. Keys are given as dotted paths; a part that itself has dots is quoted:
/// <c>akka.actor.deployment."/user/a.b".router</c>.
/// A value of the wrong type throws <see cref="ConfigurationException"/>, which says where the value stands.
/// </summary>
public class Config
{
    /// <summary>A configuration without any key.</summary>
    public static readonly Config Empty = ConfigurationFactory.Empty;

    /// <summary>Creates a configuration without a tree.</summary>
    public Config()
    {
        Root = null!;
        Fallback = null!;
        Substitutions = [];
    }

    /// <summary>Creates a configuration from a parsed tree.</summary>
    public Config(HoconRoot root)
    {
        ArgumentNullException.ThrowIfNull(root.Value);
        Root = root.Value;
        Fallback = null!;
        Substitutions = root.Substitutions;
    }

    /// <summary>Creates a configuration that holds the tree of one configuration, and falls back to another.</summary>
    public Config(Config source, Config fallback)
    {
        ArgumentNullException.ThrowIfNull(source);
        Root = source.Root;
        Fallback = fallback;
        Substitutions = source.Substitutions;
    }

    /// <summary>The configuration that answers for what this one does not hold, or null.</summary>
    public Config Fallback { get; private set; }

    /// <summary>Whether this configuration's own tree has no key.</summary>
    public virtual bool IsEmpty => Root is null || Root.IsEmpty;

    /// <summary>This configuration's own tree, without those of its fallbacks.</summary>
    public virtual HoconValue Root { get; }

    /// <summary>The substitutions that occur in the tree.</summary>
    public IEnumerable<HoconSubstitution> Substitutions { get; set; }

    /// <summary>Appends a text as the last fallback.</summary>
    public static Config operator +(Config config, string fallback) =>
        config.WithFallback(ConfigurationFactory.ParseString(fallback));

    /// <summary>Parses a text and puts a configuration behind it.</summary>
    public static Config operator +(string configHocon, Config fallbackConfig) =>
        ConfigurationFactory.ParseString(configHocon).WithFallback(fallbackConfig);

    /// <summary>Parses a text.</summary>
    public static implicit operator Config(string str) => ConfigurationFactory.ParseString(str);

    /// <summary>Reads <c>on</c>, <c>off</c>, <c>true</c> or <c>false</c>.</summary>
    public virtual bool GetBoolean(string path, bool @default = false) => Find(path)?.GetBoolean() ?? @default;

    /// <summary>Reads a whole number.</summary>
    public virtual int GetInt(string path, int @default = 0) => Find(path)?.GetInt() ?? @default;

    /// <summary>Reads a whole number.</summary>
    public virtual long GetLong(string path, long @default = 0) => Find(path)?.GetLong() ?? @default;

    /// <summary>Reads a number.</summary>
    public virtual float GetFloat(string path, float @default = 0) => Find(path)?.GetFloat() ?? @default;

    /// <summary>Reads a number.</summary>
    public virtual double GetDouble(string path, double @default = 0) => Find(path)?.GetDouble() ?? @default;

    /// <summary>Reads a number.</summary>
    public virtual decimal GetDecimal(string path, decimal @default = 0) => Find(path)?.GetDecimal() ?? @default;

    /// <summary>Reads a text. A key that is present and <c>null</c> reads as null.</summary>
    public virtual string GetString(string path, string? @default = null)
    {
        var value = Find(path);
        return value is null ? @default! : value.RequireString();
    }

    /// <summary>Reads a size such as <c>512</c>, <c>64KiB</c> or <c>1MB</c>, in bytes; null if the key is missing.</summary>
    public virtual long? GetByteSize(string path) => GetByteSize(path, null);

    /// <summary>Reads a size such as <c>512</c>, <c>64KiB</c> or <c>1MB</c>, in bytes.</summary>
    public virtual long? GetByteSize(string path, long? def = null) => Find(path)?.GetByteSize() ?? def;

    /// <summary>
    /// Reads a duration such as <c>100ms</c>, <c>5 seconds</c> or a bare number of milliseconds; <c>infinite</c> (where
    /// allowed) reads as <see cref="Timeout.InfiniteTimeSpan"/>.
    /// </summary>
    public virtual TimeSpan GetTimeSpan(string path, TimeSpan? @default = null, bool allowInfinite = true) =>
        Find(path)?.GetTimeSpan(allowInfinite) ?? @default.GetValueOrDefault();

    /// <summary>Reads a list; a missing key reads as an empty one.</summary>
    public virtual IList<bool> GetBooleanList(string path) => Find(path)?.GetBooleanList() ?? [];

    /// <summary>Reads a list; a missing key reads as an empty one.</summary>
    public virtual IList<byte> GetByteList(string path) => Find(path)?.GetByteList() ?? [];

    /// <summary>Reads a list; a missing key reads as an empty one.</summary>
    public virtual IList<decimal> GetDecimalList(string path) => Find(path)?.GetDecimalList() ?? [];

    /// <summary>Reads a list; a missing key reads as an empty one.</summary>
    public virtual IList<double> GetDoubleList(string path) => Find(path)?.GetDoubleList() ?? [];

    /// <summary>Reads a list; a missing key reads as an empty one.</summary>
    public virtual IList<float> GetFloatList(string path) => Find(path)?.GetFloatList() ?? [];

    /// <summary>Reads a list; a missing key reads as an empty one.</summary>
    public virtual IList<int> GetIntList(string path) => Find(path)?.GetIntList() ?? [];

    /// <summary>Reads a list; a missing key reads as an empty one.</summary>
    public virtual IList<long> GetLongList(string path) => Find(path)?.GetLongList() ?? [];

    /// <summary>Reads a list; a missing key reads as an empty one.</summary>
    public virtual IList<string> GetStringList(string path) => Find(path)?.GetStringList() ?? [];

    /// <summary>Reads a list; a missing key reads as <paramref name="defaultPaths"/>.</summary>
    public virtual IList<string> GetStringList(string path, string[] defaultPaths) => Find(path)?.GetStringList() ?? defaultPaths;

    /// <summary>The settings below a key, those of the fallbacks behind them; null if no configuration has the key.</summary>
    public virtual Config GetConfig(string path)
    {
        var own = FindOwn(path);
        if (own is null)
            return Fallback?.GetConfig(path)!;
        if (own.IsNull)
            return null!;
        if (!own.IsObject())
            throw own.Unexpected("an object in braces");
        var config = new Config(new HoconRoot(own));
        return Fallback?.GetConfig(path) is { } behind ? config.WithFallback(behind) : config;
    }

    /// <summary>The value of a key, or null. Objects of the fallbacks below the same key are merged into it.</summary>
    public HoconValue GetValue(string path)
    {
        var found = new List<HoconValue>();
        for (var config = this; config is not null; config = config.Fallback)
        {
            if (config.FindOwn(path) is not { } value)
                continue;
            if (found.Count == 0 || value.IsObject())
                found.Add(value);
            if (!value.IsObject())
                break;
        }

        return found.Count <= 1 ? found.FirstOrDefault()! : HoconValue.MergeOf(Enumerable.Reverse(found));
    }

    /// <summary>Whether the key is present, here or in a fallback.</summary>
    public virtual bool HasPath(string path) => Find(path) is not null;

    /// <summary>The first-level keys with their values, each key once: the value nearest to this configuration.</summary>
    public virtual IEnumerable<KeyValuePair<string, HoconValue>> AsEnumerable()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var config = this; config is not null; config = config.Fallback)
        {
            foreach (var item in config.Root?.GetObject()?.Items ?? [])
            {
                if (seen.Add(item.Key))
                    yield return item;
            }
        }
    }

    /// <summary>This configuration with another one behind the last of its fallbacks.</summary>
    public virtual Config WithFallback(Config fallback)
    {
        if (ReferenceEquals(fallback, this))
            throw new ArgumentException("A configuration cannot be its own fallback.", nameof(fallback));
        if (fallback is null || (fallback.IsEmpty && fallback.Fallback is null))
            return this;
        if (IsEmpty && Fallback is null)
            return fallback;
        return Copy(fallback);
    }

    /// <summary>The tree as HOCON.</summary>
    public override string ToString() => Root?.ToString() ?? "";

    /// <summary>The tree as HOCON, those of the fallbacks merged into it if asked for.</summary>
    public string ToString(bool includeFallback)
    {
        if (!includeFallback || Fallback is null)
            return ToString();
        var layers = new List<HoconValue>();
        for (var config = this; config is not null; config = config.Fallback)
        {
            if (config.Root is { } root)
                layers.Insert(0, root);
        }

        return HoconValue.MergeOf(layers).ToString();
    }

    /// <summary>A copy of this configuration and its chain of fallbacks, with one more at the end.</summary>
    protected Config Copy(Config? fallback = null) =>
        new(this, Fallback is null ? fallback! : Fallback.Copy(fallback));

    private HoconValue? Find(string path)
    {
        var parts = HoconPath.Split(path);
        for (var config = this; config is not null; config = config.Fallback)
        {
            if (config.FindOwn(parts) is { } value)
                return value;
        }

        return null;
    }

    private HoconValue? FindOwn(string path) => FindOwn(HoconPath.Split(path));

    private HoconValue? FindOwn(IReadOnlyList<string> parts)
    {
        var value = Root;
        foreach (var part in parts)
        {
            if (value is null)
                return null;
            value = value.GetChildObject(part);
        }

        return value;
    }
}
