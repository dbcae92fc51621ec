using Akka.Actor;
using Trapline.Controller.Actors;
using Trapline.Shared.Conversations;

namespace Trapline.Controller.Tests.Actors;

/// <summary>Nobody keeps leases: no host is ever called lost.</summary>
internal sealed class NoKeepers : ControllerContacts
{
    public override void ToKeepers(LostQuestion question, IActorRef sender)
    {
    }
}
