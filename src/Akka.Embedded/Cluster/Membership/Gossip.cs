using System.Collections.Immutable;

namespace Akka.Cluster.Membership;

/// <summary>
/// The membership state that nodes pass on: members, who has seen this version, who cannot reach whom, the version, and
/// tombstones of removed members, so that an old message does not bring one back. Immutable; each change that a node
/// makes of its own must be followed by <see cref="Increment"/>.
/// </summary>
internal sealed record Gossip(
    ImmutableSortedSet<Member> Members,
    ImmutableSortedSet<UniqueAddress> Seen,
    Reachability Reachability,
    VectorClock Version,
    ImmutableSortedDictionary<UniqueAddress, long> Tombstones)
{
    public static readonly Gossip Empty = new(
        ImmutableSortedSet<Member>.Empty,
        ImmutableSortedSet<UniqueAddress>.Empty,
        Reachability.Empty,
        VectorClock.Create(),
        ImmutableSortedDictionary<UniqueAddress, long>.Empty);

    /// <summary>How a node is known in the version's clock.</summary>
    public static VectorClock.Node ClockNode(UniqueAddress node) => VectorClock.Node.Create($"{node.Address}-{node.Uid}");

    public bool HasMember(UniqueAddress node) => Find(node) is not null;

    public Member? Find(UniqueAddress node) => Members.TryGetValue(Probe(node), out var found) ? found : null;

    public bool IsSeenBy(UniqueAddress node) => Seen.Contains(node);

    /// <summary>After one more change by <paramref name="node"/>.</summary>
    public Gossip Increment(VectorClock.Node node) => this with { Version = Version.Increment(node) };

    public Gossip MarkSeen(UniqueAddress node) => IsSeenBy(node) ? this : this with { Seen = Seen.Add(node) };

    public Gossip OnlySeenBy(UniqueAddress node) => this with { Seen = [node] };

    public Gossip ClearSeen() => this with { Seen = [] };

    /// <summary>Two copies of one version: everybody who has seen either.</summary>
    public Gossip MergeSeen(Gossip that) => this with { Seen = Seen.Union(that.Seen) };

    /// <summary>With the given members in place of those of the same identity.</summary>
    public Gossip Update(IEnumerable<Member> changed)
    {
        var members = Members.ToBuilder();
        foreach (var member in changed)
        {
            members.Remove(member);
            members.Add(member);
        }

        return this with { Members = members.ToImmutable() };
    }

    /// <summary>With that member down. It no longer counts as having seen the state.</summary>
    public Gossip MarkDown(Member member) =>
        Update([member.Copy(MemberStatus.Down)]) with { Seen = Seen.Remove(member.UniqueAddress) };

    /// <summary>Without the given members, leaving tombstones that carry the time of removal.</summary>
    public Gossip Remove(IReadOnlySet<UniqueAddress> nodes, long nowMs)
    {
        if (nodes.Count == 0)
            return this;
        return this with
        {
            Members = Members.Except(nodes.Select(Probe)),
            Seen = Seen.Except(nodes),
            Reachability = Reachability.Remove(nodes),
            Version = nodes.Aggregate(Version, (clock, node) => clock.Prune(ClockNode(node))),
            Tombstones = Tombstones.SetItems(nodes.Select(n => KeyValuePair.Create(n, nowMs))),
        };
    }

    /// <summary>Without tombstones older than the given time: no message about those members is still under way.</summary>
    public Gossip PruneTombstones(long removedBeforeMs)
    {
        var old = Tombstones.Where(t => t.Value < removedBeforeMs).Select(t => t.Key).ToList();
        return old.Count == 0 ? this : this with { Tombstones = Tombstones.RemoveRange(old) };
    }

    /// <summary>
    /// Two versions of which neither knows the other's changes. Nobody has seen the result yet. A member that only one
    /// of them has was removed by the other when it is down or exiting; else it has just joined.
    /// </summary>
    public Gossip Merge(Gossip that)
    {
        var tombstones = Tombstones.SetItems(that.Tombstones);
        var members = MergeMembers(that, tombstones);
        var nodes = members.Select(m => m.UniqueAddress).ToImmutableSortedSet();
        var gone = Members.Union(that.Members).Select(m => m.UniqueAddress).Where(n => !nodes.Contains(n)).Concat(tombstones.Keys);
        var version = gone.Aggregate(Version.Merge(that.Version), (clock, node) => clock.Prune(ClockNode(node)));
        return new Gossip(members, [], Reachability.Merge(nodes, that.Reachability), version, tombstones);
    }

    /// <summary>Whether both say the same of the members and their reachability, whatever their versions.</summary>
    public bool HasSameContent(Gossip that) =>
        Members.Count == that.Members.Count
        && Members.Zip(that.Members).All(p => p.First.Equals(p.Second) && p.First.Status == p.Second.Status && p.First.UpNumber == p.Second.UpNumber)
        && Reachability.Equals(that.Reachability);

    private ImmutableSortedSet<Member> MergeMembers(Gossip that, ImmutableSortedDictionary<UniqueAddress, long> tombstones)
    {
        var merged = ImmutableSortedSet.CreateBuilder<Member>();
        foreach (var mine in Members)
        {
            var theirs = that.Find(mine.UniqueAddress);
            if (theirs is not null)
                merged.Add(MemberTransitions.Further(mine, theirs));
            else if (!MemberTransitions.IsGoing(mine.Status))
                merged.Add(mine);
        }

        foreach (var theirs in that.Members)
        {
            if (!HasMember(theirs.UniqueAddress) && !MemberTransitions.IsGoing(theirs.Status))
                merged.Add(theirs);
        }

        merged.ExceptWith(merged.Where(m => tombstones.ContainsKey(m.UniqueAddress)).ToList());
        return merged.ToImmutable();
    }

    private static Member Probe(UniqueAddress node) => Member.CreateJoining(node, ImmutableHashSet<string>.Empty);
}
