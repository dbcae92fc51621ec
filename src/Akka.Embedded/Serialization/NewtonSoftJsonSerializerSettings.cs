using Akka.Actor.Internal;
using Akka.Configuration;
using Newtonsoft.Json;

namespace Akka.Serialization;

/// <summary>How <see cref="NewtonSoftJsonSerializer"/> writes.</summary>
public sealed class NewtonSoftJsonSerializerSettings
{
    /// <summary>With type names and references.</summary>
    public static readonly NewtonSoftJsonSerializerSettings Default = new(true, true, [], true, 2048, 32768);

    /// <summary>Sets everything.</summary>
    public NewtonSoftJsonSerializerSettings(
        bool encodeTypeNames,
        bool preserveObjectReferences,
        IEnumerable<Type> converters,
        bool usePooledStringBuilder,
        int stringBuilderMinSize,
        int stringBuilderMaxSize)
    {
        EncodeTypeNames = encodeTypeNames;
        PreserveObjectReferences = preserveObjectReferences;
        Converters = converters ?? throw new ArgumentNullException(nameof(converters), "A list of converters, if only an empty one.");
        UsePooledStringBuilder = usePooledStringBuilder;
        StringBuilderMinSize = stringBuilderMinSize;
        StringBuilderMaxSize = stringBuilderMaxSize;
    }

    /// <summary>Whether type names are written.</summary>
    public bool EncodeTypeNames { get; }

    /// <summary>Whether an object that occurs twice comes back as one.</summary>
    public bool PreserveObjectReferences { get; }

    /// <summary>Classes of JSON converters to add.</summary>
    public IEnumerable<Type> Converters { get; }

    /// <summary>Whether buffers are pooled.</summary>
    public bool UsePooledStringBuilder { get; }

    /// <summary>Least size of a pooled buffer.</summary>
    public int StringBuilderMinSize { get; }

    /// <summary>Greatest size of a pooled buffer.</summary>
    public int StringBuilderMaxSize { get; }

    /// <summary>Reads the section <c>akka.actor.serialization-settings.json</c>.</summary>
    public static NewtonSoftJsonSerializerSettings Create(Config config)
    {
        if (config.IsNullOrEmpty())
            throw ConfigurationException.NullOrEmptyConfig<NewtonSoftJsonSerializerSettings>("akka.actor.serialization-settings.json");
        var converters = config.GetStringList("converters", []).Select(name => TypeNames.Find(name) is { } type && typeof(JsonConverter).IsAssignableFrom(type)
            ? type
            : throw new ConfigurationException($"akka.actor.serialization-settings.json.converters names '{name}', which is no JSON converter class that can be found."));
        return new NewtonSoftJsonSerializerSettings(
            config.GetBoolean("encode-type-names", true),
            config.GetBoolean("preserve-object-references", true),
            converters.ToList(),
            config.GetBoolean("use-pooled-string-builder", true),
            (int)(config.GetByteSize("pooled-string-builder-minsize", 2048) ?? 2048),
            (int)(config.GetByteSize("pooled-string-builder-maxsize", 32768) ?? 32768));
    }
}

/// <summary>Changes what JSON.NET is told, in code.</summary>
public sealed class NewtonSoftJsonSerializerSetup : Actor.Setup.Setup
{
    private NewtonSoftJsonSerializerSetup(Action<JsonSerializerSettings> settings) => ApplySettings = settings;

    /// <summary>Changes the settings.</summary>
    public Action<JsonSerializerSettings> ApplySettings { get; }

    /// <summary>Changes the settings by <paramref name="settings"/>.</summary>
    public static NewtonSoftJsonSerializerSetup Create(Action<JsonSerializerSettings> settings) => new(settings);
}
