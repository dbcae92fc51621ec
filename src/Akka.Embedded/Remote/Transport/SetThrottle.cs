using Akka.Actor;

namespace Akka.Remote.Transport;

/// <summary>Management command: from now on, throttle the link with one peer. Answered once the change is in force.</summary>
public sealed class SetThrottle
{
    /// <summary>Creates the command.</summary>
    /// <param name="address">The peer; only its host and port count.</param>
    /// <param name="direction">Which direction, seen from here.</param>
    /// <param name="mode">What passes.</param>
    public SetThrottle(Address address, ThrottleTransportAdapter.Direction direction, ThrottleMode mode)
    {
        Address = address;
        Direction = direction;
        Mode = mode;
    }

    /// <summary>The peer; only its host and port count.</summary>
    public Address Address { get; }

    /// <summary>Which direction, seen from here.</summary>
    public ThrottleTransportAdapter.Direction Direction { get; }

    /// <summary>What passes.</summary>
    public ThrottleMode Mode { get; }

    /// <summary>Whether two commands say the same.</summary>
    /// <param name="left">One command.</param>
    /// <param name="right">The other command.</param>
    public static bool operator ==(SetThrottle? left, SetThrottle? right) => Equals(left, right);

    /// <summary>Whether two commands differ.</summary>
    /// <param name="left">One command.</param>
    /// <param name="right">The other command.</param>
    public static bool operator !=(SetThrottle? left, SetThrottle? right) => !Equals(left, right);

    /// <inheritdoc/>
    public override bool Equals(object? obj) =>
        obj is SetThrottle other && other.Address == Address && other.Direction == Direction && Equals(other.Mode, Mode);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Address, Direction, Mode);
}
