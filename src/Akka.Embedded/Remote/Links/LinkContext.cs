using Akka.Actor;
using Akka.Event;
using Akka.Remote.Transport;
using Akka.Remote.Wire;

namespace Akka.Remote.Links;

/// <summary>What all links of a system share.</summary>
/// <param name="System">The system.</param>
/// <param name="Provider">Resolves paths.</param>
/// <param name="Settings">The settings below akka.remote.</param>
/// <param name="Transport">Opens connections.</param>
/// <param name="LocalAddress">The address by which peers know this system.</param>
/// <param name="LocalUid">This incarnation.</param>
/// <param name="Log">The log.</param>
/// <param name="Events">Publishes lifecycle events.</param>
internal sealed record LinkContext(
    ExtendedActorSystem System,
    RemoteActorRefProvider Provider,
    RemoteSettings Settings,
    Transport.Transport Transport,
    Address LocalAddress,
    int LocalUid,
    ILoggingAdapter Log,
    LifecycleEvents Events)
{
    public MessageCodec Codec { get; } = new(System);

    public int MaxPayloadBytes => (int)Transport.MaximumPayloadBytes;

    public FailureDetector NewFailureDetector() => LoadFailureDetector(Settings, System);

    public static FailureDetector LoadFailureDetector(RemoteSettings settings, ActorSystem system) =>
        FailureDetectorLoader.Load(
            settings.TransportFailureDetectorConfig.GetString("implementation-class"), settings.TransportFailureDetectorConfig, system);

    public LinkThrottle? ThrottleOf(Address remote) => Transport.ThrottleOf(remote);

    /// <summary>Serializes a message. One that cannot be sent is reported and becomes a dead letter; the link goes on without it.</summary>
    public bool TryEncode(in OutboundEnvelope envelope, out Payload payload)
    {
        var message = envelope.Message!;
        var recipient = envelope.Recipient!;
        payload = default;
        try
        {
            payload = Codec.Encode(message);
            if (payload.Bytes.Length > MaxPayloadBytes)
                throw new OversizedPayloadException(
                    $"A message of type {message.GetType()} to {recipient} takes {payload.Bytes.Length} bytes; "
                    + $"maximum-frame-size allows {MaxPayloadBytes}.");
            if (Settings.LogSend && Log.IsDebugEnabled)
                Log.Debug("sending message [{0}] to [{1}]", message, recipient);
            return true;
        }
        catch (Exception failure)
        {
            // Serializers are anybody's code and may throw anything.
            Log.Error(failure, "Cannot send a message of type {0} to {1}: {2}", message.GetType(), recipient, failure.Message);
            DeadLetter(message, envelope.Sender, recipient);
            return false;
        }
    }

    /// <summary>Reports a message that will not reach its recipient.</summary>
    public void DeadLetter(object message, IActorRef? sender, IActorRef recipient) =>
        System.DeadLetters.Tell(new DeadLetter(message, sender ?? System.DeadLetters, recipient), sender);
}

/// <summary>Publishes lifecycle events, and logs them as akka.remote.log-remote-lifecycle-events says.</summary>
internal sealed class LifecycleEvents(ActorSystem system, ILoggingAdapter log, string configuredLevel)
{
    private readonly LogLevel? _lowest = configuredLevel == "OFF" ? null : Logging.LogLevelFor(configuredLevel);

    public void Publish(RemotingLifecycleEvent @event)
    {
        try
        {
            system.EventStream.Publish(@event);
        }
        catch (Exception failure)
        {
            // With serialize-messages = on, an event that cannot be serialized fails here. A link must not fail with it.
            log.Warning("Could not publish '{0}': {1}", @event, failure.Message);
        }

        var level = @event.LogLevel();
        if (_lowest is { } lowest && level >= lowest && log.IsEnabled(level))
            log.Log(level, null, @event.ToString()!);
    }
}
