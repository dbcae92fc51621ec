using Akka.Actor;
using Akka.Remote;

namespace Akka.Cluster;

/// <summary>
/// Death watch in a cluster. For members the cluster's own failure detection and downing decide when a node is gone: a
/// member that is only unreachable must not be quarantined. When it is removed, what was watched on it terminates.
/// </summary>
internal sealed class ClusterRemoteWatcher : RemoteWatcher
{
    private readonly HashSet<Address> _members = [];
    private Cluster? _cluster;

    public ClusterRemoteWatcher(
        IFailureDetectorRegistry<Address> failureDetector,
        TimeSpan heartbeatInterval,
        TimeSpan unreachableReaperInterval,
        TimeSpan heartbeatExpectedResponseAfter)
        : base(failureDetector, heartbeatInterval, unreachableReaperInterval, heartbeatExpectedResponseAfter)
    {
    }

    public static new Props Props(
        IFailureDetectorRegistry<Address> failureDetector,
        TimeSpan heartbeatInterval,
        TimeSpan unreachableReaperInterval,
        TimeSpan heartbeatExpectedResponseAfter) =>
        Akka.Actor.Props.Create(() => new ClusterRemoteWatcher(
            failureDetector, heartbeatInterval, unreachableReaperInterval, heartbeatExpectedResponseAfter));

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Attach attach:
                _cluster = attach.Cluster;
                _cluster.Subscribe(Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents, typeof(ClusterEvent.IMemberEvent));
                break;
            case ClusterEvent.MemberRemoved removed:
                OnRemoved(removed);
                break;
            case ClusterEvent.IMemberEvent changed:
                OnMember(changed.Member);
                break;
            default:
                base.OnReceive(message);
                break;
        }
    }

    protected override void PostStop()
    {
        base.PostStop();
        _cluster?.Unsubscribe(Self);
    }

    protected override void WatchNode(IInternalActorRef watchee)
    {
        if (!_members.Contains(watchee.Path.Address))
            base.WatchNode(watchee);
    }

    private void OnMember(Member member)
    {
        if (member.UniqueAddress == _cluster?.SelfUniqueAddress || !_members.Add(member.Address))
            return;
        UnwatchNode(member.Address);
    }

    private void OnRemoved(ClusterEvent.MemberRemoved removed)
    {
        var node = removed.Member.UniqueAddress;
        if (node == _cluster?.SelfUniqueAddress)
            return;
        _members.Remove(node.Address);
        if (removed.PreviousStatus == MemberStatus.Down)
            Quarantine(node.Address, node.Uid);
        var watched = Watching.Keys.Where(w => w.Path.Address.Equals(node.Address)).ToHashSet();
        if (watched.Count == 0)
            return;
        WatcheeByNodes[node.Address] = watched;
        PublishAddressTerminated(node.Address);
    }

    /// <summary>The cluster has started; it needs the provider, and so comes after it.</summary>
    internal sealed record Attach(Cluster Cluster) : INodeLocal;
}
