using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster.Daemon;
using Akka.Cluster.Membership;
using Akka.Configuration;
using Akka.Event;
using Akka.Remote;
using Akka.Util;

namespace Akka.Cluster;

/// <summary>
/// The cluster as one of its nodes sees it: joining and leaving, the members and who of them can be reached, and events
/// about both. Needs <c>akka.actor.provider = cluster</c>. All members may be used from any thread.
/// </summary>
public class Cluster : IExtension
{
    private readonly IActorRef _daemon;
    private readonly MembershipCallbacks _callbacks;
    private volatile ClusterView _view;
    private volatile bool _isTerminated;

    internal Cluster(ExtendedActorSystem system)
    {
        System = system;
        if (system.Provider is not IClusterActorRefProvider provider)
        {
            throw new ConfigurationException($"The actor system [{system.Name}] cannot be part of a cluster: set "
                + $"[akka.actor.provider = cluster]; now its provider is [{system.Provider.GetType()}].");
        }

        Settings = new ClusterSettings(system.Settings.Config, system.Name);
        SelfUniqueAddress = new UniqueAddress(provider.Transport.DefaultAddress, AddressUidExtension.Uid(system));
        Log = Logging.GetLogger(system, this);
        DownRemovalMargin = ReadDownRemovalMargin(system.Settings.Config);
        FailureDetector = new DefaultFailureDetectorRegistry<Address>(() =>
            FailureDetectorLoader.Load(Settings.FailureDetectorImplementationClass, Settings.FailureDetectorConfig, system));
        _callbacks = new MembershipCallbacks(Log);
        _view = new ClusterView(new MembershipState(Gossip.Empty, SelfUniqueAddress));
        DowningProvider = (IDowningProvider)Activator.CreateInstance(Settings.DowningProviderType, system, this)!;
        system.RegisterOnTermination(Terminated);
        _daemon = system.SystemActorOf(Props.Create(() => new ClusterDaemon(this)).WithDeploy(Deploy.Local), "cluster");
        // Not before the reference above is set: the actors below the daemon subscribe through this object.
        _daemon.Tell(new DaemonSignal.Start());
    }

    /// <summary>The settings of this node.</summary>
    public ClusterSettings Settings { get; }

    /// <summary>The actor system.</summary>
    public ExtendedActorSystem System { get; }

    /// <summary>This node and its incarnation.</summary>
    public UniqueAddress SelfUniqueAddress { get; }

    /// <summary>Where this node listens.</summary>
    public Address SelfAddress => SelfUniqueAddress.Address;

    /// <summary>The roles of this node.</summary>
    public ImmutableHashSet<string> SelfRoles => Settings.Roles;

    /// <summary>Decides about unreachable members.</summary>
    public IDowningProvider DowningProvider { get; }

    /// <summary>What this node holds of the nodes that it watches.</summary>
    public DefaultFailureDetectorRegistry<Address> FailureDetector { get; }

    /// <summary>The members and who of them can be reached.</summary>
    public ClusterEvent.CurrentClusterState State => _view.Snapshot;

    /// <summary>This node as a member; with the status removed while it is none.</summary>
    public Member SelfMember => _view.State.SelfMember
        ?? new Member(SelfUniqueAddress, Member.NotYetUp, MemberStatus.Removed, SelfRoles);

    /// <summary>Whether this node is up.</summary>
    public bool IsUp => SelfMember.Status is MemberStatus.Up or MemberStatus.WeaklyUp;

    /// <summary>Whether the cluster has stopped on this node, after it left, was downed, or its system ended.</summary>
    public bool IsTerminated => _isTerminated;

    internal ILoggingAdapter Log { get; }

    internal TimeSpan DownRemovalMargin { get; }

    /// <summary>The cluster of <paramref name="system"/>.</summary>
    public static Cluster Get(ActorSystem system) => system.WithExtension<Cluster, ClusterExtension>();

    /// <summary>Joins the cluster of the node at <paramref name="address"/>; its own address starts a cluster.</summary>
    public void Join(Address address) => _daemon.Tell(new CoreInput.JoinTo(Filled(address)));

    /// <summary>Joins, and completes when this node is up.</summary>
    /// <exception cref="ClusterJoinFailedException">The node stopped before it was up.</exception>
    public Task JoinAsync(Address address, CancellationToken token = default)
    {
        var up = WhenUp($"Node has not managed to join the cluster using provided address: {address}");
        Join(address);
        return up.WaitAsync(token);
    }

    /// <summary>Finds a cluster through the given nodes and joins it. The first of them may start one.</summary>
    public void JoinSeedNodes(IEnumerable<Address> seedNodes) =>
        _daemon.Tell(new CoreInput.JoinSeedNodes([.. seedNodes.Select(Filled)]));

    /// <summary>Finds a cluster and joins it, and completes when this node is up.</summary>
    /// <exception cref="ClusterJoinFailedException">The node stopped before it was up.</exception>
    public Task JoinSeedNodesAsync(IEnumerable<Address> seedNodes, CancellationToken token = default)
    {
        var seeds = seedNodes.ToList();
        var up = WhenUp($"Node has not managed to join the cluster using provided seed node addresses: {string.Join(", ", seeds)}.");
        JoinSeedNodes(seeds);
        return up.WaitAsync(token);
    }

    /// <summary>Lets the member at <paramref name="address"/> leave gracefully.</summary>
    public void Leave(Address address) => _daemon.Tell(new CoreInput.Leave(Filled(address)));

    /// <summary>Leaves, and completes when this node is no longer a member.</summary>
    public Task LeaveAsync() => LeaveAsync(CancellationToken.None);

    /// <summary>Leaves, and completes when this node is no longer a member.</summary>
    public Task LeaveAsync(CancellationToken cancellationToken)
    {
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        RegisterOnMemberRemoved(() => left.TrySetResult());
        Leave(SelfAddress);
        return left.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Declares the member at <paramref name="address"/> dead. It is removed, and must not come back as the same incarnation.</summary>
    public void Down(Address address) => Down([address]);

    /// <summary>Runs <paramref name="callback"/> once this node is up; at once if it is.</summary>
    public void RegisterOnMemberUp(Action callback) => _callbacks.OnUp(callback);

    /// <summary>Runs <paramref name="callback"/> once this node is no longer a member; at once if it has been one.</summary>
    public void RegisterOnMemberRemoved(Action callback) => _callbacks.OnRemoved(callback);

    /// <summary>Sends the events of the given types to <paramref name="subscriber"/>, beginning with a snapshot.</summary>
    public void Subscribe(IActorRef subscriber, params Type[] to) =>
        Subscribe(subscriber, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsSnapshot, to);

    /// <summary>Sends the events of the given types to <paramref name="subscriber"/>, beginning with the current state in the given form.</summary>
    /// <exception cref="ArgumentException">No type is given, or one that is no event of the cluster.</exception>
    public void Subscribe(IActorRef subscriber, ClusterEvent.SubscriptionInitialStateMode initialStateMode, params Type[] to)
    {
        if (to.Length == 0)
            throw new ArgumentException($"At least one {nameof(ClusterEvent.IClusterDomainEvent)} type is required.", nameof(to));
        var wrong = Array.Find(to, t => !typeof(ClusterEvent.IClusterDomainEvent).IsAssignableFrom(t));
        if (wrong is not null)
            throw new ArgumentException($"{wrong} is no {nameof(ClusterEvent.IClusterDomainEvent)}.", nameof(to));
        _daemon.Tell(new PublisherCommand.Subscribe(subscriber, initialStateMode, [.. to]));
    }

    /// <summary>Ends all subscriptions of <paramref name="subscriber"/>.</summary>
    public void Unsubscribe(IActorRef subscriber) => _daemon.Tell(new PublisherCommand.Unsubscribe(subscriber, null));

    /// <summary>Ends the subscription of <paramref name="subscriber"/> to one type of events.</summary>
    public void Unsubscribe(IActorRef subscriber, Type to) => _daemon.Tell(new PublisherCommand.Unsubscribe(subscriber, to));

    /// <summary>Sends one <see cref="ClusterEvent.CurrentClusterState"/> to <paramref name="receiver"/>.</summary>
    public void SendCurrentClusterState(IActorRef receiver) => _daemon.Tell(new PublisherCommand.SendCurrentState(receiver));

    /// <summary>The path of <paramref name="actorRef"/> as other nodes know it.</summary>
    public ActorPath RemotePathOf(IActorRef actorRef)
    {
        var path = actorRef.Path;
        return string.IsNullOrEmpty(path.Address.Host) ? ActorPath.Parse(path.ToStringWithAddress(SelfAddress)).WithUid(path.Uid) : path;
    }

    /// <summary>Declares several members dead in one step.</summary>
    internal void Down(IEnumerable<Address> addresses) => _daemon.Tell(new CoreInput.Down([.. addresses.Select(Filled)]));

    /// <summary>Sends every <see cref="MembershipState"/> to an actor of the cluster itself.</summary>
    internal void SubscribeState(IActorRef receiver) => _daemon.Tell(new PublisherCommand.SubscribeState(receiver));

    /// <summary>Called by the publisher, before the events of a change go out.</summary>
    internal void Show(MembershipState state)
    {
        _view = new ClusterView(state);
        _callbacks.Update(state.SelfStatus);
    }

    /// <summary>Called when the cluster has stopped on this node.</summary>
    internal void Terminated()
    {
        _isTerminated = true;
        _callbacks.Update(MemberStatus.Removed);
        _callbacks.Close();
    }

    private Task WhenUp(string failure)
    {
        var up = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        RegisterOnMemberUp(() => up.TrySetResult());
        RegisterOnMemberRemoved(() => up.TrySetException(new ClusterJoinFailedException(failure)));
        return up.Task;
    }

    private Address Filled(Address address) =>
        address.HasLocalScope && address.System == SelfAddress.System ? SelfAddress : address;

    private static TimeSpan ReadDownRemovalMargin(Config config)
    {
        const string Key = "akka.cluster.down-removal-margin";
        return config.GetString(Key)?.Trim().ToLowerInvariant() is null or "off" or "false" or "no" ? TimeSpan.Zero : config.GetTimeSpan(Key);
    }

    /// <summary>One state with its snapshot, so that both always belong together.</summary>
    private sealed class ClusterView(MembershipState state)
    {
        public MembershipState State { get; } = state;

        public ClusterEvent.CurrentClusterState Snapshot { get; } = StateDiff.Snapshot(state);
    }
}
