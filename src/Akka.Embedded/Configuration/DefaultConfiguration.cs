using System.Reflection;

namespace Akka.Configuration;

/// <summary>
/// The defaults of all parts of the runtime: every embedded file whose name ends in <c>.conf</c>, merged. A part brings its
/// own file in its own folder; two files never set the same key.
/// </summary>
internal static class DefaultConfiguration
{
    private static readonly Lazy<Config> Merged = new(Merge);

    internal static Config All => Merged.Value;

    private static Config Merge()
    {
        var assembly = typeof(DefaultConfiguration).Assembly;
        var text = string.Join('\n', assembly.GetManifestResourceNames()
            .Where(n => n.EndsWith(".conf", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(n => Read(assembly, n)));
        return ConfigurationFactory.ParseString(text);
    }

    private static string Read(Assembly assembly, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
