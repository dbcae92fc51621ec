using Akka.Actor;
using Akka.Cluster.Tools.Singleton;

namespace Trapline.ActorRuntime.Tests.Cluster;

/// <summary>A singleton that all nodes of a test share, and where and when it ran.</summary>
internal sealed class SingletonRuns(string? role = null)
{
    private const string Stop = "stop";
    private readonly Lock _lock = new();
    private readonly List<Address> _started = [];
    private readonly List<Address> _stopped = [];

    /// <summary>The nodes that it started on, in order.</summary>
    public IReadOnlyList<Address> Started
    {
        get
        {
            lock (_lock)
                return [.. _started];
        }
    }

    public IReadOnlyList<Address> Stopped
    {
        get
        {
            lock (_lock)
                return [.. _stopped];
        }
    }

    /// <summary>Whether it ever started while it still ran elsewhere.</summary>
    public bool RanTwice { get; private set; }

    /// <summary>Starts the manager of one node.</summary>
    public void Manage(ClusterNode node) => node.System.ActorOf(
        ClusterSingletonManager.Props(
            Props.Create(() => new Singleton(this)),
            Stop,
            ClusterSingletonManagerSettings.Create(node.System).WithRole(role!).WithSingletonName("it")),
        "manager");

    /// <summary>A proxy on one node.</summary>
    public IActorRef Proxy(ClusterNode node, int bufferSize = 1000) => node.System.ActorOf(ClusterSingletonProxy.Props(
        "/user/manager",
        ClusterSingletonProxySettings.Create(node.System)
            .WithRole(role!)
            .WithSingletonName("it")
            .WithBufferSize(bufferSize)
            .WithSingletonIdentificationInterval(TimeSpan.FromMilliseconds(200))));

    private void OnStarted(Address node)
    {
        lock (_lock)
        {
            RanTwice |= _started.Count > _stopped.Count;
            _started.Add(node);
        }
    }

    private void OnStopped(Address node)
    {
        lock (_lock)
            _stopped.Add(node);
    }

    private sealed class Singleton : UntypedActor
    {
        private readonly Address _here = Akka.Cluster.Cluster.Get(Context.System).SelfAddress;
        private readonly SingletonRuns _runs;

        public Singleton(SingletonRuns runs) => _runs = runs;

        protected override void PreStart() => _runs.OnStarted(_here);

        protected override void PostStop() => _runs.OnStopped(_here);

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case Stop:
                    Context.Stop(Self);
                    break;
                case "where":
                    Sender.Tell(_here.ToString());
                    break;
                default:
                    Sender.Tell($"got {message}");
                    break;
            }
        }
    }
}
