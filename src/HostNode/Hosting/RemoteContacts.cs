using System.Collections.Immutable;
using Akka.Actor;
using Trapline.Shared.Conversations;
using Trapline.Shared.Processes;

namespace Trapline.HostNode.Hosting;

/// <summary>
/// Reaches keepers and controller at the addresses that the cluster is configured with. Hosts are no members of the actor cluster: it stays small
/// however many hosts there are, and a host's death is the lease's business alone.
/// </summary>
public sealed class RemoteContacts : HostContacts
{
    private readonly ImmutableArray<ActorSelection> _keepers;
    private readonly ImmutableArray<ActorSelection> _gates;

    /// <summary>Contacts to all controller nodes.</summary>
    public RemoteContacts(ActorSystem system, NodeOptions options)
    {
        _keepers = Select(system, options, Names.Keeper);
        _gates = Select(system, options, Names.Gate);
    }

    /// <inheritdoc/>
    public override void ToKeepers(Heartbeat beat, IActorRef sender)
    {
        foreach (var keeper in _keepers)
            keeper.Tell(beat, sender);
    }

    /// <inheritdoc/>
    public override void ToController(HostReport report, IActorRef sender)
    {
        foreach (var gate in _gates)
            gate.Tell(report, sender);
    }

    private static ImmutableArray<ActorSelection> Select(ActorSystem system, NodeOptions options, string name) =>
        [.. options.Controllers.Select(c => system.ActorSelection($"{NodeOptions.AddressOf(c)}/user/{name}"))];
}
