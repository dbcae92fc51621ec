using Trapline.Shared.Leases;

namespace Trapline.HostNode.Leases;

/// <summary>
/// A host's right to execute guests: a plain object over the host's monotonic clock, one that counts time in which the machine is suspended. Not
/// thread-safe: the host actor feeds it, and publishes <see cref="ExecuteUntil"/> for the slice loop to check before each slice, so that a process that
/// was suspended executes nothing first.
/// <code>
///            a majority granted: term + 1            the controller confirms this term
///   lapsed ──────────────────────────────► renewed ──────────────────────────────────► held
///     ▲                                       │                                          │
///     └──────────── time is up ───────────────┴────────────── time is up ───────────────┘
/// </code>
/// After a lapse guests stay paused until the controller has said, for exactly this term, that nobody has moved on with them. A term is one
/// unbroken time of holding the lease: a confirmation that was given before the lease was renewed says nothing about what came after, when
/// the controller may have called the host lost.
/// </summary>
public sealed class HostLease
{
    private readonly LeaseTerms _terms;
    private readonly int _majority;
    private readonly Dictionary<string, TimeSpan> _grantedSince = new(StringComparer.Ordinal);
    private readonly HashSet<string> _refusedBy = new(StringComparer.Ordinal);
    private long _confirmedTerm = -1;

    /// <summary>A lease that nobody has granted yet.</summary>
    /// <param name="terms">The cluster's numbers.</param>
    /// <param name="keepers">How many keepers the cluster is configured with, reachable or not.</param>
    public HostLease(LeaseTerms terms, int keepers)
    {
        if (keepers < 1)
            throw new ArgumentOutOfRangeException(nameof(keepers), keepers, "A cluster has at least one lease keeper.");
        _terms = terms;
        _majority = (keepers / 2) + 1;
    }

    /// <summary>Counts the times that this boot came to hold the lease; a confirmation for an earlier term is void.</summary>
    public long Term { get; private set; }

    /// <summary>Whether a majority of the keepers has granted it for now.</summary>
    public bool IsHeld => ExpiresAt != TimeSpan.MinValue;

    /// <summary>When execution must have stopped at the latest; <see cref="TimeSpan.MinValue"/> when there is no lease.</summary>
    public TimeSpan ExpiresAt { get; private set; } = TimeSpan.MinValue;

    /// <summary>Until when guests may execute: before <see cref="ExpiresAt"/>, and nothing while the term is not confirmed.</summary>
    public TimeSpan ExecuteUntil =>
        _confirmedTerm == Term && ExpiresAt != TimeSpan.MinValue ? ExpiresAt - _terms.PauseLead : TimeSpan.MinValue;

    /// <summary>How long to wait between heartbeats now: a host without a lease is in a hurry.</summary>
    public TimeSpan HeartbeatInterval => ExpiresAt == TimeSpan.MinValue ? _terms.EagerInterval : _terms.HeartbeatInterval;

    /// <summary>A majority of the keepers has called this boot lost: it must drop its machines and begin a new boot.</summary>
    public bool IsLost => _refusedBy.Count >= _majority;

    /// <summary>A keeper granted the heartbeat that the host <b>sent</b> at <paramref name="sentAt"/>.</summary>
    public void Granted(string keeper, TimeSpan sentAt, TimeSpan now)
    {
        CheckLapse(now);
        if (_grantedSince.TryGetValue(keeper, out var earlier) && earlier >= sentAt)
            return;
        _grantedSince[keeper] = sentAt;
        if (_grantedSince.Count < _majority)
            return;
        var decisive = _grantedSince.Values.OrderDescending().ElementAt(_majority - 1);
        var expires = decisive + _terms.Length;
        if (expires - _terms.PauseLead <= now || expires <= ExpiresAt)
            return;
        if (ExpiresAt == TimeSpan.MinValue)
            Term++;
        ExpiresAt = expires;
    }

    /// <summary>A keeper has called this boot lost.</summary>
    public void Refused(string keeper) => _refusedBy.Add(keeper);

    /// <summary>The controller confirms that guests of the given term may go on; a late confirmation of an earlier term does nothing.</summary>
    public void Confirmed(long term, TimeSpan now)
    {
        CheckLapse(now);
        if (term == Term)
            _confirmedTerm = term;
    }

    /// <summary>Notices that time is up. Returns whether guests may execute at <paramref name="now"/>.</summary>
    public bool MayExecute(TimeSpan now)
    {
        CheckLapse(now);
        return now < ExecuteUntil;
    }

    private void CheckLapse(TimeSpan now)
    {
        if (ExpiresAt == TimeSpan.MinValue || now < ExpiresAt - _terms.PauseLead)
            return;
        ExpiresAt = TimeSpan.MinValue;
        _grantedSince.Clear();
    }
}
