using Akka.Actor;
using Akka.Actor.Internal;
using Akka.Event;
using Akka.Remote;

namespace Akka.Cluster;

/// <summary>The provider of <c>akka.actor.provider = cluster</c>: remoting, and the cluster daemon started with the system.</summary>
public class ClusterActorRefProvider : RemoteActorRefProvider, IClusterActorRefProvider
{
    /// <summary>Creates the provider.</summary>
    public ClusterActorRefProvider(string systemName, Settings settings, EventStream eventStream)
        : base(systemName, settings, eventStream)
    {
    }

    private protected override void Init(ActorSystemImpl system)
    {
        base.Init(system);
        RemoteWatcher.Tell(new ClusterRemoteWatcher.Attach(Cluster.Get(system)));
    }

    /// <summary>Members are watched by the cluster; only other systems get heartbeats of their own.</summary>
    private protected override IActorRef CreateRemoteWatcher(ActorSystemImpl system) =>
        system.SystemActorOf(ClusterRemoteWatcher.Props(
            CreateRemoteWatcherFailureDetector(system),
            RemoteSettings.WatchHeartBeatInterval,
            RemoteSettings.WatchUnreachableReaperInterval,
            RemoteSettings.WatchHeartbeatExpectedResponseAfter), "remote-watcher");
}
