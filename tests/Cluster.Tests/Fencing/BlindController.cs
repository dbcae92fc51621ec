using Akka.Actor;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.Processes;

namespace Trapline.Cluster.Tests.Fencing;

/// <summary>
/// In the place of a controller node, one that guards nothing: its keeper grants every heartbeat, and it confirms every term, whoever runs what
/// elsewhere. So the host's lease is broken, and only what the host itself refuses counts.
/// </summary>
internal sealed class BlindController : IAsyncDisposable
{
    private readonly ActorSystem _system = ActorSystem.Create(NodeOptions.SystemName, NodeProcess.SettingsOf(
        new NodeOptions(new Shared.Ids.HostId("blind"), 0, ["127.0.0.1:1"], ".", null), Akka.Configuration.ConfigurationFactory.ParseString("akka.actor.provider = remote")).Config);

    private readonly TaskCompletionSource<HostReport> _reported = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly LostBoot _lost = new();

    public BlindController()
    {
        var lost = _lost;
        _system.ActorOf(Props.Create(() => new Keeper(lost)), Names.Keeper);
        var reported = _reported;
        _system.ActorOf(Props.Create(() => new Gate(reported)), Names.Gate);
    }

    /// <summary>Where hosts reach it.</summary>
    public string Address => $"127.0.0.1:{((ExtendedActorSystem)_system).Provider.DefaultAddress.Port}";

    /// <summary>The first report of a host that may execute guests.</summary>
    public Task<HostReport> Executing => _reported.Task.WaitAsync(TimeSpan.FromSeconds(30));

    /// <summary>From now on the keeper calls this boot lost. The controller says nothing.</summary>
    public void CallLost(BootId boot) => _lost.Boot = boot.Value;

    public async ValueTask DisposeAsync() => await _system.Terminate();

    private sealed class LostBoot
    {
        private volatile string? _boot;

        public string? Boot
        {
            get => _boot;
            set => _boot = value;
        }
    }

    private sealed class Keeper : ReceiveActor
    {
        public Keeper(LostBoot lost) =>
            Receive<Heartbeat>(beat => Sender.Tell(new HeartbeatAnswer("keeper", beat.Boot, beat.Sequence, Granted: beat.Boot.Value != lost.Boot)));
    }

    private sealed class Gate : ReceiveActor
    {
        public Gate(TaskCompletionSource<HostReport> reported) => Receive<HostReport>(report =>
        {
            if (report.Executing)
                reported.TrySetResult(report);
            Sender.Tell(new ReportAnswer(report.Boot, report.Sequence, report.LeaseTerm));
        });
    }
}
