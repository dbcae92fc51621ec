// The link with one peer: everything that this system sends to one address, and what it knows about who is there.
//
//                 first message                        handshake done
//        Idle ------------------> Connecting --------------------------------> Associated
//         ^                           | refused, failed                            | connection lost
//         |   gate's time is over     v                                            |
//         +------------------------ Gated <-----------------------------------------+
//                                     ^ user messages go to dead letters; a connection from the peer opens the gate at once
//
// One asynchronous loop (LinkSender) walks through these states; it alone writes to the connection. Any thread may send: that is an entry in a
// queue. A quarantine is no state of its own: the loop refuses to associate with that incarnation, and only with it, so the next
// incarnation at the address is reached as soon as it is there.
using Akka.Actor;
using Akka.Dispatch.SysMsg;
using Akka.Event;
using Akka.Remote.Delivery;
using Akka.Remote.Transport;
using Akka.Remote.Wire;

namespace Akka.Remote.Links;

internal sealed class Link
{
    private readonly LinkContext _context;
    private readonly LinkSender _sender;
    private readonly Lock _gate = new();
    private readonly HashSet<InboundConnection> _inbound = [];
    private InboundConnection? _latestInbound;

    public Link(LinkContext context, Address remoteAddress)
    {
        _context = context;
        RemoteAddress = remoteAddress;
        Identity = new LinkIdentity(context.Settings.SysMsgBufferSize, context.Settings.QuarantineDuration, FailureDetector.DefaultClock);
        _sender = new LinkSender(context, this);
    }

    public Address RemoteAddress { get; }

    public LinkIdentity Identity { get; }

    /// <summary>Sends a message. Any thread; never blocks.</summary>
    public void Send(object message, IActorRef? sender, RemoteActorRef recipient)
    {
        if (message is ISystemMessage)
            _sender.EnqueueSystem(message, recipient);
        else
            _sender.EnqueueUser(message, sender, recipient);
    }

    /// <summary>A peer has introduced itself with this link's address.</summary>
    /// <param name="connection">Its connection.</param>
    /// <param name="inbox">Takes its system messages.</param>
    /// <param name="predecessor">The connection whose messages come before.</param>
    public InboundVerdict AcceptInbound(InboundConnection connection, out SystemMessageInbox inbox, out InboundConnection? predecessor)
    {
        predecessor = null;
        var verdict = Meet(connection.RemoteUid, out inbox);
        if (verdict != InboundVerdict.Accepted)
            return verdict;
        lock (_gate)
        {
            predecessor = _latestInbound;
            _latestInbound = connection;
            _inbound.Add(connection);
        }

        _ = predecessor?.ReplaceAsync();
        _sender.OpenGate();
        return verdict;
    }

    public void OnInboundClosed(InboundConnection connection)
    {
        lock (_gate)
        {
            _inbound.Remove(connection);
            if (ReferenceEquals(_latestInbound, connection))
                _latestInbound = null;
        }
    }

    /// <summary>The peer has told its incarnation. What there is of another one ends.</summary>
    /// <param name="uid">The incarnation.</param>
    /// <param name="inbox">Takes its system messages.</param>
    public InboundVerdict Meet(int uid, out SystemMessageInbox inbox)
    {
        var meeting = Identity.Meet(uid);
        inbox = meeting.Inbox;
        ToDeadLetters(meeting.Lost);
        if (meeting.IsNew)
            _sender.DropConnectionUnless(uid);
        return meeting.Verdict;
    }

    /// <summary>Gives up an incarnation of the peer.</summary>
    /// <param name="uid">The incarnation, or null if it is not known.</param>
    /// <param name="reason">Why, for the log.</param>
    public void Quarantine(int? uid, string reason)
    {
        if (uid is not { } known)
        {
            _context.Log.Warning(
                "{0} cannot be quarantined because its uid is not known; it is left alone for {1} s instead. Reason: {2}",
                RemoteAddress,
                _context.Settings.RetryGateClosedFor.TotalSeconds,
                reason);
            _sender.DropConnectionUnless(null);
            return;
        }

        if (!Identity.Quarantine(known, out var lost))
            return;
        ToDeadLetters(lost);
        _context.Log.Info("Quarantined {0} with uid {1}: {2}", RemoteAddress, known, reason);
        _context.Events.Publish(new QuarantinedEvent(RemoteAddress, known));
        _sender.Signal(OutboundKind.Quarantine);
        foreach (var connection in InboundConnections().Where(c => c.RemoteUid == known))
            connection.SayGoodbye(GoodbyeReason.Quarantined);
    }

    /// <summary>The peer has given this system up. That is mutual: neither has a true picture of the other any more.</summary>
    public void OnQuarantinedByPeer(int uid)
    {
        if (!Identity.Quarantine(uid, out var lost))
            return;
        ToDeadLetters(lost);
        _context.Events.Publish(new ThisActorSystemQuarantinedEvent(_context.LocalAddress, RemoteAddress));
    }

    public void OnAck(OutboundConnection connection, ulong upTo, bool gap)
    {
        if (connection.RemoteUid == Identity.Uid && Identity.Outbox.Acknowledge(upTo, gap))
            _sender.RequestResend();
    }

    public void OnOutboundLost(OutboundConnection connection)
    {
        if (connection.Farewell == GoodbyeReason.Quarantined)
            OnQuarantinedByPeer(connection.RemoteUid);
        _sender.Signal(OutboundKind.ConnectionLost);
    }

    public void OnViolation(string what) =>
        _context.Log.Warning("Disconnected from {0}: it broke the protocol with {1}", RemoteAddress, what);

    /// <summary>Called regularly: heartbeats, silence, what was not acknowledged.</summary>
    public void Tick(long nowMs)
    {
        _sender.Tick(nowMs);
        foreach (var connection in InboundConnections())
            connection.Tick();
    }

    /// <summary>Drops all connections, as a failure of the network would.</summary>
    public void ForceDisassociate()
    {
        _sender.DropConnectionUnless(null);
        foreach (var connection in InboundConnections())
            connection.Abort();
    }

    /// <summary>Sends what waits, says goodbye and closes.</summary>
    public async Task ShutdownAsync(TimeSpan flushWait)
    {
        await _sender.ShutdownAsync(flushWait).ConfigureAwait(false);
        var connections = InboundConnections();
        foreach (var connection in connections)
            connection.SayGoodbye(GoodbyeReason.Shutdown);
        await Task.WhenAll(connections.Select(c => c.Closed.WaitAsync(LinkLimits.GoodbyeWait, TimeProvider.System).ContinueWith(
            _ => c.Abort(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default))).ConfigureAwait(false);
    }

    public void ToDeadLetters(IEnumerable<SystemEntry> lost)
    {
        foreach (var entry in lost)
            _context.DeadLetter(entry.Message, null, entry.Recipient);
    }

    private InboundConnection[] InboundConnections()
    {
        lock (_gate)
            return [.. _inbound];
    }
}
