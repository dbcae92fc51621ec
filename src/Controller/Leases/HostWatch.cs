using Trapline.Controller.Model;
using Trapline.Controller.Reconciliation;
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
    private TimeSpan _lookedAt;
    private TimeSpan _judgesFrom;

    /// <summary>
    /// The hosts that keepers should be asked about: those that have been silent for half a lease, which is more than two heartbeats, and those that
    /// say that they execute nothing. A controller that was itself held up for so long, alone or with its whole machine, has heard nobody, and a keeper
    /// beside it has answered nobody: before it judges, it listens for as long again. To ask later is always safe.
    /// </summary>
    /// <param name="model">The cluster.</param>
    /// <param name="observed">What the hosts say.</param>
    /// <param name="now">The controller's monotonic clock, which began when it did.</param>
    public IEnumerable<HostRecord> Suspects(ClusterModel model, Observed observed, TimeSpan now)
    {
        if (now - _lookedAt >= terms.Length / 2)
            _judgesFrom = now + (terms.Length / 2);
        _lookedAt = now;
        return now < _judgesFrom ? [] : SilentOrIdle(model, observed, now);
    }

    private IEnumerable<HostRecord> SilentOrIdle(ClusterModel model, Observed observed, TimeSpan now)
    {
        foreach (var host in model.Hosts.Values.Where(h => !h.Lost))
        {
            var sighting = observed.Hosts.GetValueOrDefault(host.Id) is { } latest && latest.Report.Boot == host.Boot ? latest : null;
            if (now - (sighting?.ReceivedAt ?? TimeSpan.Zero) >= terms.Length / 2 || sighting is { Report.Executing: false })
                yield return host;
        }
    }

    /// <summary>How many boots there are verdicts about that may still count.</summary>
    public int Watched => _lostBy.Count;

    /// <summary>Begins a round of questions and names it; verdicts that count no more are forgotten.</summary>
    /// <param name="now">A monotonic clock of the controller that counts time in which the machine is suspended.</param>
    public long BeginRound(TimeSpan now)
    {
        foreach (var (round, askedAt) in _askedAt)
        {
            if (now - askedAt > terms.VerdictValidity)
                _askedAt.Remove(round);
        }

        foreach (var (boot, verdicts) in _lostBy)
        {
            if (verdicts.Values.All(at => now - at > terms.VerdictValidity))
                _lostBy.Remove(boot);
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
}
