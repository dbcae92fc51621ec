using Akka.Actor;
using Akka.Remote.Delivery;

namespace Akka.Remote.Links;

/// <summary>How a link answers a peer that introduces itself.</summary>
internal enum InboundVerdict
{
    Accepted,
    Quarantined,
}

/// <summary>
/// Which incarnation of a peer a link is with, and the state that holds for that incarnation alone: system messages in both directions, and
/// whether it is quarantined. A new incarnation begins with nothing. Thread-safe.
/// </summary>
internal sealed class LinkIdentity(int systemMessageCapacity, TimeSpan? quarantineDuration, Clock clock)
{
    private readonly Lock _gate = new();
    private int? _uid;
    private int? _formerUid;
    private int? _quarantinedUid;
    private long _quarantinedAtMs;

    /// <summary>System messages on their way to the peer.</summary>
    public SystemMessageOutbox<SystemEntry> Outbox { get; } = new(systemMessageCapacity);

    /// <summary>System messages from the peer's present incarnation.</summary>
    public SystemMessageInbox Inbox { get; private set; } = new();

    /// <summary>The peer's incarnation, once it is known.</summary>
    public int? Uid
    {
        get
        {
            lock (_gate)
                return _uid;
        }
    }

    /// <summary>True if the incarnation that is known last is quarantined.</summary>
    public bool IsQuarantined
    {
        get
        {
            lock (_gate)
                return _uid is { } uid && Refuses(uid);
        }
    }

    /// <summary>The peer has told its incarnation.</summary>
    /// <param name="uid">The incarnation.</param>
    /// <param name="isNew">True if it is another one than before.</param>
    /// <param name="lost">What the former incarnation never acknowledged.</param>
    /// <returns>Whether there may be a connection.</returns>
    public InboundVerdict Meet(int uid, out bool isNew, out IReadOnlyList<SystemEntry> lost)
    {
        lock (_gate)
        {
            lost = [];
            isNew = false;
            if (Refuses(uid))
                return InboundVerdict.Quarantined;
            if (_uid == uid)
                return InboundVerdict.Accepted;

            // Messages that wait for a peer that was never met are for whoever is there first.
            isNew = true;
            if (_uid is not null)
                lost = Outbox.Reset();
            _formerUid = _uid;
            Inbox = new SystemMessageInbox();
            _uid = uid;
            return InboundVerdict.Accepted;
        }
    }

    /// <summary>Gives up an incarnation.</summary>
    /// <returns>False if it was given up before.</returns>
    public bool Quarantine(int uid, out IReadOnlyList<SystemEntry> lost)
    {
        lock (_gate)
        {
            lost = [];
            if (Refuses(uid))
                return false;
            _quarantinedUid = uid;
            _quarantinedAtMs = clock();
            _uid ??= uid;
            if (_uid == uid)
                lost = Outbox.Reset();
            return true;
        }
    }

    private bool Refuses(int uid)
    {
        if (_quarantinedUid is { } && quarantineDuration is { } duration && clock() - _quarantinedAtMs > (long)duration.TotalMilliseconds)
            _quarantinedUid = null;
        return _quarantinedUid == uid || _formerUid == uid;
    }
}

/// <summary>A system message that waits for its acknowledgement.</summary>
/// <param name="Message">The message.</param>
/// <param name="Recipient">Its recipient.</param>
/// <param name="Payload">The message, serialized.</param>
internal sealed record SystemEntry(object Message, RemoteActorRef Recipient, Wire.Payload Payload);
