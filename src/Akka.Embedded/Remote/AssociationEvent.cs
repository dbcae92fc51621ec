using Akka.Actor;

namespace Akka.Remote;

/// <summary>Something has happened to the link with one peer.</summary>
public abstract class AssociationEvent : RemotingLifecycleEvent
{
    /// <summary>What has happened, for the log.</summary>
    protected string EventName = string.Empty;

    /// <summary>This system's address.</summary>
    public abstract Address LocalAddress { get; protected set; }

    /// <summary>The peer's address.</summary>
    public abstract Address RemoteAddress { get; protected set; }

    /// <summary>True for a connection that the peer has opened.</summary>
    public abstract bool IsInbound { get; protected set; }

    /// <inheritdoc/>
    public override string ToString() => $"{EventName} [{LocalAddress}] {(IsInbound ? "<-" : "->")} {RemoteAddress}";
}
