using System.Collections.Concurrent;
using Akka.Actor;

namespace Akka.Remote.Transport;

/// <summary>
/// The throttle adapter, "trttl": slows down or cuts links on command, for fault injection. Switched on with
/// <c>akka.remote.dot-netty.tcp.applied-adapters = ["trttl"]</c>, commanded with <see cref="SetThrottle"/>.
/// </summary>
public class ThrottleTransportAdapter : ActorTransportAdapter
{
    /// <summary>What the adapter adds to the scheme of addresses.</summary>
    public const string Scheme = "trttl";

    private readonly ConcurrentDictionary<(string Host, int Port), LinkThrottle> _links = new();

    /// <summary>Creates the adapter.</summary>
    /// <param name="wrappedTransport">The transport below.</param>
    /// <param name="system">The system that it works for.</param>
    public ThrottleTransportAdapter(Transport wrappedTransport, ActorSystem system)
        : base(wrappedTransport, system)
    {
    }

    /// <inheritdoc/>
    protected override SchemeAugmenter SchemeAugmenter { get; } = new(Scheme);

    /// <inheritdoc/>
    public override Task<bool> ManagementCommand(object message)
    {
        if (message is not SetThrottle command)
            return WrappedTransport.ManagementCommand(message);
        ThrottleOf(command.Address).Set(command.Direction, command.Mode);
        return Task.FromResult(true);
    }

    internal override LinkThrottle ThrottleOf(Address remote) =>
        _links.GetOrAdd((remote.Host ?? string.Empty, remote.Port ?? 0), static _ => new LinkThrottle());

    /// <summary>A direction of a link, seen from the system that is commanded.</summary>
    public enum Direction
    {
        /// <summary>What goes out.</summary>
        Send = 0,

        /// <summary>What comes in.</summary>
        Receive = 1,

        /// <summary>Both directions.</summary>
        Both = 2,
    }
}
