using Akka.Configuration;
using Akka.Configuration.Hocon;
using Trapline.Shared.Naming;

namespace Trapline.Shared.Configuration;

/// <summary>
/// Finds settings that nobody reads. They are refused, since a name that is misspelt would leave its default in force without a word. What there is
/// is what has a default. Other sections than Trapline's own are free, unless they are nearly called so.
/// </summary>
internal sealed class UnknownSettings
{
    private readonly string _section;
    private readonly IReadOnlyCollection<string> _known;

    /// <summary>Knows the settings of a section.</summary>
    /// <param name="section">The first part of their keys.</param>
    /// <param name="known">The keys of all settings, dotted.</param>
    public UnknownSettings(string section, IReadOnlyCollection<string> known) => (_section, _known) = (section, known);

    /// <summary>The keys of all values below a section.</summary>
    public static IEnumerable<string> KeysOf(Config config, string section) => Leaves(section, config.GetValue(section));

    /// <summary>What is wrong with the first that is not known; null if all are.</summary>
    public ConfigFileException? FirstIn(SettingsSource source)
    {
        if (source.Config.IsEmpty || !source.Config.Root.IsObject())
            return null;
        foreach (var (name, value) in source.Config.Root.GetObject().Items)
        {
            if ((name == _section ? FirstBelow(name, value, source) : Misspelt(name)) is var (key, problem))
                return new ConfigFileException(source.Name, source.LineOf(key), key, problem);
        }

        return null;
    }

    private static IEnumerable<string> Leaves(string path, HoconValue value) =>
        value.IsObject() ? value.GetObject().Items.SelectMany(item => Leaves($"{path}.{item.Key}", item.Value)) : [path];

    private (string Key, string Problem)? Misspelt(string section) =>
        UnknownName.Nearest(section, [_section]) is { } meant ? (section, $"there is no such section; did you mean {meant}?") : null;

    private (string Key, string Problem)? FirstBelow(string path, HoconValue value, SettingsSource source)
    {
        var isSetting = _known.Contains(path, StringComparer.Ordinal);
        if (!value.IsObject())
            return isSetting ? null : (path, ChildrenOf(path) is { Count: > 0 } children ? $"expected a section in braces, with {string.Join(", ", children)}" : NoSuch(path, source));
        var items = value.GetObject().Items;
        if (items.Count == 0 && !isSetting && ChildrenOf(path).Count == 0)
            return (path, NoSuch(path, source));
        foreach (var (name, below) in items)
        {
            if (FirstBelow($"{path}.{(name.Contains('.', StringComparison.Ordinal) ? $"\"{name}\"" : name)}", below, source) is { } found)
                return found;
        }

        return null;
    }

    private string NoSuch(string key, SettingsSource source)
    {
        if ((UnknownName.Nearest(key, _known) ?? ElsewhereIs(key)) is { } meant)
            return $"there is no such setting; did you mean {source.Spell(meant)}?";
        var section = key;
        while (ChildrenOf(section).Count == 0)
            section = section[..section.LastIndexOf('.')];
        return $"there is no such setting; {section} has {string.Join(", ", ChildrenOf(section))}";
    }

    /// <summary>The one setting of the same name in another section.</summary>
    private string? ElsewhereIs(string key)
    {
        var name = key[key.LastIndexOf('.')..];
        var same = _known.Where(k => k.EndsWith(name, StringComparison.OrdinalIgnoreCase)).ToList();
        return same.Count == 1 ? same[0] : null;
    }

    private List<string> ChildrenOf(string section) =>
    [
        .. _known.Where(k => k.StartsWith(section + ".", StringComparison.Ordinal)).Select(k => k[(section.Length + 1)..].Split('.')[0])
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
    ];
}
