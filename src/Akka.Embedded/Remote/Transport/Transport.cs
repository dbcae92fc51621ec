using System.Net;
using Akka.Actor;
using Akka.Configuration;

namespace Akka.Remote.Transport;

/// <summary>Carries the connections of a system. Transports can be stacked: see <see cref="AbstractTransportAdapter"/>.</summary>
public abstract class Transport
{
    private protected Transport(ActorSystem system, Config config)
    {
        System = system;
        Config = config;
    }

    /// <summary>The transport's section of the configuration.</summary>
    public Config Config { get; protected set; }

    /// <summary>The system that it works for.</summary>
    public ActorSystem System { get; protected set; }

    /// <summary>The scheme of its addresses, without the leading "akka.".</summary>
    public virtual string SchemeIdentifier { get; protected set; } = string.Empty;

    /// <summary>The longest serialized message that it carries, in bytes.</summary>
    public virtual long MaximumPayloadBytes { get; protected set; }

    /// <summary>Carries out a command such as <see cref="SetThrottle"/>.</summary>
    /// <param name="message">The command.</param>
    /// <returns>True if this transport, or one below it, understood the command; completed when the command is in force.</returns>
    public virtual Task<bool> ManagementCommand(object message) => Task.FromResult(false);

    /// <summary>Starts to listen; accepted connections go to <paramref name="onAccepted"/>.</summary>
    internal abstract Task<Address> ListenAsync(Func<PendingConnection, Task> onAccepted);

    /// <summary>Opens a connection; fails with an IO, socket or authentication exception, or is cancelled.</summary>
    internal abstract Task<WireConnection> ConnectAsync(Address remote, CancellationToken cancellation);

    /// <summary>Stops listening. Connections live on until their owners close them.</summary>
    internal abstract Task StopListeningAsync();

    /// <summary>The throttle of the link with <paramref name="remote"/>, if this transport has one.</summary>
    internal virtual LinkThrottle? ThrottleOf(Address remote) => null;
}

/// <summary>A connection that was accepted, and about whose peer nothing is known yet.</summary>
/// <param name="Connection">The connection.</param>
/// <param name="Origin">Where it came from.</param>
/// <param name="Identified">To be called when the handshake is over, however it went: makes room for another one.</param>
internal sealed record PendingConnection(WireConnection Connection, EndPoint? Origin, Action Identified);
