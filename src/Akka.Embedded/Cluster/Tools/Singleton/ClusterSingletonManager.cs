using Akka.Actor;
using Akka.Cluster.Membership;
using Akka.Configuration;
using Akka.Event;

namespace Akka.Cluster.Tools.Singleton;

/// <summary>
/// Runs one actor in the whole cluster, or among the members of a role: on the oldest of them. Start a manager under the
/// same path on every node. When the oldest leaves it hands over: the new one starts after the old one has stopped. When
/// it crashes, the next starts once the oldest has been removed.
/// </summary>
public sealed class ClusterSingletonManager : FSM<ClusterSingletonState, IClusterSingletonData>
{
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Cluster _cluster = Cluster.Get(Context.System);
    private readonly TaskCompletionSource<Done> _exitDone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SingletonCore _core;
    private readonly Props _singletonProps;
    private readonly object _terminationMessage;
    private readonly ClusterSingletonManagerSettings _settings;
    private readonly TimeSpan _margin;
    private readonly string _path;
    private IActorRef? _singleton;
    private ICancelable? _retry;

    /// <summary>Creates the manager of one node.</summary>
    /// <param name="singletonProps">The singleton.</param>
    /// <param name="terminationMessage">What the singleton is sent when it is to stop; it must then stop itself.</param>
    /// <param name="settings">The settings.</param>
    public ClusterSingletonManager(Props singletonProps, object terminationMessage, ClusterSingletonManagerSettings settings)
    {
        var role = settings.Role ?? "";
        if (role.Length > 0 && !_cluster.SelfRoles.Contains(role))
            throw new ArgumentException($"This cluster member [{_cluster.SelfAddress}] doesn't have the role [{role}].", nameof(settings));
        _singletonProps = singletonProps;
        _terminationMessage = terminationMessage;
        _settings = settings;
        _core = new SingletonCore(_cluster.SelfUniqueAddress, role);
        _margin = settings.RemovalMargin > TimeSpan.Zero ? settings.RemovalMargin : _cluster.DowningProvider.DownRemovalMargin;
        _path = Self.Path.ToStringWithoutAddress();
    }

    private protected override IClusterSingletonData Data => _core;

    /// <summary>The defaults below <c>akka.cluster.singleton</c>.</summary>
    public static Config DefaultConfig() => SingletonDefaults.Config;

    /// <summary>The manager of a singleton that stops on <see cref="PoisonPill"/>.</summary>
    public static Props Props(Props singletonProps, ClusterSingletonManagerSettings settings) =>
        Props(singletonProps, PoisonPill.Instance, settings);

    /// <summary>The manager of a singleton that stops on <paramref name="terminationMessage"/>.</summary>
    public static Props Props(Props singletonProps, object terminationMessage, ClusterSingletonManagerSettings settings) =>
        Actor.Props.Create(() => new ClusterSingletonManager(singletonProps, terminationMessage, settings)).WithDeploy(Deploy.Local);

    /// <inheritdoc/>
    protected override void PreStart()
    {
        if (_cluster.IsTerminated)
            throw new ActorInitializationException("Cluster node must not be terminated");
        CoordinatedShutdown.Get(Context.System).AddTask(CoordinatedShutdown.PhaseClusterExiting, $"singleton-exiting-{Self.Path.Uid}", () =>
            _cluster.IsTerminated || _cluster.SelfMember.Status == MemberStatus.Down ? Task.FromResult(Done.Instance) : _exitDone.Task);
        _cluster.SubscribeState(Self);
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        _retry?.Cancel();
        _exitDone.TrySetResult(Done.Instance);
    }

    private protected override bool OnEvent(object message)
    {
        switch (message)
        {
            case Terminated terminated when terminated.ActorRef.Equals(_singleton):
                OnSingletonStopped();
                return true;
            case Terminated:
                return true;
            case MembershipState or SingletonInput or IClusterSingletonMessage:
                Feed(message);
                return true;
            default:
                return false;
        }
    }

    private void OnSingletonStopped()
    {
        if (_core.Current == SingletonCore.Phase.Oldest)
            _log.Warning("Singleton actor [{0}] has stopped by itself; it is not started again", _singleton);
        _singleton = null;
        Feed(new SingletonInput.SingletonStopped());
    }

    private void Feed(object input)
    {
        var before = _core.Current;
        foreach (var effect in _core.Handle(input))
            Carry(effect);
        if (_core.Current == before)
            return;
        _log.Info("ClusterSingletonManager state change [{0} -> {1}]", before, _core.Current);
        Enter(StateOf(_core.Current));
    }

    private static ClusterSingletonState StateOf(SingletonCore.Phase phase) => phase switch
    {
        SingletonCore.Phase.Waiting => ClusterSingletonState.Start,
        SingletonCore.Phase.Younger => ClusterSingletonState.Younger,
        SingletonCore.Phase.BecomingOldest => ClusterSingletonState.BecomingOldest,
        SingletonCore.Phase.Oldest => ClusterSingletonState.Oldest,
        SingletonCore.Phase.WasOldest => ClusterSingletonState.WasOldest,
        SingletonCore.Phase.HandingOver => ClusterSingletonState.HandingOver,
        SingletonCore.Phase.Stopping => ClusterSingletonState.Stopping,
        _ => ClusterSingletonState.End,
    };

    private void Carry(SingletonEffect effect)
    {
        switch (effect)
        {
            case SingletonEffect.Send send:
                Context.ActorSelection(send.To.Address + _path).Tell(send.Message, Self);
                break;
            case SingletonEffect.StartSingleton:
                _singleton = Context.Watch(Context.ActorOf(_singletonProps, _settings.SingletonName));
                _log.Info("Singleton manager started singleton actor [{0}]", _singleton.Path);
                break;
            case SingletonEffect.StopSingleton:
                _log.Info("Singleton manager is stopping singleton actor [{0}]", _singleton?.Path);
                _singleton?.Tell(_terminationMessage);
                break;
            case SingletonEffect.StartRetry:
                _retry?.Cancel();
                _retry = Context.System.Scheduler.ScheduleTellRepeatedlyCancelable(
                    _settings.HandOverRetryInterval, _settings.HandOverRetryInterval, Self, new SingletonInput.Retry(), Self);
                break;
            case SingletonEffect.StopRetry:
                _retry?.Cancel();
                break;
            case SingletonEffect.StartMargin start when _margin > TimeSpan.Zero:
                Context.System.Scheduler.ScheduleTellOnce(_margin, Self, new SingletonInput.MarginPassed(start.Node), Self);
                break;
            case SingletonEffect.StartMargin start:
                Self.Tell(new SingletonInput.MarginPassed(start.Node));
                break;
            case SingletonEffect.ExitDone:
                _exitDone.TrySetResult(Done.Instance);
                break;
            case SingletonEffect.StopSelf:
                Context.Stop(Self);
                break;
        }
    }
}
