using Akka.Actor;

namespace Akka.TestKit;

/// <summary>A message that a test actor got.</summary>
public abstract class MessageEnvelope
{
    /// <summary>For derived classes.</summary>
    protected MessageEnvelope()
    {
    }

    /// <summary>The message.</summary>
    public abstract object Message { get; }

    /// <summary>Who sent it.</summary>
    public abstract IActorRef Sender { get; }
}

/// <summary>No message.</summary>
public sealed class NullMessageEnvelope : MessageEnvelope
{
    /// <summary>The only one.</summary>
    public static NullMessageEnvelope Instance = new();

    private NullMessageEnvelope()
    {
    }

    /// <inheritdoc/>
    public override object Message => throw new Pattern.IllegalStateException("last receive did not dequeue a message");

    /// <inheritdoc/>
    public override IActorRef Sender => throw new Pattern.IllegalStateException("last receive did not dequeue a message");

    /// <inheritdoc/>
    public override string ToString() => "<Null message>";
}

/// <summary>A message with its sender.</summary>
public class RealMessageEnvelope : MessageEnvelope
{
    /// <summary>Pairs both.</summary>
    public RealMessageEnvelope(object message, IActorRef sender)
    {
        Message = message;
        Sender = sender;
    }

    /// <inheritdoc/>
    public override object Message { get; }

    /// <inheritdoc/>
    public override IActorRef Sender { get; }

    /// <inheritdoc/>
    public override string ToString() => $"<{Message ?? "null"}> from {(Sender is null ? "NoSender" : Sender.ToString())}";
}
