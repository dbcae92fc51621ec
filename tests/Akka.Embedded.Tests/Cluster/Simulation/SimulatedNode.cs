using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Daemon;
using Akka.Cluster.SBR;
using Akka.Cluster.Tools.Singleton;
using Akka.Remote;

namespace Akka.Embedded.Tests.Cluster.Simulation;

/// <summary>One incarnation of a node: the very cores that run in production, without their actors.</summary>
internal sealed class SimulatedNode
{
    /// <summary>Longer than one round of failure detection: after a cut, nodes that nobody watched yet are found out only when the ring has closed.</summary>
    public static readonly TimeSpan StableAfter = TimeSpan.FromSeconds(12);

    public SimulatedNode(int index, Address address, int uid, int monitors, VirtualTime time, Random random)
    {
        Index = index;
        Self = new UniqueAddress(address, uid);
        var detector = new DefaultFailureDetectorRegistry<Address>(() => new PhiAccrualFailureDetector(
            8.0, 1000, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(1), () => (long)time.Now.TotalMilliseconds));
        Core = new ClusterCore(Self, ImmutableHashSet<string>.Empty, new CoreSettings(), detector, time, random);
        Heartbeats = new HeartbeatCore(Self, monitors, TimeSpan.FromSeconds(1), detector);
        Singleton = new SingletonCore(Self, "");
        Resolver = new StabilityWatch(new KeepMajority(""), StableAfter, TimeSpan.FromSeconds(20));
    }

    public int Index { get; }

    public UniqueAddress Self { get; }

    public ClusterCore Core { get; }

    public HeartbeatCore Heartbeats { get; }

    public StabilityWatch Resolver { get; }

    public SingletonCore Singleton { get; }

    /// <summary>The singleton runs on this node.</summary>
    public bool RunsSingleton { get; set; }

    /// <summary>This node waits for its singleton before it leaves.</summary>
    public bool WaitsForSingleton { get; set; }

    public bool SingletonIsDone { get; set; }

    /// <summary>The process runs; a node that has left or was downed stops as well.</summary>
    public bool Alive { get; set; } = true;

    public bool IsMember => Alive && !Core.State.Members.IsEmpty;
}
