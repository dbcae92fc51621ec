using System.Collections.Frozen;

namespace Akka.Cluster.Membership;

/// <summary>
/// The life of a member, as one table:
/// <code>
///   Joining ──► Up ──► Leaving ──► Exiting ──► Removed
///      │        ▲
///      └► WeaklyUp        every status but Removed may also go to Down, and Down only to Removed
/// </code>
/// and the sets of statuses that the gossip rules speak of (Akka cluster specification, "Membership lifecycle").
/// </summary>
internal static class MemberTransitions
{
    private static readonly FrozenDictionary<MemberStatus, MemberStatus[]> Next = new Dictionary<MemberStatus, MemberStatus[]>
    {
        [MemberStatus.Joining] = [MemberStatus.WeaklyUp, MemberStatus.Up, MemberStatus.Leaving, MemberStatus.Down, MemberStatus.Removed],
        [MemberStatus.WeaklyUp] = [MemberStatus.Up, MemberStatus.Leaving, MemberStatus.Down, MemberStatus.Removed],
        [MemberStatus.Up] = [MemberStatus.Leaving, MemberStatus.Down, MemberStatus.Removed],
        [MemberStatus.Leaving] = [MemberStatus.Exiting, MemberStatus.Down, MemberStatus.Removed],
        [MemberStatus.Exiting] = [MemberStatus.Removed, MemberStatus.Down],
        [MemberStatus.Down] = [MemberStatus.Removed],
        [MemberStatus.Removed] = [],
    }.ToFrozenDictionary();

    /// <summary>Whether a member may go from one status to another in one step.</summary>
    public static bool IsLegal(MemberStatus from, MemberStatus to) => Next[from].Contains(to);

    /// <summary>How far along its life a status is; of two views of one member the further one wins.</summary>
    public static int Rank(MemberStatus status) => status switch
    {
        MemberStatus.Joining => 0,
        MemberStatus.WeaklyUp => 1,
        MemberStatus.Up => 2,
        MemberStatus.Leaving => 3,
        MemberStatus.Exiting => 4,
        MemberStatus.Down => 5,
        MemberStatus.Removed => 6,
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, null),
    };

    /// <summary>Members without whose having seen the state there is no convergence, and among whom a leader is preferred.</summary>
    public static bool CountsForConvergence(MemberStatus status) => status is MemberStatus.Up or MemberStatus.Leaving;

    /// <summary>Unreachable members that do not hinder convergence and that the leader then removes.</summary>
    public static bool IsGoing(MemberStatus status) => status is MemberStatus.Down or MemberStatus.Exiting;

    /// <summary>Of two views of one member the one further along; of two alike the older.</summary>
    public static Member Further(Member a, Member b)
    {
        var order = Rank(a.Status).CompareTo(Rank(b.Status));
        if (order != 0)
            return order > 0 ? a : b;
        return a.UpNumber <= b.UpNumber ? a : b;
    }
}
