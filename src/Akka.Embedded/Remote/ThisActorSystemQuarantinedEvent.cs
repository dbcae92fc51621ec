using Akka.Actor;
using Akka.Event;

namespace Akka.Remote;

/// <summary>A peer has given up this system's incarnation; only a restart makes communication with it possible again.</summary>
public sealed class ThisActorSystemQuarantinedEvent : RemotingLifecycleEvent
{
    /// <summary>Creates the event.</summary>
    /// <param name="localAddress">This system's address.</param>
    /// <param name="remoteAddress">The peer that has given it up.</param>
    public ThisActorSystemQuarantinedEvent(Address localAddress, Address remoteAddress)
    {
        LocalAddress = localAddress;
        RemoteAddress = remoteAddress;
    }

    /// <summary>This system's address.</summary>
    public Address LocalAddress { get; }

    /// <summary>The peer that has given it up.</summary>
    public Address RemoteAddress { get; }

    /// <inheritdoc/>
    public override LogLevel LogLevel() => Event.LogLevel.WarningLevel;

    /// <inheritdoc/>
    public override string ToString() => $"The remote system {RemoteAddress} has quarantined this system {LocalAddress}.";
}
