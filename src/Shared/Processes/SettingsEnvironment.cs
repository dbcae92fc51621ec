using System.Collections;
using Trapline.Shared.Configuration;

namespace Trapline.Shared.Processes;

/// <summary>
/// Settings in environment variables: <c>TRAPLINE__HOST__DRAIN_TIME</c> is <c>trapline.host.drain-time</c>. Two underscores stand for a dot, so that
/// variables that others make up for a service of that name (<c>TRAPLINE_HOST_PORT</c>) mean nothing.
/// </summary>
internal static class SettingsEnvironment
{
    private const string Section = "TRAPLINE_";
    private const string Prefix = Section + "_";

    /// <summary>The variable of a key.</summary>
    public static string VariableOf(string key) =>
        key.Replace(".", "__", StringComparison.Ordinal).Replace('-', '_').ToUpperInvariant();

    /// <summary>The settings among variables, by the variables' names.</summary>
    /// <param name="variables">The environment.</param>
    /// <param name="known">The keys that there are.</param>
    public static IEnumerable<(string Variable, string Key, string Value)> Read(IDictionary variables, IReadOnlyCollection<string> known)
    {
        var names = variables.Keys.OfType<string>().Where(name => name.StartsWith(Section, StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
                yield return (name, KeyOf(name), (string?)variables[name] ?? "");
            else if (known.FirstOrDefault(key => IsNearly(name, VariableOf(key))) is { } meant)
                throw new ConfigFileException(NameOf(name), null, null, $"settings are named with two underscores between their parts; did you mean {VariableOf(meant)}?");
        }
    }

    /// <summary>How errors name a variable.</summary>
    public static string NameOf(string variable) => $"environment variable {variable}";

    private static string KeyOf(string variable)
    {
        var key = variable.ToLowerInvariant().Replace("__", ".", StringComparison.Ordinal).Replace('_', '-');
        if (!Array.TrueForAll(key.Split('.'), part => part.Length > 0 && part.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')))
            throw new ConfigFileException(NameOf(variable), null, null, "names no setting: expected two underscores between the parts and one between words, as in TRAPLINE__HOST__DRAIN_TIME");
        return key;
    }

    private static bool IsNearly(string name, string variable) =>
        name.Replace("_", "", StringComparison.Ordinal).Equals(variable.Replace("_", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);
}
