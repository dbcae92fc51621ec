using Akka.Actor;

namespace Akka.Routing;

/// <summary>Who listens to an actor. Belongs to that actor.</summary>
public class ListenerSupport
{
    private readonly HashSet<IActorRef> _listeners = [];

    /// <summary>Adds a listener.</summary>
    public void Add(IActorRef actor) => _listeners.Add(actor);

    /// <summary>Takes a listener away.</summary>
    public void Remove(IActorRef actor) => _listeners.Remove(actor);

    /// <summary>Sends <paramref name="message"/> to all listeners.</summary>
    public void Gossip(object message)
    {
        foreach (var listener in _listeners)
            listener.Tell(message);
    }
}
