using Akka.Actor;
using Trapline.HostNode.Vms;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.InstanceTypes;
using Trapline.Shared.Vms;

namespace Trapline.Cluster.Bench.Journal;

/// <summary>A host with the product's ledger and no machines: what it is told to start runs at once, and its guests reset at random.</summary>
internal sealed class RestlessHost : ReceiveActor, IWithTimers
{
    private const int ChangesPerReport = 2_000;

    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(20);
    private static readonly Resources Capacity = new(1_000_000, 10_000_000);

    private readonly HostId _host;
    private readonly BootId _boot;
    private readonly IActorRef _controller;
    private readonly VmLedger _ledger = new();
    private readonly Random _random;
    private long _sequence;
    private long _answered;
    private long _confirmed;

    public RestlessHost(string name, IActorRef controller, int seed)
    {
        (_host, _boot, _controller, _random) = (new HostId(name), new BootId($"b00000001-{name}"), controller, new Random(seed));
        Receive<VmOrder>(order => CarryOut(_ledger.Handle(order.Command)));
        Receive<ReportAnswer>(answer => answer.Sequence > _answered, answer =>
        {
            (_answered, _confirmed) = (answer.Sequence, answer.Version ?? 0);
            _ledger.Confirmed(_confirmed);
        });
        Receive<Restless>(_ =>
        {
            foreach (var vm in _ledger.Report().Where(v => v.State == VmState.Running && _random.Next(2) == 0))
                _ledger.Changed(vm with { State = VmState.Stopped, End = EndReason.GuestReset });
            Report();
        });
        ReceiveAny(_ => { });
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(string name, IActorRef controller, int seed) => Akka.Actor.Props.Create(() => new RestlessHost(name, controller, seed));

    protected override void PreStart() => Timers.StartPeriodicTimer("restless", new Restless(), Every);

    private void CarryOut(VmEffect effect)
    {
        if (effect is VmEffect.Build build)
            _ledger.Changed(new VmReport(build.Vm, build.Command.Incarnation, VmState.Running));
        else if (effect is VmEffect.End end)
            _ledger.Changed(new VmReport(end.Vm, end.Incarnation, VmState.Stopped, end.Reason));
    }

    private void Report()
    {
        var (vms, part) = _ledger.ReportSince(_confirmed, ChangesPerReport);
        _controller.Tell(new HostReport(_host, _boot, ++_sequence, 1, Executing: true, Capacity, Draining: false, vms, [], part));
    }

    private sealed record Restless : INoSerializationVerificationNeeded;
}
