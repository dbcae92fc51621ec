namespace Akka.Cluster;

/// <summary>Where a member stands in its life; the legal steps are in <see cref="Membership.MemberTransitions"/>.</summary>
public enum MemberStatus
{
    /// <summary>Known to the cluster, not yet accepted by the leader.</summary>
    Joining = 0,

    /// <summary>A full member.</summary>
    Up = 1,

    /// <summary>Asked to leave.</summary>
    Leaving = 2,

    /// <summary>On its way out; hands over what it holds.</summary>
    Exiting = 3,

    /// <summary>Declared dead: it will be removed, and must not come back under this identity.</summary>
    Down = 4,

    /// <summary>No longer a member. Only seen in events.</summary>
    Removed = 5,

    /// <summary>Accepted while some other member is unreachable, so that convergence could not be reached.</summary>
    WeaklyUp = 6,
}
