using Akka.Actor;
using Akka.Cluster.Membership;
using Akka.Event;

namespace Akka.Cluster.SBR;

/// <summary>Feeds the <see cref="StabilityWatch"/> with every change of the membership and with time, and downs what it says.</summary>
internal sealed class SplitBrainResolverActor : UntypedActor, IWithTimers
{
    private static readonly TimeSpan MaxTick = TimeSpan.FromSeconds(1);
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Cluster _cluster;
    private readonly StabilityWatch _watch;
    private readonly TimeSpan _tick;
    private readonly TimeProvider _time = TimeProvider.System;

    public SplitBrainResolverActor(Cluster cluster, SplitBrainResolverSettings settings)
    {
        _cluster = cluster;
        _watch = new StabilityWatch(settings.CreateStrategy(), settings.DowningStableAfter, settings.DownAllWhenUnstable);
        _tick = settings.DowningStableAfter / 4 < MaxTick ? settings.DowningStableAfter / 4 : MaxTick;
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Now => _time.GetElapsedTime(0, _time.GetTimestamp());

    protected override void PreStart()
    {
        _cluster.SubscribeState(Self);
        Timers.StartPeriodicTimer(nameof(Tick), Tick.Instance, _tick, _tick);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case MembershipState state:
                _watch.Update(state, Now);
                break;
            case Tick when _watch.Tick(Now) is { } verdict:
                Carry(verdict);
                break;
        }
    }

    private void Carry(StabilityWatch.Verdict verdict)
    {
        _log.Warning("Split brain resolver decided {0}: downing [{1}]", verdict.Decision, string.Join(", ", verdict.Down.Select(n => n.Address)));
        _cluster.Down(verdict.Down.Select(n => n.Address));
    }

    private sealed class Tick : INodeLocal
    {
        public static readonly Tick Instance = new();
    }
}
