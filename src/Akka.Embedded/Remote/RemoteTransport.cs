using Akka.Actor;
using Akka.Event;

namespace Akka.Remote;

/// <summary>What the provider of remote references sends messages with.</summary>
public abstract class RemoteTransport
{
    /// <summary>Creates the transport; it does nothing until it is started.</summary>
    /// <param name="system">The system that it works for.</param>
    /// <param name="provider">The provider that it works for.</param>
    protected RemoteTransport(ExtendedActorSystem system, RemoteActorRefProvider provider)
    {
        System = system;
        Provider = provider;
        Log = Logging.GetLogger(system, this);
    }

    /// <summary>The system that it works for.</summary>
    public ExtendedActorSystem System { get; }

    /// <summary>The provider that it works for.</summary>
    public RemoteActorRefProvider Provider { get; }

    /// <summary>The log.</summary>
    public ILoggingAdapter Log { get; protected set; }

    /// <summary>The addresses at which this system can be reached; known once it is started.</summary>
    public abstract ISet<Address> Addresses { get; }

    /// <summary>The address by which this system is known when nothing says which.</summary>
    public abstract Address DefaultAddress { get; }

    /// <summary>Listens for peers.</summary>
    public abstract void Start();

    /// <summary>Sends what still waits, tells the peers, and closes everything. Bounded in time.</summary>
    public abstract Task Shutdown();

    /// <summary>Sends a message. Safe to call from any thread; never blocks.</summary>
    /// <param name="message">The message.</param>
    /// <param name="sender">Its sender, if it has one.</param>
    /// <param name="recipient">Its recipient.</param>
    public abstract void Send(object message, IActorRef? sender, RemoteActorRef recipient);

    /// <summary>Carries out a command such as <see cref="Transport.SetThrottle"/>.</summary>
    /// <param name="cmd">The command.</param>
    /// <returns>Whether a transport understood it; completed when it is in force.</returns>
    public abstract Task<bool> ManagementCommand(object cmd);

    /// <summary>Carries out a command such as <see cref="Transport.SetThrottle"/>.</summary>
    /// <param name="cmd">The command.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Whether a transport understood it; completed when it is in force.</returns>
    public abstract Task<bool> ManagementCommand(object cmd, CancellationToken cancellationToken);

    /// <summary>The address by which <paramref name="remote"/> knows this system.</summary>
    /// <param name="remote">A peer.</param>
    public abstract Address LocalAddressForRemote(Address remote);

    /// <summary>Gives up one incarnation of a peer until it is restarted.</summary>
    /// <param name="address">The peer.</param>
    /// <param name="uid">The incarnation; without it the peer is only left alone for a while.</param>
    public abstract void Quarantine(Address address, int? uid);
}
