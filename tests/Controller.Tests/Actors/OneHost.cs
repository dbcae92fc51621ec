using Akka.Actor;
using Akka.TestKit.Xunit2;
using Trapline.HostNode.Vms;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.InstanceTypes;
using Trapline.Shared.Vms;

namespace Trapline.Controller.Tests.Actors;

/// <summary>A host that is the test itself: it reports when the test says so, and its orders reach the test actor.</summary>
internal sealed class OneHost(TestKit kit, IActorRef controller)
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly HostId Host = new("node1");
    private static readonly BootId Boot = new("b00000001");

    private readonly VmLedger _ledger = new();
    private long _sequence;

    public void Define(string name) => controller.Tell(new DefineVms(new VmSpec(name, new ImageName("minios"), "standard.small"), 1, [new ImageName("minios")]), kit.TestActor);

    public void Report()
    {
        var (vms, part) = _ledger.ReportSince(0, int.MaxValue - 1);
        controller.Tell(new HostReport(Host, Boot, ++_sequence, 1, Executing: true, new Resources(800, 4096), Draining: false, vms, [], part), kit.TestActor);
    }

    /// <summary>Waits for the order to start a VM.</summary>
    public StartVm Started() =>
        (StartVm)((VmOrder)kit.FishForMessage(m => m is VmOrder { Command: StartVm }, Patience)).Command;

    public void CrashOnceStarted(long incarnation)
    {
        var start = Started();
        Assert.Equal(new Incarnation(incarnation), start.Incarnation);
        _ledger.Handle(start);
        Assert.True(_ledger.Changed(new VmReport(start.Vm, start.Incarnation, VmState.Running)));
        Assert.True(_ledger.Changed(new VmReport(start.Vm, start.Incarnation, VmState.Crashed, EndReason.GuestPanic)));
        Report();
    }
}
