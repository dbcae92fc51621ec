using Akka.Actor;
using Akka.Dispatch.SysMsg;
using Akka.Event;
using Akka.Remote.Wire;

namespace Akka.Remote.Links;

/// <summary>
/// Delivers the messages of one connection to actors of this system. Used by one thread at a time. Whatever is wrong with a message
/// costs that message and a line in the log, nothing more.
/// </summary>
internal sealed class MessageDelivery(LinkContext context, Address origin)
{
    public void DeliverUser(in InboundMessage inbound)
    {
        try
        {
            if (ResolveRecipient(inbound.Recipient) is { } recipient)
                Deliver(context.Codec.Decode(inbound.Payload), inbound.Sender is { } path ? Resolve(path) : null, recipient);
        }
        catch (Exception failure)
        {
            Report(failure, inbound);
        }
    }

    public void DeliverSystem(in InboundMessage inbound)
    {
        try
        {
            if (ResolveRecipient(inbound.Recipient) is { } recipient)
                DeliverSystem(context.Codec.Decode(inbound.Payload), recipient);
        }
        catch (Exception failure)
        {
            Report(failure, inbound);
        }
    }

    private void Deliver(object message, IActorRef? sender, IInternalActorRef recipient)
    {
        if (context.Settings.LogReceive && context.Log.IsDebugEnabled)
            context.Log.Debug("received message [{0}] to [{1}] from [{2}]", message, recipient, sender);
        if (context.Settings.UntrustedMode && !IsTrusted(message, recipient))
            context.Log.Warning("Dropped a message of type {0} from {1} to {2}: untrusted-mode is on", message.GetType(), origin, recipient);
        else if (message is ActorSelectionMessage selection)
            ActorSelection.Deliver(recipient, sender, selection);
        else
            recipient.Tell(message, sender!);
    }

    private void DeliverSystem(object message, IInternalActorRef recipient)
    {
        if (message is not ISystemMessage systemMessage)
            context.Log.Warning("Dropped a message of type {0} from {1} to {2}: it is no system message", message.GetType(), origin, recipient);
        else if (context.Settings.UntrustedMode && systemMessage is not DeathWatchNotification)
            context.Log.Warning("Dropped a system message from {0} to {1}: untrusted-mode is on", origin, recipient);
        else
            recipient.SendSystemMessage(systemMessage);
    }

    private bool IsTrusted(object message, IActorRef recipient) => message switch
    {
        ActorSelectionMessage selection => selection.Message is not IPossiblyHarmful
            && context.Settings.TrustedSelectionPaths.Contains(
                ActorPath.FormatPathElements([.. recipient.Path.Elements, .. selection.Elements.Select(e => e.ToString()!)])),
        IPossiblyHarmful => false,
        _ => true,
    };

    /// <summary>The recipient, if it belongs to this system.</summary>
    private IInternalActorRef? ResolveRecipient(TableText path)
    {
        var recipient = Resolve(path);
        if (recipient is { IsLocal: true })
            return recipient;
        context.Log.Warning("Dropped a message from {0} to {1}, which is no actor of this system", origin, path.Text);
        return null;
    }

    private IInternalActorRef Resolve(TableText path)
    {
        if (path.Resolved is IInternalActorRef known)
            return known;
        var resolved = context.Provider.ResolveActorRefWithLocalAddress(path.Text, context.LocalAddress);

        // A path without uid names whoever is there at the moment: it is looked up each time.
        if (!resolved.IsLocal || resolved.Path.Depth == 0 || path.Text.Contains('#', StringComparison.Ordinal))
            path.Resolved = resolved;
        return resolved;
    }

    /// <summary>Serializers are anybody's code, and the bytes are a peer's: anything can have gone wrong.</summary>
    private void Report(Exception failure, in InboundMessage inbound) =>
        context.Log.Error(
            failure,
            "Dropped a message from {0} to {1} that cannot be delivered (serializer {2}, manifest '{3}'): {4}",
            origin,
            inbound.Recipient.Text,
            inbound.Payload.SerializerId,
            inbound.Payload.Manifest,
            failure.Message);
}
