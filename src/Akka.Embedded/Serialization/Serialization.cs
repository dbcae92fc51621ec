// Which serializer takes which type: akka.actor.serializers names serializers, serialization-bindings binds types to them. A
// type's serializer is that of the most specific bound type that it is assignable to, remembered per type. What a serializer
// writes for references to local actors depends on who will read it: remoting sets the thread's transport information around
// ToBinary, and SerializedActorPath puts that address into the path.
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Actor.Internal;
using Akka.Configuration;
using Akka.Event;

namespace Akka.Serialization;

/// <summary>For which address of which system something is serialized.</summary>
public sealed class Information : IEquatable<Information>
{
    /// <summary>Pairs address and system.</summary>
    public Information(Address address, ActorSystem system)
    {
        Address = address;
        System = system;
    }

    /// <summary>The address that readers can reach this system at.</summary>
    public Address Address { get; }

    /// <summary>The system.</summary>
    public ActorSystem System { get; }

    /// <inheritdoc/>
    public bool Equals(Information? other) => other is not null && Address.Equals(other.Address) && ReferenceEquals(System, other.System);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Information);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Address, System);

    /// <summary>Whether both are equal.</summary>
    public static bool operator ==(Information? left, Information? right) => Equals(left, right);

    /// <summary>The opposite of equality.</summary>
    public static bool operator !=(Information? left, Information? right) => !Equals(left, right);
}

/// <summary>The serializers of one actor system.</summary>
public class Serialization
{
    [ThreadStatic]
    private static Information? _transport;

    private readonly NullSerializer _null;
    private readonly ConcurrentDictionary<string, Serializer> _byName = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<int, Serializer> _byId = new();
    private readonly ConcurrentDictionary<Type, Serializer> _known = new();
    private readonly ConcurrentDictionary<string, Type?> _types = new(StringComparer.Ordinal);
    private ImmutableList<(Type Type, Serializer Serializer)> _bindings = [];

    /// <summary>Reads the configuration of <paramref name="system"/>.</summary>
    public Serialization(ExtendedActorSystem system)
    {
        System = system;
        _null = new NullSerializer(system);
        AddSerializer("null", _null);
        var settings = system.Settings.Config;
        foreach (var (name, value) in settings.GetConfig("akka.actor.serializers").AsEnumerable())
            AddSerializer(name, Make(name, value.GetString()));
        foreach (var (typeName, value) in settings.GetConfig("akka.actor.serialization-bindings").AsEnumerable())
            Bind(typeName.Trim('"'), value.GetString());
        if (system.Settings.Setup.Get<SerializationSetup>() is { HasValue: true } setup)
        {
            foreach (var details in setup.Value.CreateSerializers(system))
            {
                AddSerializer(details.Alias, details.Serializer);
                foreach (var type in details.UseFor)
                    AddSerializationMap(type, details.Serializer);
            }
        }
    }

    /// <summary>The system.</summary>
    public ExtendedActorSystem System { get; }

    /// <summary>For whom this thread serializes now.</summary>
    /// <exception cref="InvalidOperationException">It does not serialize for anybody.</exception>
    public static Information GetCurrentTransportInformation() => _transport ?? throw new InvalidOperationException(
        "CurrentTransportInformation is not set. Use Serialization.WithTransport<T>.");

    /// <summary>Serializes inside <paramref name="action"/> for the system's default address.</summary>
    public static T WithTransport<T>(ExtendedActorSystem system, Func<T> action) =>
        WithTransport(system, action, static a => a());

    /// <summary>Serializes inside <paramref name="action"/> for the system's default address.</summary>
    public static T WithTransport<TState, T>(ExtendedActorSystem system, TState state, Func<TState, T> action)
    {
        var previous = _transport;
        _transport = system.Provider.SerializationInformation;
        try
        {
            return action(state);
        }
        finally
        {
            _transport = previous;
        }
    }

    /// <summary>The path of a reference, as it goes into bytes.</summary>
    public static string SerializedActorPath(IActorRef actorRef)
    {
        if (Equals(actorRef, ActorRefs.NoSender))
            return "";
        var path = actorRef.Path;
        if (_transport is { } transport)
            return path.ToSerializationFormatWithAddress(transport.Address);
        return actorRef is IInternalActorRef and not Nobody and not Event.MinimalLogger
            ? path.ToSerializationFormatWithAddress(((IInternalActorRef)actorRef).Provider.DefaultAddress)
            : path.ToSerializationFormat();
    }

    /// <summary>What goes with the bytes of <paramref name="msg"/> so that <paramref name="s"/> can read them; may be empty.</summary>
    public static string ManifestFor(Serializer s, object msg) => s switch
    {
        SerializerWithStringManifest withManifest => withManifest.Manifest(msg),
        { IncludeManifest: true } => msg.GetType().TypeQualifiedName(),
        _ => "",
    };

    /// <summary>Adds a serializer under a name.</summary>
    public void AddSerializer(string name, Serializer serializer)
    {
        ArgumentNullException.ThrowIfNull(serializer);
        _byName[name] = serializer;
        _byId[serializer.Identifier] = serializer;
    }

    /// <summary>Binds a type to a serializer.</summary>
    public void AddSerializationMap(Type type, Serializer serializer)
    {
        _bindings = Sorted(_bindings.RemoveAll(b => b.Type == type).Add((type, serializer)));
        _byId.TryAdd(serializer.Identifier, serializer);
        _known.Clear();
    }

    /// <summary>The bytes of <paramref name="o"/>, with the system's default address in references.</summary>
    public byte[] Serialize(object o) =>
        WithTransport(System, (Self: this, Object: o), static state => state.Self.FindSerializerFor(state.Object).ToBinary(state.Object));

    /// <summary>The object of <paramref name="bytes"/>.</summary>
    /// <exception cref="SerializationException">No serializer has that identifier.</exception>
    public object Deserialize(byte[] bytes, int serializerId, Type type) => WithTransport(
        System,
        (Serializer: ById(serializerId, type?.ToString() ?? ""), Bytes: bytes, Type: type),
        static state => state.Serializer.FromBinary(state.Bytes, state.Type));

    /// <summary>The object of <paramref name="bytes"/>.</summary>
    /// <exception cref="SerializationException">No serializer has that identifier, or the manifest names no type.</exception>
    public object Deserialize(byte[] bytes, int serializerId, string manifest)
    {
        var serializer = ById(serializerId, manifest);
        if (serializer is SerializerWithStringManifest withManifest)
            return WithTransport(System, (withManifest, bytes, manifest), static s => s.withManifest.FromBinary(s.bytes, s.manifest));
        if (string.IsNullOrEmpty(manifest))
            return WithTransport(System, (serializer, bytes), static s => s.serializer.FromBinary(s.bytes, null));
        var type = _types.GetOrAdd(manifest, static name => TypeNames.Find(name)) ?? throw new SerializationException(
            $"Cannot find manifest class [{manifest}] for serializer with id [{serializerId}].");
        return WithTransport(System, (serializer, bytes, type), static s => s.serializer.FromBinary(s.bytes, s.type));
    }

    /// <summary>The reference at a serialized path.</summary>
    public IActorRef DeserializeActorRef(string path) => System.Provider.ResolveActorRef(path);

    /// <summary>The serializer for <paramref name="obj"/>.</summary>
    public Serializer FindSerializerFor(object? obj, string? defaultSerializerName = null) =>
        obj is null ? _null : FindSerializerForType(obj.GetType(), defaultSerializerName);

    /// <summary>The serializer for objects of <paramref name="objectType"/>.</summary>
    /// <exception cref="SerializationException">No binding fits.</exception>
    public Serializer FindSerializerForType(Type objectType, string? defaultSerializerName = null)
    {
        if (_known.TryGetValue(objectType, out var known))
            return known;
        var bound = _bindings.FirstOrDefault(b => b.Type != typeof(object) && b.Type.IsAssignableFrom(objectType)).Serializer;
        if (bound is null && defaultSerializerName is not null)
        {
            // The caller's choice comes before the binding of all objects; it is not remembered, as the next may choose otherwise.
            return _byName.TryGetValue(defaultSerializerName, out var chosen)
                ? chosen
                : throw new SerializationException($"There is no serializer called [{defaultSerializerName}].");
        }

        bound ??= _bindings.FirstOrDefault(b => b.Type == typeof(object)).Serializer;
        return _known[objectType] = bound ?? throw new SerializationException($"Serializer not found for type {objectType}");
    }

    /// <summary>Serializes inside <paramref name="action"/> for <paramref name="address"/>.</summary>
    internal static T WithAddress<TState, T>(ActorSystem system, Address address, TState state, Func<TState, T> action)
    {
        var previous = _transport;
        _transport = new Information(address, system);
        try
        {
            return action(state);
        }
        finally
        {
            _transport = previous;
        }
    }

    private Serializer ById(int id, string manifest) => _byId.TryGetValue(id, out var serializer)
        ? serializer
        : throw new SerializationException(
            $"Cannot find serializer with id [{id}] (manifest [{manifest}]). The most probable reason is that the configuration entry 'akka.actor.serializers' is not in sync between the two systems.");

    private Serializer Make(string name, string typeName)
    {
        var type = TypeNames.Find(typeName);
        if (type is null || !typeof(Serializer).IsAssignableFrom(type))
            throw new ConfigurationException($"akka.actor.serializers.{name} is '{typeName}'; expected the name of a serializer class that can be found.");
        try
        {
            var section = System.Settings.Config.GetConfig("akka.actor.serialization-settings." + name);
            var withConfig = type.GetConstructor([typeof(ExtendedActorSystem), typeof(Config)]);
            return withConfig is not null && !section.IsNullOrEmpty()
                ? (Serializer)withConfig.Invoke([System, section])
                : (Serializer)Activator.CreateInstance(type, System)!;
        }
        catch (global::System.Reflection.TargetInvocationException e) when (e.InnerException is not null)
        {
            throw new ConfigurationException($"The serializer akka.actor.serializers.{name} could not be made: {e.InnerException.Message}", e.InnerException);
        }
    }

    private void Bind(string typeName, string serializerName)
    {
        var type = TypeNames.Find(typeName);
        if (type is null)
        {
            System.Log.Warning("The type name for message/serializer binding '{0}' did not resolve to an actual Type: '{1}'", serializerName, typeName);
            return;
        }

        if (!_byName.TryGetValue(serializerName, out var serializer))
        {
            System.Log.Warning("Serialization binding to non existing serializer: '{0}'", serializerName);
            return;
        }

        AddSerializationMap(type, serializer);
    }

    /// <summary>Puts each type before those that it is assignable to.</summary>
    private static ImmutableList<(Type Type, Serializer Serializer)> Sorted(ImmutableList<(Type Type, Serializer Serializer)> bindings)
    {
        var sorted = new List<(Type Type, Serializer Serializer)>();
        foreach (var binding in bindings)
        {
            var place = sorted.FindIndex(b => b.Type.IsAssignableFrom(binding.Type));
            sorted.Insert(place < 0 ? sorted.Count : place, binding);
        }

        return [.. sorted];
    }
}
