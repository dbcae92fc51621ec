using Akka.Actor;

namespace Akka.Remote;

/// <summary>A message is too long for the transport; it is discarded at its sender.</summary>
internal sealed class OversizedPayloadException(string message) : AkkaException(message);
