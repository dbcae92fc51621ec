using Akka.Actor;
using Akka.Event;

namespace Akka.Remote;

/// <summary>A connection with a peer could not be made, or failed.</summary>
public sealed class AssociationErrorEvent : AssociationEvent
{
    private readonly LogLevel _level;

    /// <summary>Creates the event.</summary>
    /// <param name="cause">What went wrong.</param>
    /// <param name="localAddress">This system's address.</param>
    /// <param name="remoteAddress">The peer's address.</param>
    /// <param name="inbound">True for a connection that the peer has opened.</param>
    /// <param name="level">The level at which it is logged.</param>
    public AssociationErrorEvent(Exception cause, Address localAddress, Address remoteAddress, bool inbound, LogLevel level)
    {
        EventName = "AssociationError";
        Cause = cause;
        LocalAddress = localAddress;
        RemoteAddress = remoteAddress;
        IsInbound = inbound;
        _level = level;
    }

    /// <summary>What went wrong.</summary>
    public Exception Cause { get; }

    /// <inheritdoc/>
    public override Address LocalAddress { get; protected set; }

    /// <inheritdoc/>
    public override Address RemoteAddress { get; protected set; }

    /// <inheritdoc/>
    public override bool IsInbound { get; protected set; }

    /// <inheritdoc/>
    public override LogLevel LogLevel() => _level;

    /// <inheritdoc/>
    public override string ToString() => $"{base.ToString()}: {Cause.Message}";
}
