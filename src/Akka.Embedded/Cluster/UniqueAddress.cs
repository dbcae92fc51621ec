using Akka.Actor;

namespace Akka.Cluster;

/// <summary>One incarnation of a node: its address and the uid that its actor system drew at its start.</summary>
public class UniqueAddress : IComparable<UniqueAddress>, IEquatable<UniqueAddress>, IComparable
{
    /// <summary>Names the incarnation <paramref name="uid"/> of the node at <paramref name="address"/>.</summary>
    public UniqueAddress(Address address, int uid)
    {
        Address = address ?? throw new ArgumentNullException(nameof(address));
        Uid = uid;
    }

    /// <summary>Where the node listens.</summary>
    public Address Address { get; }

    /// <summary>The incarnation.</summary>
    public int Uid { get; }

    /// <summary>Whether both name the same incarnation.</summary>
    public static bool operator ==(UniqueAddress? left, UniqueAddress? right) =>
        left is null ? right is null : left.Equals(right);

    /// <summary>Whether they name different incarnations.</summary>
    public static bool operator !=(UniqueAddress? left, UniqueAddress? right) => !(left == right);

    /// <inheritdoc/>
    public int CompareTo(UniqueAddress? uniqueAddress)
    {
        if (uniqueAddress is null)
            return 1;
        var byAddress = Member.AddressOrdering.Compare(Address, uniqueAddress.Address);
        return byAddress != 0 ? byAddress : Uid.CompareTo(uniqueAddress.Uid);
    }

    int IComparable.CompareTo(object? obj) => obj switch
    {
        null => 1,
        UniqueAddress other => CompareTo(other),
        _ => throw new ArgumentException($"Cannot compare a UniqueAddress with {obj.GetType()}.", nameof(obj)),
    };

    /// <inheritdoc/>
    public bool Equals(UniqueAddress? other) => other is not null && Uid == other.Uid && Address.Equals(other.Address);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is UniqueAddress other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Address, Uid);

    /// <inheritdoc/>
    public override string ToString() => $"UniqueAddress: ({Address}, {Uid})";
}
