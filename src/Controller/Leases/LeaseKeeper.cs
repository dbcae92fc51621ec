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
/// For the same reason it need not remember for ever: a boot that it has neither heard of nor been asked about for <see cref="LeaseTerms.ForgottenAfter"/>
/// is forgotten. If it was kept, its promise has ended, and nothing changes; if it was called lost, no such verdict counts any more, and forgetting it does
/// what a restart of the keeper would.
/// </para>
/// <para>
/// A host that sends and does not hear would be kept for ever and never execute. So each heartbeat says what the host has heard; a keeper whose last
/// grant does not appear there in time grants nothing further and only echoes, until the host shows that it hears. To grant less is always safe.
/// </para>
/// <para>
/// The silence after a keeper's start is about verdicts of its earlier life that are still under way to the controller. The only keeper of a cluster
/// dies with the only controller, in one process, and such verdicts with them: it grants at once.
/// </para>
/// </summary>
/// <param name="terms">The cluster's numbers.</param>
/// <param name="startedAt">When it started, on its monotonic clock.</param>
/// <param name="withController">Whether it lives and dies with the only controller.</param>
public sealed class LeaseKeeper(LeaseTerms terms, TimeSpan startedAt, bool withController = false)
{
    private readonly Dictionary<BootId, TimeSpan> _answeredAt = [];
    private readonly Dictionary<BootId, (long Sequence, TimeSpan At)> _unheard = [];
    private readonly HashSet<BootId> _lost = [];
    private readonly Dictionary<BootId, TimeSpan> _metAt = [];
    private TimeSpan _forgotAt;
    private readonly TimeSpan _silentUntil = withController ? startedAt : startedAt + terms.VerdictValidity + terms.DriftMargin;

    /// <summary>The boots that it remembers anything of.</summary>
    public int KnownBoots => _metAt.Count;

    /// <summary>Answers a heartbeat.</summary>
    /// <param name="boot">Who asks.</param>
    /// <param name="sequence">The heartbeat.</param>
    /// <param name="heard">The latest heartbeat whose answer by this keeper has reached the host; null if the host does not say.</param>
    /// <param name="now">The keeper's monotonic clock.</param>
    /// <returns>Granted, refused for good, an echo, or no answer at all.</returns>
    public LeaseAnswer Answer(BootId boot, long sequence, long? heard, TimeSpan now)
    {
        Meet(boot, now);
        if (_lost.Contains(boot))
            return LeaseAnswer.Refused;
        if (now < _silentUntil)
            return LeaseAnswer.Silence;
        if (_unheard.TryGetValue(boot, out var granted))
        {
            if (heard is null || heard >= granted.Sequence)
                _unheard.Remove(boot);
            else if (now >= granted.At + terms.UnheardAfter)
                return LeaseAnswer.Echo;
        }

        _unheard.TryAdd(boot, (sequence, now));
        _answeredAt[boot] = now;
        return LeaseAnswer.Granted;
    }

    /// <summary>Whether it calls the boot lost; a yes is for good.</summary>
    public bool CallsLost(BootId boot, TimeSpan now)
    {
        Meet(boot, now);
        if (_lost.Contains(boot))
            return true;
        if (now < PromisedUntil(boot))
            return false;
        _answeredAt.Remove(boot);
        _unheard.Remove(boot);
        _lost.Add(boot);
        return true;
    }

    /// <summary>Notes that somebody speaks of a boot; now and then forgets those of which nobody does.</summary>
    private void Meet(BootId boot, TimeSpan now)
    {
        if (now - _forgotAt >= terms.ForgottenAfter)
        {
            _forgotAt = now;
            foreach (var (old, metAt) in _metAt)
            {
                if (now - metAt >= terms.ForgottenAfter)
                    Forget(old);
            }
        }

        _metAt[boot] = now;
    }

    private void Forget(BootId boot)
    {
        _metAt.Remove(boot);
        _answeredAt.Remove(boot);
        _unheard.Remove(boot);
        _lost.Remove(boot);
    }

    private TimeSpan PromisedUntil(BootId boot) =>
        _answeredAt.GetValueOrDefault(boot, startedAt) + terms.Length + terms.DriftMargin;
}
