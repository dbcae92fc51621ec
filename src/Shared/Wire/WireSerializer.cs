using Akka.Actor;

namespace Trapline.Shared.Wire;

/// <summary>
/// The serializer of <see cref="WireMessages"/>, bound in HOCON:
/// <code>
/// akka.actor {
///   serializers.trapline = "Trapline.Shared.Wire.WireSerializer, Trapline.Shared"
///   serialization-bindings { "Trapline.Shared.Conversations.IWireMessage, Trapline.Shared" = trapline }
/// }
/// </code>
/// </summary>
public sealed class WireSerializer(ExtendedActorSystem system) : JsonManifestSerializer(system, WireMessages.All)
{
    /// <inheritdoc/>
    public override int Identifier => 7201;
}
