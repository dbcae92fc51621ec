using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Trapline.TestSupport;

/// <summary>One sample: a value under a metric's name and labels.</summary>
/// <param name="Name">The metric.</param>
/// <param name="Labels">Its labels.</param>
/// <param name="Value">The value.</param>
public sealed record ExpositionSample(string Name, ImmutableSortedDictionary<string, string> Labels, double Value);

/// <summary>
/// Prometheus' text format, version 0.0.4 (prometheus.io, exposition formats), read strictly: whatever a reader may stumble over is an error. Each metric has
/// one HELP and one TYPE before its samples, which stand together; no sample is there twice; the last line ends.
/// </summary>
public sealed partial class Exposition
{
    private readonly Dictionary<string, (string Help, string Type)> _metrics = new(StringComparer.Ordinal);

    private Exposition()
    {
    }

    /// <summary>All samples, in order.</summary>
    public List<ExpositionSample> Samples { get; } = [];

    /// <summary>The type of each metric.</summary>
    public IReadOnlyDictionary<string, string> Types => _metrics.ToDictionary(m => m.Key, m => m.Value.Type, StringComparer.Ordinal);

    /// <summary>The value of one sample.</summary>
    public double this[string name, params (string Label, string Value)[] labels] =>
        Samples.Single(s => s.Name == name && s.Labels.SequenceEqual(labels.ToImmutableSortedDictionary(l => l.Label, l => l.Value, StringComparer.Ordinal))).Value;

    /// <summary>Reads it; throws a <see cref="FormatException"/> that names the line.</summary>
    public static Exposition Parse(string text)
    {
        if (!text.EndsWith('\n'))
            throw new FormatException("the last line does not end");
        var all = new Exposition();
        (string Name, string Text)? help = null;
        var present = "";
        foreach (var line in text[..^1].Split('\n'))
        {
            if (Help().Match(line) is { Success: true } about)
                help = (about.Groups["name"].Value, about.Groups["text"].Value);
            else if (Type().Match(line) is { Success: true } type)
                (present, help) = (all.Begin(type, help), null);
            else
                all.Add(line, present);
        }

        return all;
    }

    private string Begin(Match type, (string Name, string Text)? help)
    {
        var name = type.Groups["name"].Value;
        if (help is not { } about || about.Name != name || about.Text.Length == 0)
            throw new FormatException($"'{type.Value}' does not stand behind the HELP of {name}");
        if (!_metrics.TryAdd(name, (about.Text, type.Groups["type"].Value)))
            throw new FormatException($"{name} is there twice");
        return name;
    }

    private void Add(string line, string metric)
    {
        if (Sample().Match(line) is not { Success: true } sample)
            throw new FormatException($"'{line}' is neither HELP, TYPE nor a sample");
        if (sample.Groups["name"].Value != metric)
            throw new FormatException($"'{line}' does not stand with the other samples of its metric, behind its TYPE");
        var labels = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < sample.Groups["label"].Captures.Count; i++)
            labels.Add(sample.Groups["label"].Captures[i].Value, Unescape(sample.Groups["value"].Captures[i].Value));
        var one = new ExpositionSample(metric, labels.ToImmutable(), double.Parse(sample.Groups["number"].Value, NumberStyles.Float, CultureInfo.InvariantCulture));
        if (Samples.Exists(s => s.Name == metric && s.Labels.SequenceEqual(one.Labels)))
            throw new FormatException($"'{line}' is there twice");
        Samples.Add(one);
    }

    private static string Unescape(string value)
    {
        var text = new StringBuilder();
        for (var i = 0; i < value.Length; i++)
            text.Append(value[i] != '\\' ? value[i] : value[++i] == 'n' ? '\n' : value[i]);
        return text.ToString();
    }

    [GeneratedRegex(@"^# HELP (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (?<text>(?:[^\\]|\\\\|\\n)*)$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Help();

    [GeneratedRegex("^# TYPE (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (?<type>counter|gauge|histogram|summary|untyped)$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Type();

    [GeneratedRegex(
        @"^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(?<label>[a-zA-Z_][a-zA-Z0-9_]*)=""(?<value>(?:[^""\\]|\\\\|\\""|\\n)*)""(?:,(?<label>[a-zA-Z_][a-zA-Z0-9_]*)=""(?<value>(?:[^""\\]|\\\\|\\""|\\n)*)"")*\})? (?<number>[+-]?(?:[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|Inf|NaN))$",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        1000)]
    private static partial Regex Sample();
}
