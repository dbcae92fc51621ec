using System.Collections.Frozen;
using System.Runtime.Serialization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Akka.Actor;
using Akka.Serialization;

namespace Trapline.Shared.Wire;

/// <summary>
/// Writes a closed set of records as JSON, each under a manifest that never changes. The format only grows: a property that a reader does not know
/// is skipped, one that a writer did not know takes its default.
/// </summary>
public abstract class JsonManifestSerializer : SerializerWithStringManifest
{
    private readonly FrozenDictionary<Type, string> _manifests;
    private readonly FrozenDictionary<string, JsonTypeInfo> _types;

    /// <summary>A serializer for the given set.</summary>
    /// <param name="system">The actor system.</param>
    /// <param name="messages">Each type's manifest and how it is written.</param>
    protected JsonManifestSerializer(ExtendedActorSystem system, IEnumerable<KeyValuePair<string, JsonTypeInfo>> messages)
        : base(system)
    {
        _types = messages.ToFrozenDictionary(StringComparer.Ordinal);
        _manifests = _types.ToFrozenDictionary(m => m.Value.Type, m => m.Key);
    }

    /// <inheritdoc/>
    public override string Manifest(object o) =>
        _manifests.TryGetValue(o.GetType(), out var manifest) ? manifest : throw new SerializationException($"{o.GetType()} has no manifest in {GetType().Name}.");

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => JsonSerializer.SerializeToUtf8Bytes(obj, _types[Manifest(obj)]);

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        if (!_types.TryGetValue(manifest, out var type))
            throw new SerializationException($"'{manifest}' is no manifest of {GetType().Name}; known are {string.Join(", ", _types.Keys.Order(StringComparer.Ordinal))}.");
        try
        {
            return JsonSerializer.Deserialize(bytes, type) ?? throw new SerializationException($"'{manifest}' holds null.");
        }
        catch (JsonException e)
        {
            throw new SerializationException($"'{manifest}' cannot be read: {e.Message}", e);
        }
    }
}
