using Akka.Actor;
using Akka.Configuration;

namespace Akka.Embedded.Tests.Cluster;

/// <summary>A node with real actors and sockets, for what only the embedded runtime promises.</summary>
internal sealed class RealNode : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public RealNode(string hocon)
    {
        System = ActorSystem.Create("sys", ConfigurationFactory.ParseString(hocon).WithFallback(ConfigurationFactory.ParseString("""
            akka {
              loglevel = OFF
              stdout-loglevel = OFF
              actor.provider = cluster
              coordinated-shutdown.run-by-actor-system-terminate = off
              coordinated-shutdown.run-by-clr-shutdown-hook = off
              remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
              cluster {
                gossip-interval = 200ms
                leader-actions-interval = 200ms
                unreachable-nodes-reaper-interval = 200ms
                failure-detector { heartbeat-interval = 300ms, acceptable-heartbeat-pause = 4s }
              }
            }
            """)));
        Cluster = Akka.Cluster.Cluster.Get(System);
    }

    public ActorSystem System { get; }

    public Akka.Cluster.Cluster Cluster { get; }

    public Task JoinAsync(RealNode other) => Cluster.JoinAsync(other.Cluster.SelfAddress).WaitAsync(Patience);

    public async Task UntilAsync(Func<Akka.Cluster.Cluster, bool> condition, string description)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!condition(Cluster))
        {
            Assert.True(
                TimeProvider.System.GetElapsedTime(start) < Patience,
                $"{Cluster.SelfAddress} never saw that {description}: {string.Join("; ", Cluster.State.Members)}, unreachable {string.Join("; ", Cluster.State.Unreachable)}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    public Task UntilTerminatedAsync() => System.WhenTerminated.WaitAsync(Patience);

    public async ValueTask DisposeAsync() => await System.Terminate().WaitAsync(Patience);
}
