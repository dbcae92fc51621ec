using Akka.Actor;
using Akka.Cluster.Membership;
using Akka.Cluster.Wire;
using Akka.Event;

namespace Akka.Cluster.Daemon;

/// <summary>Sends heartbeats to the nodes that this one watches and answers those of others. Apart from the core, so that nothing delays an answer.</summary>
internal sealed class HeartbeatActor : UntypedActor, IWithTimers
{
    /// <summary>The actor's name below the daemon; the same on every node.</summary>
    public const string Name = "heartbeat";

    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Cluster _cluster;
    private readonly HeartbeatCore _core;
    private readonly PeerRefs _peers;
    private readonly TimeProvider _time = TimeProvider.System;

    public HeartbeatActor(Cluster cluster)
    {
        _cluster = cluster;
        _core = new HeartbeatCore(
            cluster.SelfUniqueAddress,
            cluster.Settings.MonitoredByNrOfMembers,
            cluster.Settings.HeartbeatExpectedResponseAfter,
            cluster.FailureDetector);
        _peers = new PeerRefs(cluster.System, Name);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        var interval = _cluster.Settings.HeartbeatInterval;
        Timers.StartPeriodicTimer(nameof(Tick), Tick.Instance, interval, interval);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Heartbeat heartbeat:
                _peers.At(heartbeat.From).Tell(new HeartbeatRsp(_cluster.SelfUniqueAddress, heartbeat.SequenceNr), Self);
                break;
            case HeartbeatRsp response:
                _core.Answered(response.From);
                break;
            case MembershipState state:
                _core.Update(state);
                _peers.Keep(state);
                break;
            case Tick:
                foreach (var (to, heartbeat) in _core.Tick(_time.GetElapsedTime(0, _time.GetTimestamp())))
                    _peers.At(to).Tell(heartbeat, Self);
                break;
            default:
                _log.Warning("Dropped [{0}], which is no heartbeat", message.GetType());
                break;
        }
    }

    private sealed class Tick : INodeLocal
    {
        public static readonly Tick Instance = new();
    }
}
