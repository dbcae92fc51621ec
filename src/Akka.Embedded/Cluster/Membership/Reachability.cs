using System.Collections.Immutable;

namespace Akka.Cluster.Membership;

/// <summary>What one node says about another.</summary>
internal enum ReachabilityStatus
{
    Reachable = 0,
    Unreachable = 1,

    /// <summary>Known to be gone for good: its address runs a new incarnation. Never reachable again.</summary>
    Terminated = 2,
}

/// <summary>
/// Who cannot reach whom. Each observer owns one row with a version that grows with each change to it, so that two views
/// merge row by row: the higher version wins. A subject is reachable when no row says otherwise. Immutable.
/// </summary>
internal sealed class Reachability
{
    public static readonly Reachability Empty = new(ImmutableSortedDictionary<UniqueAddress, Row>.Empty);

    public Reachability(ImmutableSortedDictionary<UniqueAddress, Row> rows) => Rows = rows;

    /// <summary>One observer's statements; only those that are not <see cref="ReachabilityStatus.Reachable"/> are kept.</summary>
    public sealed record Row(long Version, ImmutableSortedDictionary<UniqueAddress, ReachabilityStatus> Subjects)
    {
        public bool Equals(Row? other) =>
            other is not null && Version == other.Version && Subjects.Count == other.Subjects.Count && Subjects.SequenceEqual(other.Subjects);

        public override int GetHashCode() => HashCode.Combine(Version, Subjects.Count);
    }

    /// <summary>The rows by observer. A row may be empty: its version still counts.</summary>
    public ImmutableSortedDictionary<UniqueAddress, Row> Rows { get; }

    /// <summary>Whether every node is reachable from every other.</summary>
    public bool IsAllReachable => Rows.Values.All(row => row.Subjects.IsEmpty);

    /// <summary>The nodes that somebody calls unreachable or terminated.</summary>
    public ImmutableSortedSet<UniqueAddress> AllUnreachable =>
        Rows.Values.SelectMany(row => row.Subjects.Keys).ToImmutableSortedSet();

    /// <summary>The nodes that call somebody unreachable or terminated.</summary>
    public ImmutableSortedSet<UniqueAddress> AllObservers =>
        Rows.Where(r => !r.Value.Subjects.IsEmpty).Select(r => r.Key).ToImmutableSortedSet();

    /// <summary>Each (observer, subject) where the observer does not reach the subject.</summary>
    public IEnumerable<(UniqueAddress Observer, UniqueAddress Subject)> Records =>
        Rows.SelectMany(row => row.Value.Subjects.Keys.Select(subject => (row.Key, subject)));

    public Reachability Unreachable(UniqueAddress observer, UniqueAddress subject) =>
        Change(observer, subject, ReachabilityStatus.Unreachable);

    public Reachability Reachable(UniqueAddress observer, UniqueAddress subject) =>
        Change(observer, subject, ReachabilityStatus.Reachable);

    public Reachability Terminated(UniqueAddress observer, UniqueAddress subject) =>
        Change(observer, subject, ReachabilityStatus.Terminated);

    /// <summary>What <paramref name="observer"/> says about <paramref name="subject"/>.</summary>
    public ReachabilityStatus Status(UniqueAddress observer, UniqueAddress subject) =>
        Rows.TryGetValue(observer, out var row) && row.Subjects.TryGetValue(subject, out var status)
            ? status
            : ReachabilityStatus.Reachable;

    public bool IsReachable(UniqueAddress observer, UniqueAddress subject) =>
        Status(observer, subject) == ReachabilityStatus.Reachable;

    /// <summary>Whether nobody calls <paramref name="subject"/> unreachable.</summary>
    public bool IsReachable(UniqueAddress subject) => !Rows.Values.Any(row => row.Subjects.ContainsKey(subject));

    /// <summary>The nodes that <paramref name="observer"/> calls unreachable, but not those it knows as terminated.</summary>
    public IEnumerable<UniqueAddress> UnreachableFrom(UniqueAddress observer) =>
        Rows.TryGetValue(observer, out var row)
            ? row.Subjects.Where(s => s.Value == ReachabilityStatus.Unreachable).Select(s => s.Key)
            : [];

    /// <summary>Without what the given nodes say.</summary>
    public Reachability WithoutObservers(IReadOnlySet<UniqueAddress> observers) =>
        observers.Count == 0 ? this : new Reachability(Rows.RemoveRange(observers));

    /// <summary>Without the given nodes, as observers and as subjects.</summary>
    public Reachability Remove(IReadOnlySet<UniqueAddress> nodes)
    {
        if (nodes.Count == 0)
            return this;
        var rows = Rows.RemoveRange(nodes).ToBuilder();
        foreach (var (observer, row) in Rows)
        {
            if (rows.ContainsKey(observer) && row.Subjects.Keys.Any(nodes.Contains))
                rows[observer] = row with { Subjects = row.Subjects.RemoveRange(nodes) };
        }

        return new Reachability(rows.ToImmutable());
    }

    /// <summary>Both views, row by row the newer, kept to the <paramref name="allowed"/> nodes.</summary>
    public Reachability Merge(IReadOnlySet<UniqueAddress> allowed, Reachability other)
    {
        var merged = ImmutableSortedDictionary.CreateBuilder<UniqueAddress, Row>();
        foreach (var observer in allowed)
        {
            var mine = Rows.GetValueOrDefault(observer);
            var theirs = other.Rows.GetValueOrDefault(observer);
            var newer = (mine?.Version ?? 0) >= (theirs?.Version ?? 0) ? mine : theirs;
            if (newer is null)
                continue;
            var foreign = newer.Subjects.Keys.Where(s => !allowed.Contains(s)).ToList();
            merged[observer] = foreign.Count == 0 ? newer : newer with { Subjects = newer.Subjects.RemoveRange(foreign) };
        }

        return new Reachability(merged.ToImmutable());
    }

    public override bool Equals(object? obj) =>
        obj is Reachability other && Rows.Count == other.Rows.Count && Rows.SequenceEqual(other.Rows);

    public override int GetHashCode() => Rows.Count;

    public override string ToString() => $"Reachability({string.Join(", ", Records.Select(r => $"{r.Observer.Address} -> {r.Subject.Address}"))})";

    private Reachability Change(UniqueAddress observer, UniqueAddress subject, ReachabilityStatus status)
    {
        var before = Status(observer, subject);
        if (before == status || before == ReachabilityStatus.Terminated)
            return this;
        var row = Rows.GetValueOrDefault(observer) ?? new Row(0, ImmutableSortedDictionary<UniqueAddress, ReachabilityStatus>.Empty);
        var subjects = status == ReachabilityStatus.Reachable ? row.Subjects.Remove(subject) : row.Subjects.SetItem(subject, status);
        return new Reachability(Rows.SetItem(observer, new Row(row.Version + 1, subjects)));
    }
}
