using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Akka.Actor;
using Akka.Event;
using Akka.Remote.Transport;

namespace Akka.Remote.Links;

/// <summary>
/// What waits to be sent to one peer, in order. Any thread adds; the link's sender alone takes. Bounded: user messages beyond the limit are
/// dropped and reported, system messages beyond theirs mean that the peer is as good as lost.
/// </summary>
internal sealed class LinkQueue(LinkContext context, Address peer)
{
    private readonly OccasionalLog _drops = new(LinkLimits.DropReportInterval, FailureDetector.DefaultClock);
    private readonly Channel<OutboundEnvelope> _entries =
        Channel.CreateUnbounded<OutboundEnvelope>(new UnboundedChannelOptions { SingleReader = true, AllowSynchronousContinuations = false });

    private int _userMessages;
    private int _systemMessages;
    private volatile bool _warned;

    public bool HasSystemMessages => Volatile.Read(ref _systemMessages) > 0;

    /// <summary>Adds a message; one that there is no room for becomes a dead letter.</summary>
    public bool TryAddUser(object message, IActorRef? sender, RemoteActorRef recipient)
    {
        var waiting = Interlocked.Increment(ref _userMessages);
        if (waiting > LinkLimits.OutboundQueueMessages)
        {
            Interlocked.Decrement(ref _userMessages);
            context.DeadLetter(message, sender, recipient);
            if (_drops.TryBegin(out var more))
                context.Log.Warning(
                    "Dropped a message to {0}: {1} others wait for that system ({2} more dropped since the last report)",
                    recipient,
                    LinkLimits.OutboundQueueMessages,
                    more);
            return false;
        }

        if (waiting > context.Settings.LogBufferSizeExceeding && !_warned)
        {
            _warned = true;
            context.Log.Warning("{0} messages wait for {1}; the sender may be too fast for the receiver", waiting, peer);
        }

        return _entries.Writer.TryWrite(new OutboundEnvelope(OutboundKind.UserMessage, message, sender, recipient));
    }

    /// <summary>Adds a system message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="recipient">Its recipient.</param>
    /// <param name="room">How many may wait here.</param>
    /// <returns>False if there is no room.</returns>
    public bool TryAddSystem(object message, RemoteActorRef recipient, int room)
    {
        if (Interlocked.Increment(ref _systemMessages) > room)
        {
            Interlocked.Decrement(ref _systemMessages);
            return false;
        }

        return _entries.Writer.TryWrite(new OutboundEnvelope(OutboundKind.SystemMessage, message, null, recipient));
    }

    public void Signal(OutboundKind kind) => _entries.Writer.TryWrite(OutboundEnvelope.Signal(kind));

    /// <summary>Waits until there is an entry.</summary>
    public ValueTask<bool> WaitAsync() => _entries.Reader.WaitToReadAsync();

    public bool TryPeek(out OutboundEnvelope next) => _entries.Reader.TryPeek(out next);

    public bool TryTake([MaybeNullWhen(false)] out OutboundEnvelope next)
    {
        if (!_entries.Reader.TryRead(out next))
            return false;
        if (next.Kind == OutboundKind.UserMessage)
            Interlocked.Decrement(ref _userMessages);
        else if (next.Kind == OutboundKind.SystemMessage)
            Interlocked.Decrement(ref _systemMessages);
        return true;
    }
}
