using Akka.Actor;
using Akka.Event;

namespace Akka.Remote;

/// <summary>Remoting listens for peers.</summary>
public sealed class RemotingListenEvent : RemotingLifecycleEvent
{
    /// <summary>Creates the event.</summary>
    /// <param name="listenAddresses">The addresses at which this system can be reached.</param>
    public RemotingListenEvent(IList<Address> listenAddresses) => ListenAddresses = listenAddresses;

    /// <summary>The addresses at which this system can be reached.</summary>
    public IList<Address> ListenAddresses { get; }

    /// <inheritdoc/>
    public override LogLevel LogLevel() => Event.LogLevel.InfoLevel;

    /// <inheritdoc/>
    public override string ToString() => $"Remoting now listens on addresses: [{string.Join(", ", ListenAddresses)}]";
}
