using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit.Xunit2;
using Trapline.Controller.Actors;
using Trapline.Controller.Reconciliation;
using Trapline.HostNode.Vms;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.InstanceTypes;
using Trapline.Shared.Vms;

namespace Trapline.Controller.Tests.Actors;

/// <summary>The controller wakes when a back-off is over, and does not wait for the next time that it plans anyway.</summary>
public sealed class BackoffTests() : TestKit(ConfigurationFactory.ParseString("""
    akka.persistence.journal.plugin = "akka.persistence.journal.inmem"
    akka.persistence.snapshot-store.plugin = "akka.persistence.snapshot-store.inmem"
    """))
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Backoff = TimeSpan.FromMilliseconds(300);
    private static readonly HostId Host = new("node1");
    private static readonly BootId Boot = new("b00000001");

    private readonly VmLedger _ledger = new();
    private long _sequence;

    [Fact]
    public void A_vm_that_crashed_twice_is_started_when_its_backoff_is_over_and_not_before()
    {
        var never = TimeSpan.FromHours(1);
        var settings = new ControllerSettings { PlanInterval = never, ResendAfter = never, Reconciler = new ReconcilerSettings { BackoffStep = Backoff, ReportTimeout = never } };
        var controller = Sys.ActorOf(ControllerActor.Props(settings, new NoKeepers(), TimeProvider.System));
        controller.Tell(Report(), TestActor);
        controller.Tell(new DefineVms(new VmSpec("web", new ImageName("minios"), "standard.small"), 1, [new ImageName("minios")]), TestActor);

        CrashOnceStarted(controller, 1);
        CrashOnceStarted(controller, 2);
        var began = TimeProvider.System.GetTimestamp();
        Assert.Equal(new Incarnation(3), Started().Incarnation);
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), Backoff / 2, Patience);
    }

    private void CrashOnceStarted(IActorRef controller, long incarnation)
    {
        var start = Started();
        Assert.Equal(new Incarnation(incarnation), start.Incarnation);
        _ledger.Handle(start);
        Assert.True(_ledger.Changed(new VmReport(start.Vm, start.Incarnation, VmState.Running)));
        Assert.True(_ledger.Changed(new VmReport(start.Vm, start.Incarnation, VmState.Crashed, EndReason.GuestPanic)));
        controller.Tell(Report(), TestActor);
    }

    private StartVm Started() =>
        (StartVm)((VmOrder)FishForMessage(m => m is VmOrder { Command: StartVm }, Patience)).Command;

    private HostReport Report()
    {
        var (vms, part) = _ledger.ReportSince(0, int.MaxValue - 1);
        return new HostReport(Host, Boot, ++_sequence, 1, Executing: true, new Resources(800, 4096), Draining: false, vms, [], part);
    }

    private sealed class NoKeepers : ControllerContacts
    {
        public override void ToKeepers(LostQuestion question, IActorRef sender)
        {
        }
    }
}
