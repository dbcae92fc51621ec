using System.Collections.Immutable;
using Akka.Actor;
using Trapline.Controller.Actors;
using Trapline.Shared.Conversations;
using Trapline.Shared.Processes;

namespace Trapline.Controller.Hosting;

/// <summary>Reaches the keepers at the addresses that the cluster is configured with.</summary>
internal sealed class RemoteKeepers(ActorSystem system, NodeOptions options) : ControllerContacts
{
    private readonly ImmutableArray<ActorSelection> _keepers =
        [.. options.Controllers.Select(c => system.ActorSelection($"{NodeOptions.AddressOf(c)}/user/{Names.Keeper}"))];

    public override void ToKeepers(LostQuestion question, IActorRef sender)
    {
        foreach (var keeper in _keepers)
            keeper.Tell(question, sender);
    }
}
