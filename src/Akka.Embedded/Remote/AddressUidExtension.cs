using Akka.Actor;

namespace Akka.Remote;

/// <summary>Gives every actor system its <see cref="AddressUid"/>.</summary>
public class AddressUidExtension : ExtensionIdProvider<AddressUid>
{
    /// <summary>The number of the running incarnation of <paramref name="system"/>.</summary>
    /// <param name="system">The system.</param>
    public static int Uid(ActorSystem system) => system.WithExtension<AddressUid, AddressUidExtension>().Uid;

    /// <inheritdoc/>
    public override AddressUid CreateExtension(ExtendedActorSystem system) => new();
}
