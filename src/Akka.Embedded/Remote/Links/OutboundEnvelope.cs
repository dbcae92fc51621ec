using Akka.Actor;

namespace Akka.Remote.Links;

/// <summary>What an item in a link's queue asks of its sender.</summary>
internal enum OutboundKind : byte
{
    UserMessage,
    SystemMessage,
    Heartbeat,
    Resend,
    ConnectionLost,
    Quarantine,
    Shutdown,
}

/// <summary>An item in a link's queue: a message, or something that its sender is to do.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Message">The message.</param>
/// <param name="Sender">Its sender, if it has one.</param>
/// <param name="Recipient">Its recipient.</param>
internal readonly record struct OutboundEnvelope(OutboundKind Kind, object? Message, IActorRef? Sender, RemoteActorRef? Recipient)
{
    public static OutboundEnvelope Signal(OutboundKind kind) => new(kind, null, null, null);
}
