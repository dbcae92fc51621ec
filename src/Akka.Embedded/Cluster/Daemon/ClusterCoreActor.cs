using Akka.Actor;
using Akka.Cluster.Wire;
using Akka.Event;
using Akka.Remote;

namespace Akka.Cluster.Daemon;

/// <summary>Feeds the <see cref="ClusterCore"/> with messages and timers and carries out what it returns.</summary>
internal sealed class ClusterCoreActor : UntypedActor, IWithTimers
{
    /// <summary>The actor's name below the daemon; the same on every node.</summary>
    public const string Name = "core";

    private static readonly TimeSpan JoinTickInterval = CoreSettings.InitJoinRetry;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Cluster _cluster;
    private readonly IActorRef _publisher;
    private readonly IActorRef _heartbeats;
    private readonly ClusterCore _core;
    private readonly PeerRefs _peers;
    private readonly TimeProvider _time = TimeProvider.System;

    public ClusterCoreActor(Cluster cluster, IActorRef publisher, IActorRef heartbeats)
    {
        _cluster = cluster;
        _publisher = publisher;
        _heartbeats = heartbeats;
        _peers = new PeerRefs(cluster.System, Name);
        _core = new ClusterCore(
            cluster.SelfUniqueAddress, cluster.SelfRoles, cluster.Settings.ToCoreSettings(), cluster.FailureDetector, _time, new Random());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        var settings = _cluster.Settings;
        Every(JoinTickInterval, new CoreInput.JoinTick());
        Every(settings.GossipInterval, new CoreInput.GossipTick());
        Every(settings.LeaderActionsInterval, new CoreInput.LeaderTick());
        Every(settings.UnreachableNodesReaperInterval, new CoreInput.ReapTick());
        Context.System.EventStream.Subscribe(Self, typeof(ThisActorSystemQuarantinedEvent));
        if (!settings.SeedNodes.IsEmpty)
            Self.Tell(new CoreInput.JoinSeedNodes([.. settings.SeedNodes]));
    }

    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case GossipEnvelope envelope when IsStale(envelope):
                _log.Debug("Dropped gossip from [{0}] that waited longer than gossip-time-to-live", envelope.From.Address);
                break;
            case ThisActorSystemQuarantinedEvent quarantined:
                OnQuarantined(quarantined.RemoteAddress);
                break;
            case CoreInput or IClusterMessage:
                Feed(message);
                break;
            default:
                _log.Warning("Dropped [{0}], which is no message to the cluster", message.GetType());
                break;
        }
    }

    private void Feed(object input)
    {
        foreach (var effect in _core.Handle(input))
            Carry(effect);
    }

    private void Carry(CoreEffect effect)
    {
        switch (effect)
        {
            case CoreEffect.Send send:
                _peers.At(send.To).Tell(send.Message, Self);
                break;
            case CoreEffect.Publish publish:
                _publisher.Tell(publish.State);
                _heartbeats.Tell(publish.State);
                _peers.Keep(publish.State);
                break;
            case CoreEffect.LeaderActed acted:
                LogLeaderActions(acted.Actions);
                break;
            case CoreEffect.RunExitTasks:
                Context.Parent.Tell(new DaemonSignal.Exiting());
                break;
            case CoreEffect.Stop stop:
                Context.Parent.Tell(new DaemonSignal.Ended(stop.Downed));
                break;
            case CoreEffect.JoinUnsuccessful:
                _log.Warning("Joining of seed-nodes [{0}] was unsuccessful after the configured time; shutting down", string.Join(", ", _cluster.Settings.SeedNodes));
                Context.Parent.Tell(new DaemonSignal.JoinUnsuccessful());
                break;
            case CoreEffect.Log log:
                Log(log.Level, log.Text);
                break;
        }
    }

    private void LogLeaderActions(Membership.LeaderActions actions)
    {
        foreach (var member in actions.Changed)
            Log(LogLevel.InfoLevel, $"Leader is moving node [{member.Address}] to [{member.Status}]");
        foreach (var member in actions.Removed)
            Log(LogLevel.InfoLevel, $"Leader is removing {(member.Status == MemberStatus.Exiting ? "exiting" : "unreachable")} node [{member.Address}]");
    }

    private void Log(LogLevel level, string text)
    {
        if (level == LogLevel.WarningLevel)
            _log.Warning("Cluster node [{0}] - {1}", _cluster.SelfAddress, text);
        else if (level == LogLevel.InfoLevel && _cluster.Settings.LogInfo)
            _log.Info("Cluster node [{0}] - {1}", _cluster.SelfAddress, text);
        else if (_cluster.Settings.LogInfoVerbose)
            _log.Debug("Cluster node [{0}] - {1}", _cluster.SelfAddress, text);
    }

    /// <summary>The others decided without this node. Without a downing provider that is left to the operator, as in Akka.</summary>
    private void OnQuarantined(Address by)
    {
        if (_cluster.DowningProvider is not NoDowning)
            Feed(new CoreInput.QuarantinedBy(by));
    }

    private bool IsStale(GossipEnvelope envelope) =>
        envelope.ReceivedAt != 0 && _time.GetElapsedTime(envelope.ReceivedAt) > _cluster.Settings.GossipTimeToLive;

    private void Every(TimeSpan interval, CoreInput tick) =>
        Timers.StartPeriodicTimer(tick.GetType(), tick, interval, interval);
}
