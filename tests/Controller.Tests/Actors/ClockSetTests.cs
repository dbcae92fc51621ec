using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit.Xunit2;
using Trapline.Controller.Actors;
using Trapline.Controller.Model.Events;
using Trapline.Controller.Reconciliation;
using Trapline.Shared.Ids;

namespace Trapline.Controller.Tests.Actors;

/// <summary>Somebody sets the clock of the controller's machine while it runs.</summary>
public sealed class ClockSetTests() : TestKit(ConfigurationFactory.ParseString("""
    akka.persistence.journal.plugin = "akka.persistence.journal.inmem"
    akka.persistence.snapshot-store.plugin = "akka.persistence.snapshot-store.inmem"
    """))
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly SettableClock _time = new();

    [Theory]
    [InlineData(2)]
    [InlineData(-2)]
    public async Task Hosts_stay_and_a_backoff_takes_as_long_as_before(int hours)
    {
        var settings = new ControllerSettings
        {
            PlanInterval = Hour,
            ResendAfter = Hour,
            Reconciler = new ReconcilerSettings { BackoffStep = Hour, BackoffMost = Hour, ReportTimeout = OneHost.Patience * 2 },
        };
        var controller = Sys.ActorOf(ControllerActor.Props(settings, new NoKeepers(), _time, _time));
        var host = new OneHost(this, controller);
        Sys.EventStream.Subscribe(TestActor, typeof(EventKept));
        host.Report();
        host.Define("web");
        host.CrashOnceStarted(1);
        host.CrashOnceStarted(2);
        FishForMessage(m => m is EventKept { Event: VmEnded { Incarnation.Value: 2 } }, OneHost.Patience);

        _time.Set(hours * Hour);
        var set = (EventKept)FishForMessage(m => m is EventKept { Event: ClockSet }, OneHost.Patience);
        Assert.InRange(((ClockSet)set.Event).By - (hours * Hour), -TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));

        var state = await controller.Ask<ClusterState>(ClusterQuery.Instance, OneHost.Patience);
        Assert.InRange(state.At - _time.GetUtcNow(), -TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(1));
        Assert.InRange(state.Model.Vms.Values.Single().RetryAt!.Value - state.At, Hour - OneHost.Patience, Hour);

        // The host's report is as old as it is, and no older.
        host.Define("other");
        Assert.Equal(new Incarnation(1), host.Started().Incarnation);
    }

    private sealed class SettableClock : TimeProvider
    {
        private long _ahead;

        public void Set(TimeSpan ahead) => Volatile.Write(ref _ahead, ahead.Ticks);

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + TimeSpan.FromTicks(Volatile.Read(ref _ahead));
    }
}
