using Akka.Actor;

namespace Akka.Remote.Transport;

/// <summary>
/// The base of adapters that are managed by commands. In this runtime commands are carried out where they are given; the class is here
/// because the public API has it as a base.
/// </summary>
public abstract class ActorTransportAdapter : AbstractTransportAdapter
{
    /// <summary>Creates an adapter.</summary>
    /// <param name="wrappedTransport">The transport below.</param>
    /// <param name="system">The system that it works for.</param>
    protected ActorTransportAdapter(Transport wrappedTransport, ActorSystem system)
        : base(wrappedTransport) => System = system;
}
