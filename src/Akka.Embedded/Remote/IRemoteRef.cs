using Akka.Actor;

namespace Akka.Remote;

/// <summary>A reference to an actor of another system.</summary>
public interface IRemoteRef : IActorRefScope
{
}
