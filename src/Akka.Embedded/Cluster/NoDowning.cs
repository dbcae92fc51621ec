using Akka.Actor;

namespace Akka.Cluster;

/// <summary>Leaves unreachable members alone; an operator must down them. The default.</summary>
public sealed class NoDowning : IDowningProvider
{
    private readonly Cluster _cluster;

    /// <summary>Creates the provider.</summary>
    public NoDowning(ActorSystem system, Cluster cluster) => _cluster = cluster;

    /// <inheritdoc/>
    public TimeSpan DownRemovalMargin => _cluster.DownRemovalMargin;

    /// <inheritdoc/>
    public Props? DowningActorProps => null;
}
