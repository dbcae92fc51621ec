using Akka.Actor;
using Trapline.Shared.Conversations;

namespace Trapline.HostNode;

/// <summary>How a host reaches those it talks to, wherever the cluster has them.</summary>
public abstract class HostContacts
{
    /// <summary>Sends a heartbeat to every keeper that can be reached.</summary>
    public abstract void ToKeepers(Heartbeat beat, IActorRef sender);

    /// <summary>Sends a report to the controller, if there is one.</summary>
    public abstract void ToController(HostReport report, IActorRef sender);
}
