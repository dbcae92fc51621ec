using Akka.Actor;
using Akka.Event;

namespace Akka.Remote;

/// <summary>
/// One incarnation of a peer has been given up: nothing is exchanged with it until it is restarted, because the state that both
/// sides have of each other can no longer agree.
/// </summary>
public sealed class QuarantinedEvent : RemotingLifecycleEvent
{
    /// <summary>Creates the event.</summary>
    /// <param name="address">The peer's address.</param>
    /// <param name="uid">The incarnation that is given up.</param>
    public QuarantinedEvent(Address address, int uid)
    {
        Address = address;
        Uid = uid;
    }

    /// <summary>The peer's address.</summary>
    public Address Address { get; }

    /// <summary>The incarnation that is given up.</summary>
    public int Uid { get; }

    /// <inheritdoc/>
    public override LogLevel LogLevel() => Event.LogLevel.WarningLevel;

    /// <inheritdoc/>
    public override string ToString() =>
        $"Association to [{Address}] having UID [{Uid}] is irrecoverably failed. UID is now quarantined and all messages to this UID go to dead letters. "
        + "The remote actor system must be restarted to recover from this situation.";
}
