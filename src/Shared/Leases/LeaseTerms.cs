namespace Trapline.Shared.Leases;

/// <summary>
/// The numbers of the host lease, the same on hosts and keepers of a cluster.
/// A host that sent a heartbeat at t holds its lease until t + <see cref="Length"/> on its own clock; a keeper that answered at u calls the
/// host lost no sooner than u + <see cref="Length"/> + <see cref="DriftMargin"/> on its own. As t is before u, and as long as the two clocks
/// run apart by less than the margin over one length, the lease has ended when the keeper speaks.
/// </summary>
/// <param name="Length">How long one round of answers allows a host to execute guests.</param>
/// <param name="DriftMargin">By how much the clocks may run apart during <paramref name="Length"/>.</param>
/// <param name="PauseLead">How long before the end a host begins to pause its guests: more than a slice, a collection and a late timer.</param>
/// <param name="HeartbeatInterval">How often a host asks.</param>
/// <param name="VerdictValidity">How long a keeper's "lost" counts for the controller. A keeper that has just started, and may have forgotten
/// such a verdict, grants nothing for that long.</param>
public sealed record LeaseTerms(TimeSpan Length, TimeSpan DriftMargin, TimeSpan PauseLead, TimeSpan HeartbeatInterval, TimeSpan VerdictValidity)
{
    /// <summary>3 s, as DESIGN requires of a short lease.</summary>
    public static LeaseTerms Default { get; } = new(
        Length: TimeSpan.FromSeconds(3),
        DriftMargin: TimeSpan.FromMilliseconds(150),
        PauseLead: TimeSpan.FromMilliseconds(400),
        HeartbeatInterval: TimeSpan.FromMilliseconds(500),
        VerdictValidity: TimeSpan.FromSeconds(1));

    /// <summary>How often a host asks while it holds no lease.</summary>
    public TimeSpan EagerInterval => HeartbeatInterval / 5;

    /// <summary>
    /// A host that does not show for so long that it has heard what a keeper granted is granted nothing further until it does. Less than the time
    /// between two heartbeats: a host that hears nothing any more is granted one lease that it does not know of, and no second one.
    /// </summary>
    public TimeSpan UnheardAfter => HeartbeatInterval / 2;

    /// <summary>
    /// A boot that a keeper has not met for so long it forgets: twice the time after which neither its promise to that boot nor any verdict on it counts.
    /// </summary>
    public TimeSpan ForgottenAfter => 2 * (Length + DriftMargin + VerdictValidity);

    /// <summary>What is wrong with the numbers, or null.</summary>
    public string? Problem()
    {
        if (Length <= TimeSpan.Zero || DriftMargin < TimeSpan.Zero || PauseLead <= TimeSpan.Zero || HeartbeatInterval <= TimeSpan.Zero || VerdictValidity <= TimeSpan.Zero)
            return "lease times must be positive";
        if (PauseLead + (2 * HeartbeatInterval) > Length)
            return $"a lease of {Length} leaves no room for two heartbeats of {HeartbeatInterval} and a pause lead of {PauseLead}";
        return null;
    }
}
