using Akka.Actor;
using Akka.Remote.Delivery;

namespace Akka.Remote.Links;

/// <summary>How a link answers a peer that introduces itself.</summary>
internal enum InboundVerdict
{
    Accepted,
    Quarantined,
}

/// <summary>What comes of a peer's telling its incarnation.</summary>
/// <param name="Verdict">Whether there may be a connection.</param>
/// <param name="IsNew">True if it is another incarnation than before.</param>
/// <param name="Inbox">Takes that incarnation's system messages.</param>
/// <param name="Lost">What the former incarnation never acknowledged.</param>
internal readonly record struct Meeting(
    InboundVerdict Verdict, bool IsNew, SystemMessageInbox Inbox, IReadOnlyList<SystemEntry> Lost);

/// <summary>
/// Which incarnation of a peer a link is with, and the state that holds for that incarnation alone: system messages in both directions, and
/// whether it is quarantined. A new incarnation begins with nothing. Thread-safe.
/// </summary>
internal sealed class LinkIdentity(int systemMessageCapacity, TimeSpan? quarantineDuration, Clock clock)
{
    private readonly Lock _gate = new();
    private SystemMessageInbox _inbox = new();
    private int? _uid;
    private int? _formerUid;
    private int? _quarantinedUid;
    private long _quarantinedAtMs;

    /// <summary>System messages on their way to the peer.</summary>
    public SystemMessageOutbox<SystemEntry> Outbox { get; } = new(systemMessageCapacity);

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
    /// <returns>Whether there may be a connection, and what that changes.</returns>
    public Meeting Meet(int uid)
    {
        lock (_gate)
        {
            if (Refuses(uid))
                return new Meeting(InboundVerdict.Quarantined, IsNew: false, _inbox, []);
            if (_uid == uid)
                return new Meeting(InboundVerdict.Accepted, IsNew: false, _inbox, []);

            // Messages that wait for a peer that was never met are for whoever is there first.
            var lost = _uid is null ? [] : Outbox.Reset();
            _formerUid = _uid;
            _inbox = new SystemMessageInbox();
            _uid = uid;
            return new Meeting(InboundVerdict.Accepted, IsNew: true, _inbox, lost);
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
