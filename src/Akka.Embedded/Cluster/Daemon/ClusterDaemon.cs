using Akka.Actor;
using Akka.Event;

namespace Akka.Cluster.Daemon;

/// <summary>
/// The root of the cluster's actors on one node, and its tie to the coordinated shutdown:
/// <code>
/// cluster-leave         leave, and wait until this node is seen leaving
/// cluster-exiting       wait until this node is exiting; singletons hand over here
/// cluster-exiting-done  tell the others that this node has finished
/// cluster-shutdown      wait until the cluster has stopped on this node
/// </code>
/// It lives as long as the actor system; once the node has left, it only answers subscribers.
/// </summary>
internal sealed class ClusterDaemon : UntypedActor
{
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Cluster _cluster;
    private readonly CoordinatedShutdown _shutdown;
    private readonly TaskCompletionSource<Done> _exiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Done> _leaving = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Done> _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IActorRef _publisher = ActorRefs.Nobody;
    private IActorRef _core = ActorRefs.Nobody;

    public ClusterDaemon(Cluster cluster)
    {
        _cluster = cluster;
        _shutdown = CoordinatedShutdown.Get(cluster.System);
    }

    /// <summary>A failed core cannot be trusted with a fresh state: it would be another node with the same identity.</summary>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(e =>
    {
        _log.Error(e, "The cluster failed on this node and stops: {0}", e.Message);
        Self.Tell(new DaemonSignal.Ended(Downed: true));
        return Directive.Stop;
    });

    private void StartCluster()
    {
        _publisher = Start(() => new PublisherActor(_cluster), "publisher");
        var heartbeats = Start(() => new HeartbeatActor(_cluster), HeartbeatActor.Name);
        _core = Start(() => new ClusterCoreActor(_cluster, _publisher, heartbeats), ClusterCoreActor.Name);
        if (_cluster.DowningProvider.DowningActorProps is { } downing)
            Context.ActorOf(Configured(downing), "downing");
        _cluster.Subscribe(Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents, typeof(ClusterEvent.IMemberEvent));
        AddShutdownTasks();
    }

    protected override void PostStop()
    {
        Complete();
        _cluster.Terminated();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case CoreInput input: _core.Tell(input); break;
            case PublisherCommand command: _publisher.Tell(command); break;
            case DaemonSignal signal: OnSignal(signal); break;
            case ClusterEvent.IMemberEvent e when e.Member.UniqueAddress == _cluster.SelfUniqueAddress: OnSelf(e); break;
        }
    }

    private void OnSignal(DaemonSignal signal)
    {
        switch (signal)
        {
            case DaemonSignal.Start:
                StartCluster();
                break;
            case DaemonSignal.Exiting:
                _exiting.TrySetResult(Done.Instance);
                _shutdown.Run(CoordinatedShutdown.ClusterLeavingReason.Instance);
                break;
            case DaemonSignal.Ended ended:
                StopCluster();
                if (ended.Downed && _cluster.Settings.RunCoordinatedShutdownWhenDown)
                    _shutdown.Run(CoordinatedShutdown.ClusterDowningReason.Instance);
                break;
            case DaemonSignal.JoinUnsuccessful:
                StopCluster();
                _shutdown.Run(CoordinatedShutdown.ClusterJoinUnsuccessfulReason.Instance);
                break;
        }
    }

    private void OnSelf(ClusterEvent.IMemberEvent e)
    {
        if (e.Member.Status is MemberStatus.Leaving or MemberStatus.Exiting or MemberStatus.Down or MemberStatus.Removed)
            _leaving.TrySetResult(Done.Instance);
        if (e.Member.Status == MemberStatus.Removed)
            Complete();
    }

    private void StopCluster()
    {
        foreach (var child in Context.GetChildren().Where(c => !c.Equals(_publisher)))
            Context.Stop(child);
        _publisher.Tell(new PublisherCommand.Finish());
        _cluster.FailureDetector.Reset();
        _log.Info("Cluster node [{0}] - The cluster has stopped on this node", _cluster.SelfAddress);
        _cluster.Terminated();
        Complete();
    }

    private void Complete()
    {
        _leaving.TrySetResult(Done.Instance);
        _exiting.TrySetResult(Done.Instance);
        _stopped.TrySetResult(Done.Instance);
    }

    private void AddShutdownTasks()
    {
        var self = Self;
        _shutdown.AddTask(CoordinatedShutdown.PhaseClusterLeave, "leave", () =>
        {
            if (IsGone())
                return Task.FromResult(Done.Instance);
            self.Tell(new CoreInput.Leave(_cluster.SelfAddress));
            return _leaving.Task;
        });
        _shutdown.AddTask(CoordinatedShutdown.PhaseClusterExiting, "wait-exiting", () =>
            IsGone() ? Task.FromResult(Done.Instance) : _exiting.Task);
        _shutdown.AddTask(CoordinatedShutdown.PhaseClusterExitingDone, "exiting-completed", () =>
        {
            if (IsGone())
                return Task.FromResult(Done.Instance);
            self.Tell(new CoreInput.ExitTasksDone());
            return _stopped.Task;
        });
        _shutdown.AddTask(CoordinatedShutdown.PhaseClusterShutdown, "wait-shutdown", () =>
            IsGone() ? Task.FromResult(Done.Instance) : _stopped.Task);
    }

    /// <summary>Nothing to wait for: this node is not, or no longer, or not for long a member.</summary>
    private bool IsGone() => _cluster.IsTerminated || _cluster.SelfMember.Status is MemberStatus.Down or MemberStatus.Removed;

    private IActorRef Start<T>(System.Linq.Expressions.Expression<Func<T>> create, string name)
        where T : ActorBase => Context.ActorOf(Configured(Props.Create(create)), name);

    private Props Configured(Props props)
    {
        var local = props.WithDeploy(Deploy.Local);
        return _cluster.Settings.UseDispatcher.Length == 0 ? local : local.WithDispatcher(_cluster.Settings.UseDispatcher);
    }
}
