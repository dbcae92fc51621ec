using Akka.Actor;

namespace Akka.Remote.Transport;

/// <summary>Management command: drop the connections with one peer. Both sides see a lost connection.</summary>
public sealed class ForceDisassociate
{
    /// <summary>Creates the command.</summary>
    /// <param name="address">The peer; only its host and port count.</param>
    public ForceDisassociate(Address address) => Address = address;

    /// <summary>The peer; only its host and port count.</summary>
    public Address Address { get; }
}
