using Akka.Actor;

namespace Akka.Cluster.SBR;

/// <summary>
/// Lets a strategy decide about unreachable members. Chosen by <c>akka.cluster.downing-provider-class =
/// "Akka.Cluster.SBR.SplitBrainResolverProvider, Akka.Cluster"</c>.
/// </summary>
public class SplitBrainResolverProvider : IDowningProvider
{
    private readonly Cluster _cluster;
    private readonly SplitBrainResolverSettings _settings;

    /// <summary>Creates the provider with the settings of <paramref name="system"/>.</summary>
    public SplitBrainResolverProvider(ActorSystem system, Cluster cluster)
    {
        _cluster = cluster;
        _settings = new SplitBrainResolverSettings(system.Settings.Config);
        // Wrong settings must be told at the start, not in the first partition.
        _ = _settings.CreateStrategy();
    }

    /// <inheritdoc/>
    public TimeSpan DownRemovalMargin =>
        _cluster.DownRemovalMargin == TimeSpan.Zero ? _settings.DowningStableAfter : _cluster.DownRemovalMargin;

    /// <inheritdoc/>
    public Props DowningActorProps => Props.Create(() => new SplitBrainResolverActor(_cluster, _settings));
}
