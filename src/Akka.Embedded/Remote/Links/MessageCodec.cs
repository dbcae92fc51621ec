using Akka.Actor;
using Akka.Remote.Wire;

namespace Akka.Remote.Links;

/// <summary>Turns messages into bytes and back with the system's serializers. Thread-safe.</summary>
internal sealed class MessageCodec(ExtendedActorSystem system)
{
    /// <summary>Serializes a message; references in it get this system's address.</summary>
    public Payload Encode(object message) =>
        Akka.Serialization.Serialization.WithTransport(system, (system, message), static state =>
        {
            var serializer = state.system.Serialization.FindSerializerFor(state.message);
            var manifest = Akka.Serialization.Serialization.ManifestFor(serializer, state.message);
            return new Payload(serializer.Identifier, manifest ?? string.Empty, serializer.ToBinary(state.message));
        });

    public object Decode(in Payload payload) =>
        system.Serialization.Deserialize(payload.Bytes, payload.SerializerId, payload.Manifest);
}
