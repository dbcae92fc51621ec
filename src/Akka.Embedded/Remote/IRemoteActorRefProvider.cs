using Akka.Actor;

namespace Akka.Remote;

/// <summary>Provides references to actors of this system and of others.</summary>
public interface IRemoteActorRefProvider : IActorRefProvider
{
    /// <summary>The settings below akka.remote.</summary>
    RemoteSettings RemoteSettings { get; }

    /// <summary>The actor that watches other systems.</summary>
    IActorRef RemoteWatcher { get; }

    /// <summary>Sends messages to other systems.</summary>
    RemoteTransport Transport { get; }

    /// <summary>True if <paramref name="address"/> is one of this system's own.</summary>
    /// <param name="address">The address.</param>
    bool HasAddress(Address address);

    /// <summary>The reference for a full path, of this system or another.</summary>
    /// <param name="path">The path.</param>
    IActorRef InternalResolveActorRef(string path);

    /// <summary>The reference for a full path that came from a peer which knows this system by <paramref name="localAddress"/>.</summary>
    /// <param name="path">The path.</param>
    /// <param name="localAddress">This system's address, as the peer knows it.</param>
    IInternalActorRef ResolveActorRefWithLocalAddress(string path, Address localAddress);

    /// <summary>Gives up one incarnation of a peer until it is restarted.</summary>
    /// <param name="address">The peer.</param>
    /// <param name="uid">The incarnation; without it the peer is only left alone for a while.</param>
    void Quarantine(Address address, int? uid);
}
