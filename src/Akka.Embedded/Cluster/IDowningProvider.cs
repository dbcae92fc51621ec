using Akka.Actor;

namespace Akka.Cluster;

/// <summary>
/// Decides what happens to unreachable members. Chosen by <c>akka.cluster.downing-provider-class</c>; a provider has a
/// public constructor that takes the <see cref="ActorSystem"/> and the <see cref="Cluster"/>.
/// </summary>
public interface IDowningProvider
{
    /// <summary>How long to wait, after a downed member is removed, before what it held is started elsewhere.</summary>
    TimeSpan DownRemovalMargin { get; }

    /// <summary>The actor that decides, started as a child of the cluster daemon; null for none.</summary>
    Props? DowningActorProps { get; }
}
