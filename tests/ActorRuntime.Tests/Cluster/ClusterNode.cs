using Akka.Actor;
using Akka.Cluster;
using Akka.Configuration;

namespace Trapline.ActorRuntime.Tests.Cluster;

/// <summary>One node of a cluster inside the test process, with intervals short enough for tests and patience enough for a loaded machine.</summary>
internal sealed class ClusterNode : IAsyncDisposable
{
    /// <summary>Reached only when something is wrong.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private const string Common = """
        akka {
          loglevel = WARNING
          stdout-loglevel = WARNING
          log-dead-letters = off
          actor.provider = cluster
          # Terminating a system in these tests is a crash; leaving is said with Leave.
          coordinated-shutdown.run-by-actor-system-terminate = off
          coordinated-shutdown.run-by-clr-shutdown-hook = off
          remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
          cluster {
            gossip-interval = 200ms
            leader-actions-interval = 200ms
            unreachable-nodes-reaper-interval = 200ms
            periodic-tasks-initial-delay = 200ms
            retry-unsuccessful-join-after = 3s
            seed-node-timeout = 2s
            log-info = off
            run-coordinated-shutdown-when-down = on
            failure-detector {
              heartbeat-interval = 300ms
              acceptable-heartbeat-pause = 4s
              expected-response-after = 1s
            }
          }
        }
        """;

    private ClusterNode(ActorSystem system)
    {
        System = system;
        Cluster = Akka.Cluster.Cluster.Get(system);
        Events = new EventLog(system);
        Cluster.Subscribe(Events.Ref, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents, typeof(ClusterEvent.IClusterDomainEvent));
    }

    public ActorSystem System { get; }

    public Akka.Cluster.Cluster Cluster { get; }

    /// <summary>Everything that this node has told about the cluster, from its start.</summary>
    public EventLog Events { get; }

    public Address Address => Cluster.SelfAddress;

    public static ClusterNode Start(string hocon = "") =>
        new(ActorSystem.Create("tests", ConfigurationFactory.ParseString(hocon).WithFallback(ConfigurationFactory.ParseString(Common))));

    /// <summary>A cluster of that many nodes, each joined when the one before it was up: the first is the oldest.</summary>
    public static async Task<ClusterNode[]> FormAsync(int count, string hocon = "")
    {
        var nodes = new ClusterNode[count];
        for (var i = 0; i < count; i++)
        {
            nodes[i] = Start(hocon);
            await nodes[i].Cluster.JoinAsync(nodes[0].Address).WaitAsync(Patience);
        }

        foreach (var node in nodes)
            await node.UntilAsync(s => s.Members.Count(m => m.Status == MemberStatus.Up) == count, $"{count} members are up");
        return nodes;
    }

    /// <summary>Waits until the node's own view of the cluster is as described.</summary>
    public async Task UntilAsync(Func<ClusterEvent.CurrentClusterState, bool> condition, string description) =>
        await Eventually.TrueAsync(() => condition(Cluster.State), () => $"{Address} sees that {description}; it sees {Describe(Cluster.State)}");

    /// <summary>Ends the node without a word to the others.</summary>
    public Task CrashAsync() => System.Terminate().WaitAsync(Patience);

    public async ValueTask DisposeAsync()
    {
        await System.Terminate().WaitAsync(Patience);
    }

    private static string Describe(ClusterEvent.CurrentClusterState state) =>
        $"[{string.Join("; ", state.Members)}], unreachable [{string.Join("; ", state.Unreachable)}], leader {state.Leader}";
}
