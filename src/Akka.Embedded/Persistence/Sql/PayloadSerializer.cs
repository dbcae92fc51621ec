using Akka.Actor;
using Akka.Serialization;
using Akka.Util;

namespace Akka.Persistence.Sql;

/// <summary>A payload as bytes, and what is needed to read it back.</summary>
internal sealed record SerializedPayload(byte[] Bytes, int SerializerId, string Manifest);

/// <summary>
/// Payloads to columns and back, as Akka.Persistence.Sql does it: the payload itself is serialized, by the serializer bound
/// to its type; the manifest is the serializer's own, or the type's name if the serializer wants one, or empty.
/// </summary>
internal sealed class PayloadSerializer(ExtendedActorSystem system, string? defaultSerializer)
{
    /// <summary>Serializes a payload.</summary>
    public SerializedPayload Serialize(object payload) =>
        Akka.Serialization.Serialization.WithTransport(system, payload, p =>
        {
            var serializer = system.Serialization.FindSerializerForType(p.GetType(), defaultSerializer);
            var manifest = serializer switch
            {
                SerializerWithStringManifest named => named.Manifest(p),
                { IncludeManifest: true } => p.GetType().TypeQualifiedName(),
                _ => "",
            };
            return new SerializedPayload(serializer.ToBinary(p), serializer.Identifier, manifest);
        });

    /// <summary>Reads a payload back; rows of old plug-ins have no serializer id, their manifest is a type's name.</summary>
    public object Deserialize(byte[] bytes, int? serializerId, string manifest)
    {
        if (serializerId is { } id)
            return system.Serialization.Deserialize(bytes, id, manifest);
        var type = Type.GetType(manifest, throwOnError: true)!;
        return system.Serialization.FindSerializerForType(type, defaultSerializer).FromBinary(bytes, type);
    }
}

/// <summary>A row that cannot be read: it names the row, and the cause says why.</summary>
internal sealed class UnreadableRowException(string message, Exception cause) : AkkaException(message, cause);

/// <summary>A second writer of the same persistence id was refused by the database.</summary>
internal sealed class DuplicateSequenceNrException(string message, Exception cause) : AkkaException(message, cause);
