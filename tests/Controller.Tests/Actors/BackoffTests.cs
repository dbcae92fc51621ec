using Akka.Configuration;
using Akka.TestKit.Xunit2;
using Trapline.Controller.Actors;
using Trapline.Controller.Reconciliation;
using Trapline.Shared.Ids;

namespace Trapline.Controller.Tests.Actors;

/// <summary>The controller wakes when a back-off is over, and does not wait for the next time that it plans anyway.</summary>
public sealed class BackoffTests() : TestKit(ConfigurationFactory.ParseString("""
    akka.persistence.journal.plugin = "akka.persistence.journal.inmem"
    akka.persistence.snapshot-store.plugin = "akka.persistence.snapshot-store.inmem"
    """))
{
    private static readonly TimeSpan Backoff = TimeSpan.FromMilliseconds(300);

    [Fact]
    public void A_vm_that_crashed_twice_is_started_when_its_backoff_is_over_and_not_before()
    {
        var never = TimeSpan.FromHours(1);
        var settings = new ControllerSettings { PlanInterval = never, ResendAfter = never, Reconciler = new ReconcilerSettings { BackoffStep = Backoff, ReportTimeout = never } };
        var host = new OneHost(this, Sys.ActorOf(ControllerActor.Props(settings, new NoKeepers(), TimeProvider.System, TimeProvider.System)));
        host.Report();
        host.Define("web");

        host.CrashOnceStarted(1);
        var began = TimeProvider.System.GetTimestamp(); // before the crash is told: behind it this thread may be held up while the back-off runs
        host.CrashOnceStarted(2);
        Assert.Equal(new Incarnation(3), host.Started().Incarnation);
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), Backoff / 2, OneHost.Patience);
    }
}
