using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Akka.Cluster;

/// <summary>
/// A vector clock: for each node the number of changes that it made. It orders two versions of the membership state, or
/// tells that neither knows the other's changes. Immutable.
/// </summary>
public sealed class VectorClock
{
    private static readonly VectorClock Empty = new(ImmutableSortedDictionary<Node, long>.Empty);

    private VectorClock(ImmutableSortedDictionary<Node, long> versions) => Versions = versions;

    /// <summary>How two clocks relate; <see cref="FullOrder"/> is only a request to compare completely.</summary>
    public enum Ordering
    {
        /// <summary>This clock knows everything of the other, and more.</summary>
        After = 0,

        /// <summary>The other clock knows everything of this one, and more.</summary>
        Before = 1,

        /// <summary>Both are equal.</summary>
        Same = 2,

        /// <summary>Each knows a change that the other does not.</summary>
        Concurrent = 3,

        /// <summary>Not a result.</summary>
        FullOrder = 4,
    }

    /// <summary>The number of changes by node.</summary>
    public ImmutableSortedDictionary<Node, long> Versions { get; }

    /// <summary>The clock of a state that nobody has changed.</summary>
    public static VectorClock Create() => Empty;

    /// <summary>A clock with the given counters.</summary>
    public static VectorClock Create(ImmutableSortedDictionary<Node, long> seedValues) =>
        seedValues.IsEmpty ? Empty : new VectorClock(seedValues);

    /// <summary>Whether both clocks are equal.</summary>
    public static bool operator ==(VectorClock? left, VectorClock? right) =>
        left is null ? right is null : left.Equals(right);

    /// <summary>Whether the clocks differ.</summary>
    public static bool operator !=(VectorClock? left, VectorClock? right) => !(left == right);

    /// <summary>Whether <paramref name="left"/> knows everything of <paramref name="right"/>, and more.</summary>
    public static bool operator >(VectorClock left, VectorClock right) => left.IsAfter(right);

    /// <summary>Whether <paramref name="right"/> knows everything of <paramref name="left"/>, and more.</summary>
    public static bool operator <(VectorClock left, VectorClock right) => left.IsBefore(right);

    /// <summary>The clock after one more change by <paramref name="node"/>.</summary>
    public VectorClock Increment(Node node) =>
        new(Versions.SetItem(node, Versions.GetValueOrDefault(node) + 1));

    /// <summary>The smallest clock that knows everything both know.</summary>
    public VectorClock Merge(VectorClock that)
    {
        var merged = Versions.ToBuilder();
        foreach (var (node, version) in that.Versions)
        {
            if (!merged.TryGetValue(node, out var mine) || mine < version)
                merged[node] = version;
        }

        return Create(merged.ToImmutable());
    }

    /// <summary>The clock without the counter of a node that has been removed.</summary>
    public VectorClock Prune(Node removedNode) =>
        Versions.ContainsKey(removedNode) ? Create(Versions.Remove(removedNode)) : this;

    /// <summary>How this clock relates to <paramref name="that"/>.</summary>
    public Ordering CompareTo(VectorClock that)
    {
        var ahead = HasNewsFor(that);
        var behind = that.HasNewsFor(this);
        return (ahead, behind) switch
        {
            (false, false) => Ordering.Same,
            (true, false) => Ordering.After,
            (false, true) => Ordering.Before,
            _ => Ordering.Concurrent,
        };
    }

    /// <summary>Whether this clock is strictly newer.</summary>
    public bool IsAfter(VectorClock that) => CompareTo(that) == Ordering.After;

    /// <summary>Whether this clock is strictly older.</summary>
    public bool IsBefore(VectorClock that) => CompareTo(that) == Ordering.Before;

    /// <summary>Whether neither clock is newer, and they differ.</summary>
    public bool IsConcurrentWith(VectorClock that) => CompareTo(that) == Ordering.Concurrent;

    /// <summary>Whether both clocks are equal.</summary>
    public bool IsSameAs(VectorClock that) => CompareTo(that) == Ordering.Same;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is VectorClock other && (ReferenceEquals(this, other) || IsSameAs(other));

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var (node, version) in Versions)
        {
            hash.Add(node);
            hash.Add(version);
        }

        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"VectorClock({string.Join(", ", Versions.Select(v => $"{v.Key} -> {v.Value}"))})";

    private bool HasNewsFor(VectorClock that)
    {
        foreach (var (node, version) in Versions)
        {
            if (version > that.Versions.GetValueOrDefault(node))
                return true;
        }

        return false;
    }

    /// <summary>A node as a clock knows it: a short hash of its name, so that clocks stay small on the wire.</summary>
    public class Node : IComparable<Node>
    {
        private const int HashBytes = 12;
        private readonly string _value;

        /// <summary>A node known by exactly <paramref name="value"/>.</summary>
        public Node(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

        /// <summary>The node with the given name, which is hashed.</summary>
        public static Node Create(string name) =>
            new(Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, HashBytes)));

        /// <summary>The node whose name has the given hash.</summary>
        public static Node FromHash(string hash) => new(hash);

        /// <inheritdoc/>
        public int CompareTo(Node? other) => other is null ? 1 : string.CompareOrdinal(_value, other._value);

        /// <inheritdoc/>
        public override bool Equals(object? obj) => obj is Node other && string.Equals(_value, other._value, StringComparison.Ordinal);

        /// <inheritdoc/>
        public override int GetHashCode() => _value.GetHashCode(StringComparison.Ordinal);

        /// <inheritdoc/>
        public override string ToString() => _value;
    }
}
