using System.Reflection;
using Akka.Configuration.Hocon;
using Newtonsoft.Json;

namespace Akka.Configuration;

/// <summary>Makes <see cref="Config"/> values from HOCON text, embedded resources, files and plain objects.</summary>
public class ConfigurationFactory
{
    private const string ReferenceResource = "Akka.Configuration.reference.conf";

    private static readonly string[] DefaultFiles = ["app.conf", "app.hocon"];

    /// <summary>A configuration without any key.</summary>
    public static Config Empty => ParseString("");

    /// <summary>Parses HOCON. Throws <see cref="ConfigurationException"/> with line and column if it is malformed.</summary>
    public static Config ParseString(string hocon) => ParseString(hocon, null!);

    /// <summary>Parses HOCON whose <c>include "name"</c> lines are answered by <paramref name="includeCallback"/>.</summary>
    public static Config ParseString(string hocon, Func<string, HoconRoot> includeCallback) =>
        new(HoconReader.Read(hocon, HoconReader.SourceNamedBy(hocon), includeCallback));

    /// <summary>The file app.conf or app.hocon of the working folder, or an empty configuration if neither exists.</summary>
    public static Config Load()
    {
        var file = Array.Find(DefaultFiles, File.Exists);
        return file is null ? Empty : new Config(HoconReader.Read(File.ReadAllText(file), file, null));
    }

    /// <summary>The defaults of the actor core.</summary>
    public static Config Default() => FromResource(ReferenceResource, typeof(ConfigurationFactory).Assembly);

    /// <summary>Parses a resource embedded in the assembly of <paramref name="instanceInAssembly"/> (an object or a type).</summary>
    public static Config FromResource(string resourceName, object instanceInAssembly) => instanceInAssembly switch
    {
        Type type => FromResource(resourceName, type.Assembly),
        Assembly assembly => FromResource(resourceName, assembly),
        _ => FromResource(resourceName, instanceInAssembly.GetType().Assembly),
    };

    /// <summary>Parses a resource embedded in the assembly of <typeparamref name="TAssembly"/>.</summary>
    public static Config FromResource<TAssembly>(string resourceName) => FromResource(resourceName, typeof(TAssembly).Assembly);

    /// <summary>Parses a resource embedded in <paramref name="assembly"/>.</summary>
    public static Config FromResource(string resourceName, Assembly assembly)
    {
        using var stream = assembly.GetManifestResourceStream(resourceName)
            ?? throw new ConfigurationException($"{assembly.GetName().Name} has no embedded resource {resourceName}.");
        using var reader = new StreamReader(stream);
        return new Config(HoconReader.Read(reader.ReadToEnd(), resourceName, null));
    }

    /// <summary>Makes a configuration of an object's public properties (or a dictionary's entries), through JSON.</summary>
    public static Config FromObject(object source) => ParseString(JsonConvert.SerializeObject(source));
}
