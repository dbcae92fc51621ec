using Akka.Actor;

namespace Akka.Cluster;

/// <summary>Makes the <see cref="Cluster"/> of an actor system.</summary>
public class ClusterExtension : ExtensionIdProvider<Cluster>
{
    /// <inheritdoc/>
    public override Cluster CreateExtension(ExtendedActorSystem system) => new(system);
}
