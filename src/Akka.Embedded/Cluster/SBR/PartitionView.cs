using System.Collections.Immutable;
using Akka.Cluster.Membership;

namespace Akka.Cluster.SBR;

/// <summary>
/// What a strategy decides on: the members, which of them cannot be reached, who says so, and who has seen the current
/// state. Members that are down or exiting do not count: they are on their way out on both sides. Immutable.
/// </summary>
internal sealed record PartitionView(ImmutableSortedSet<Member> Members, Reachability Reachability, ImmutableSortedSet<UniqueAddress> SeenBy)
{
    private ImmutableSortedSet<UniqueAddress>? _unreachable;

    public ImmutableSortedSet<UniqueAddress> Unreachable => _unreachable ??= Reachability.AllUnreachable;

    /// <summary>The nodes that a decision may concern; joining ones too.</summary>
    public IEnumerable<UniqueAddress> Downable =>
        Members.Where(m => !MemberTransitions.IsGoing(m.Status)).Select(m => m.UniqueAddress);

    /// <summary>The unreachable nodes that are not on their way out already.</summary>
    public ImmutableSortedSet<UniqueAddress> UnreachableDownable => Unreachable.Intersect(Downable);

    /// <summary>
    /// Nodes that are called unreachable and yet take part, so that the links to them are broken, not they: nodes that call
    /// each other unreachable, directly or around a circle, and nodes that have seen the very state that calls them so.
    /// That a node once called another unreachable is not enough: both may have crashed one after the other.
    /// </summary>
    public ImmutableSortedSet<UniqueAddress> IndirectlyConnected => InCircle.Union(SubjectsThatSee);

    public bool IsReachable(Member member) => !Unreachable.Contains(member.UniqueAddress);

    /// <summary>The members that count, in the order of their addresses.</summary>
    /// <param name="role">Only those with this role; empty for all.</param>
    /// <param name="possiblyUp">With joining and weakly up members: they may be up on the other side.</param>
    /// <param name="withoutLeaving">Without leaving members: they may be gone on the other side.</param>
    public ImmutableArray<Member> Counting(string role, bool possiblyUp = false, bool withoutLeaving = false) =>
    [
        .. Members.Where(m => (role.Length == 0 || m.HasRole(role))
            && !MemberTransitions.IsGoing(m.Status)
            && (possiblyUp || m.Status is not (MemberStatus.Joining or MemberStatus.WeaklyUp))
            && !(withoutLeaving && m.Status == MemberStatus.Leaving)),
    ];

    /// <summary>Without what indirectly connected nodes say about each other; what remains is a clean partition or a crash.</summary>
    public PartitionView WithoutIndirect()
    {
        var mutual = InCircle;
        var seeing = Reachability.Records.Where(r => SeenBy.Contains(r.Subject)).ToHashSet();
        var rows = Reachability.Rows.ToBuilder();
        foreach (var (observer, row) in Reachability.Rows)
        {
            var dropped = row.Subjects.Keys.Where(subject =>
                (mutual.Contains(observer) && mutual.Contains(subject)) || seeing.Contains((observer, subject)));
            rows[observer] = row with { Subjects = row.Subjects.RemoveRange(dropped) };
        }

        return new PartitionView(Members, new Reachability(rows.ToImmutable()), SeenBy);
    }

    private ImmutableSortedSet<UniqueAddress> InCircle =>
        Reachability.AllObservers.Intersect(Unreachable).Where(node => Leads(node, node)).ToImmutableSortedSet();

    /// <summary>Whether observations lead in one or more steps from one node to the other.</summary>
    private bool Leads(UniqueAddress from, UniqueAddress to)
    {
        var visited = new HashSet<UniqueAddress>();
        var open = new Stack<UniqueAddress>([from]);
        while (open.TryPop(out var node))
        {
            foreach (var subject in Reachability.Rows.GetValueOrDefault(node)?.Subjects.Keys ?? [])
            {
                if (subject == to)
                    return true;
                if (visited.Add(subject))
                    open.Push(subject);
            }
        }

        return false;
    }

    private ImmutableSortedSet<UniqueAddress> SubjectsThatSee =>
        Reachability.Records
            .Where(r => SeenBy.Contains(r.Subject))
            .SelectMany(r => new[] { r.Observer, r.Subject })
            .ToImmutableSortedSet();
}
