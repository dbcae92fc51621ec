using Akka.Actor;
using Akka.Event;

namespace Akka.Remote;

/// <summary>A connection with a peer has come up.</summary>
public sealed class AssociatedEvent : AssociationEvent
{
    /// <summary>Creates the event.</summary>
    /// <param name="localAddress">This system's address.</param>
    /// <param name="remoteAddress">The peer's address.</param>
    /// <param name="inbound">True for a connection that the peer has opened.</param>
    public AssociatedEvent(Address localAddress, Address remoteAddress, bool inbound)
    {
        EventName = "Associated";
        LocalAddress = localAddress;
        RemoteAddress = remoteAddress;
        IsInbound = inbound;
    }

    /// <inheritdoc/>
    public override Address LocalAddress { get; protected set; }

    /// <inheritdoc/>
    public override Address RemoteAddress { get; protected set; }

    /// <inheritdoc/>
    public override bool IsInbound { get; protected set; }

    /// <inheritdoc/>
    public override LogLevel LogLevel() => Event.LogLevel.DebugLevel;
}
