using Trapline.Shared.Ids;
using Trapline.Shared.Leases;

namespace Trapline.Controller.Leases;

/// <summary>
/// Collects the keepers' verdicts about boots that went silent: whom to ask about, and when a majority calls one lost at the same time.
/// A verdict counts from the moment its question was <b>sent</b> and for <see cref="LeaseTerms.VerdictValidity"/>; see LeaseKeeper for why.
/// </summary>
/// <param name="terms">The cluster's numbers.</param>
/// <param name="keepers">How many keepers the cluster is configured with, reachable or not.</param>
public sealed class HostWatch(LeaseTerms terms, int keepers)
{
    private readonly Dictionary<BootId, Dictionary<string, TimeSpan>> _lostBy = [];
    private readonly Dictionary<long, TimeSpan> _askedAt = [];
    private long _round;

    /// <summary>Whether keepers should be asked about a boot that has been silent for this long: half a lease is more than two heartbeats.</summary>
    public bool ShouldAsk(TimeSpan silence) => silence >= terms.Length / 2;

    /// <summary>Begins a round of questions and names it.</summary>
    /// <param name="now">The controller's monotonic clock.</param>
    public long BeginRound(TimeSpan now)
    {
        foreach (var (round, askedAt) in _askedAt)
        {
            if (now - askedAt > terms.VerdictValidity)
                _askedAt.Remove(round);
        }

        _askedAt[++_round] = now;
        return _round;
    }

    /// <summary>A verdict came in. Returns the evidence when it makes a majority of the configured keepers.</summary>
    public string? Verdict(string keeper, BootId boot, long round, bool lost, TimeSpan now)
    {
        if (!lost || !_askedAt.TryGetValue(round, out var askedAt))
            return null;
        var by = _lostBy.TryGetValue(boot, out var known) ? known : _lostBy[boot] = new Dictionary<string, TimeSpan>(StringComparer.Ordinal);
        by[keeper] = askedAt;
        var agree = by.Values.Count(at => now - at <= terms.VerdictValidity);
        return agree >= (keepers / 2) + 1 ? $"{agree} of {keepers} lease keepers call it lost" : null;
    }

    /// <summary>The boot needs no watching any more.</summary>
    public void Forget(BootId boot) => _lostBy.Remove(boot);
}
