// The serializer for everything that no other is bound to. Type names go into the JSON, so that any class with public
// properties comes back as itself; values that mean something only in this system (references, addresses, Props) travel as
// surrogates; numbers keep their type where the target is object.
using System.Text;
using Akka.Actor;
using Akka.Configuration;
using Akka.Util;
using Newtonsoft.Json;
using Newtonsoft.Json.Serialization;

namespace Akka.Serialization;

/// <summary>Writes objects as JSON with type names.</summary>
public class NewtonSoftJsonSerializer : Serializer
{
    private readonly JsonSerializer _serializer;

    /// <summary>With default settings.</summary>
    public NewtonSoftJsonSerializer(ExtendedActorSystem system)
        : this(system, NewtonSoftJsonSerializerSettings.Default)
    {
    }

    /// <summary>With the settings of <c>akka.actor.serialization-settings.json</c>.</summary>
    public NewtonSoftJsonSerializer(ExtendedActorSystem system, Config config)
        : this(system, NewtonSoftJsonSerializerSettings.Create(config))
    {
    }

    /// <summary>With the given settings.</summary>
    public NewtonSoftJsonSerializer(ExtendedActorSystem system, NewtonSoftJsonSerializerSettings settings)
        : base(system)
    {
        Settings = new JsonSerializerSettings
        {
            PreserveReferencesHandling = settings.PreserveObjectReferences ? PreserveReferencesHandling.Objects : PreserveReferencesHandling.None,
            NullValueHandling = NullValueHandling.Ignore,
            DefaultValueHandling = DefaultValueHandling.Ignore,
            MissingMemberHandling = MissingMemberHandling.Ignore,
            ObjectCreationHandling = ObjectCreationHandling.Replace,
            ConstructorHandling = ConstructorHandling.AllowNonPublicDefaultConstructor,
            TypeNameHandling = settings.EncodeTypeNames ? TypeNameHandling.All : TypeNameHandling.None,
            ContractResolver = new SettablePropertiesResolver(),
        };
        if (system?.Settings.Setup.Get<NewtonSoftJsonSerializerSetup>() is { HasValue: true } setup)
            setup.Value.ApplySettings(Settings);
        Settings.Converters.Insert(0, new SurrogateConverter(system));
        foreach (var type in settings.Converters)
            Settings.Converters.Add(MakeConverter(type));
        _serializer = JsonSerializer.Create(Settings);
    }

    /// <summary>What JSON.NET is told.</summary>
    public JsonSerializerSettings Settings { get; }

    /// <summary>The JSON.NET serializer.</summary>
    public object Serializer => _serializer;

    /// <inheritdoc/>
    public override bool IncludeManifest => false;

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj)
    {
        using var stream = new MemoryStream(256);
        using (var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 1024, leaveOpen: true))
        using (var json = new JsonTextWriter(writer) { Formatting = Formatting.None })
            _serializer.Serialize(json, obj, typeof(object));
        return stream.ToArray();
    }

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, Type? type)
    {
        using var reader = new StreamReader(new MemoryStream(bytes), Encoding.UTF8);
        using var json = new JsonTextReader(reader);
        var target = type is null || type == typeof(object) ? typeof(object) : type;
        var value = _serializer.Deserialize(json, target);
        return value is ISurrogate surrogate && system is not null && !typeof(ISurrogate).IsAssignableFrom(type) ? surrogate.FromSurrogate(system) : value!;
    }

    private JsonConverter MakeConverter(Type type)
    {
        var withSystem = type.GetConstructor([typeof(ExtendedActorSystem)]);
        return withSystem is not null ? (JsonConverter)withSystem.Invoke([system]) : (JsonConverter)Activator.CreateInstance(type)!;
    }

    /// <summary>Lets JSON.NET set properties with a private setter.</summary>
    private sealed class SettablePropertiesResolver : DefaultContractResolver
    {
        protected override JsonProperty CreateProperty(System.Reflection.MemberInfo member, MemberSerialization memberSerialization)
        {
            var property = base.CreateProperty(member, memberSerialization);
            if (!property.Writable && member is System.Reflection.PropertyInfo info)
                property.Writable = info.GetSetMethod(nonPublic: true) is not null;
            return property;
        }
    }
}
