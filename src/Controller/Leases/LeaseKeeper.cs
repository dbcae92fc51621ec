using Trapline.Shared.Ids;
using Trapline.Shared.Leases;

namespace Trapline.Controller.Leases;

/// <summary>
/// The promises of one lease keeper: a plain object over the keeper's monotonic clock, with no memory beyond its process.
/// <code>
///            heartbeat: granted, promise renewed
///            ┌──────┐
///   (new) ──►│ kept │── asked after the promise ended ──► lost   (final: this boot is never granted anything again)
///            └──────┘
/// </code>
/// A boot that it never heard of counts as kept since the keeper's own start, because an earlier life of the keeper may have answered it:
/// a keeper that has just started promises for everyone. Two majorities share a keeper, and that keeper cannot both have granted a host's
/// current lease and call the host lost; so a majority of "lost" means that the lease has ended.
/// A keeper forgets its "lost" when it restarts. So that one keeper's forgotten word and another's fresh one never add up to a majority, the
/// controller counts a verdict for <see cref="LeaseTerms.VerdictValidity"/> only, and a keeper that has just started grants nothing for that
/// long. Later it may grant that boot again, which does no harm: the lease has lapsed by then, and a host whose lease lapsed resumes nothing
/// until the controller says so, and the controller does not forget.
/// <para>
/// A host that sends and does not hear would be kept for ever and never execute. It says in its heartbeats that its lease has lapsed; when it goes on
/// saying so although it is granted one each time, the keeper grants nothing until its promise is over and somebody can take over. If
/// nobody asks meanwhile, it tries again. To grant less is always safe.
/// </para>
/// </summary>
public sealed class LeaseKeeper(LeaseTerms terms, TimeSpan startedAt)
{
    private readonly Dictionary<BootId, TimeSpan> _answeredAt = [];
    private readonly Dictionary<BootId, TimeSpan> _unheardSince = [];
    private readonly HashSet<BootId> _lost = [];

    /// <summary>The boots that it has granted anything to or called lost.</summary>
    public int KnownBoots => _answeredAt.Count + _lost.Count;

    /// <summary>Answers a heartbeat.</summary>
    /// <param name="boot">Who asks.</param>
    /// <param name="lapsed">Whether it says that it holds no lease.</param>
    /// <param name="now">The keeper's monotonic clock.</param>
    /// <returns>Granted, refused for good, or no answer at all.</returns>
    public LeaseAnswer Answer(BootId boot, bool lapsed, TimeSpan now)
    {
        if (_lost.Contains(boot))
            return LeaseAnswer.Refused;
        if (now < startedAt + terms.VerdictValidity + terms.DriftMargin)
            return LeaseAnswer.Silence;
        if (!lapsed)
            _unheardSince.Remove(boot);
        else if (DoesNotHear(boot, now))
            return LeaseAnswer.Silence;
        _answeredAt[boot] = now;
        return LeaseAnswer.Granted;
    }

    /// <summary>Whether it calls the boot lost; a yes is for good.</summary>
    public bool CallsLost(BootId boot, TimeSpan now)
    {
        if (_lost.Contains(boot))
            return true;
        if (now < PromisedUntil(boot))
            return false;
        Forget(boot);
        _lost.Add(boot);
        return true;
    }

    /// <summary>Forgets a boot that can never come back: its host runs a newer one, or was removed.</summary>
    public void Forget(BootId boot)
    {
        _answeredAt.Remove(boot);
        _unheardSince.Remove(boot);
        _lost.Remove(boot);
    }

    /// <summary>Whether it has said that its lease has lapsed for so long that answers do not reach it. After the time in which it can be called lost, it gets another try.</summary>
    private bool DoesNotHear(BootId boot, TimeSpan now)
    {
        if (!_unheardSince.TryGetValue(boot, out var since) || now >= since + terms.UnheardAfter + terms.Length + terms.DriftMargin + terms.VerdictValidity)
            since = _unheardSince[boot] = now;
        return now >= since + terms.UnheardAfter;
    }

    private TimeSpan PromisedUntil(BootId boot) =>
        _answeredAt.GetValueOrDefault(boot, startedAt) + terms.Length + terms.DriftMargin;
}
