using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster.Membership;

namespace Akka.Cluster;

/// <summary>
/// A node as the cluster sees it. Two members are equal when they are the same incarnation of the same node, whatever
/// their status. Immutable.
/// </summary>
public class Member : IComparable<Member>, IComparable
{
    /// <summary>The up number of a member that has not been up: younger than every other.</summary>
    internal const int NotYetUp = int.MaxValue;

    /// <summary>Orders addresses by host and port; the first reachable one leads the cluster.</summary>
    public static readonly IComparer<Address> AddressOrdering = Comparer<Address>.Create(CompareAddresses);

    /// <summary>Orders members from the oldest to the youngest.</summary>
    public static readonly IComparer<Member> AgeOrdering = Comparer<Member>.Create((a, b) =>
        a.Equals(b) ? 0 : a.IsOlderThan(b) ? -1 : 1);

    internal Member(UniqueAddress uniqueAddress, int upNumber, MemberStatus status, ImmutableHashSet<string> roles)
    {
        UniqueAddress = uniqueAddress;
        UpNumber = upNumber;
        Status = status;
        Roles = roles;
    }

    /// <summary>Where the node listens.</summary>
    public Address Address => UniqueAddress.Address;

    /// <summary>The roles that the node was configured with.</summary>
    public ImmutableHashSet<string> Roles { get; }

    /// <summary>Where the member stands in its life.</summary>
    public MemberStatus Status { get; }

    /// <summary>The node and its incarnation.</summary>
    public UniqueAddress UniqueAddress { get; }

    /// <summary>Grows with each member that is moved to up: the age.</summary>
    internal int UpNumber { get; }

    internal static Member CreateJoining(UniqueAddress node, ImmutableHashSet<string> roles) =>
        new(node, NotYetUp, MemberStatus.Joining, roles);

    /// <summary>Whether the node has the given role.</summary>
    public bool HasRole(string role) => Roles.Contains(role);

    /// <summary>Whether this member was up before <paramref name="other"/>.</summary>
    public bool IsOlderThan(Member other) => UpNumber == other.UpNumber
        ? UniqueAddress.CompareTo(other.UniqueAddress) < 0
        : UpNumber < other.UpNumber;

    /// <summary>The member in another status.</summary>
    /// <exception cref="InvalidOperationException">The step is not a legal one.</exception>
    public Member Copy(MemberStatus status)
    {
        if (status == Status)
            return this;
        if (!MemberTransitions.IsLegal(Status, status))
            throw new InvalidOperationException($"Invalid member status transition [{Status} -> {status}] of {UniqueAddress}");
        return new Member(UniqueAddress, UpNumber, status, Roles);
    }

    /// <summary>The member moved to up, as the <paramref name="upNumber"/>th.</summary>
    /// <exception cref="InvalidOperationException">The step is not a legal one.</exception>
    public Member CopyUp(int upNumber) => new Member(UniqueAddress, upNumber, Status, Roles).Copy(MemberStatus.Up);

    /// <inheritdoc/>
    public int CompareTo(Member? other) => other is null ? 1 : UniqueAddress.CompareTo(other.UniqueAddress);

    int IComparable.CompareTo(object? obj) => obj switch
    {
        null => 1,
        Member other => CompareTo(other),
        _ => throw new ArgumentException($"Cannot compare a Member with {obj.GetType()}.", nameof(obj)),
    };

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Member other && UniqueAddress.Equals(other.UniqueAddress);

    /// <inheritdoc/>
    public override int GetHashCode() => UniqueAddress.GetHashCode();

    /// <inheritdoc/>
    public override string ToString() =>
        $"Member(address = {Address}, Uid={UniqueAddress.Uid} status = {Status}, role=[{string.Join(",", Roles.Order(StringComparer.Ordinal))}], upNumber={UpNumber})";

    private static int CompareAddresses(Address? a, Address? b)
    {
        if (a is null || b is null)
            return a is null ? (b is null ? 0 : -1) : 1;
        var byHost = string.CompareOrdinal(a.Host ?? "", b.Host ?? "");
        if (byHost != 0)
            return byHost;
        var byPort = (a.Port ?? 0).CompareTo(b.Port ?? 0);
        return byPort != 0 ? byPort : string.CompareOrdinal(a.ToString(), b.ToString());
    }
}
