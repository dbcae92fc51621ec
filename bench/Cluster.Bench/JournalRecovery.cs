using Akka.Actor;
using Akka.Configuration;
using Trapline.Cluster.Bench.Journal;
using Trapline.Controller.Actors;
using Trapline.Controller.Hosting;
using Trapline.Controller.Reconciliation;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.Processes;
using Trapline.Shared.Vms;

namespace Trapline.Cluster.Bench;

/// <summary>
/// The controller's own actor on its own journal, driven to 1,000,000 events by hosts whose guests reset at random and by users who change their
/// minds; then a new one recovers from what is on the disk.
/// </summary>
internal static class JournalRecovery
{
    private const int Hosts = 20;
    private const int Vms = 1_000;
    private const int Events = 1_000_000;
    private const int Progress = 100_000;
    private const int Seed = 20260203;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    public static async Task MeasureAsync(BenchOptions options, Report report, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("trapline-bench-");
        var system = SystemOn(folder.FullName);
        try
        {
            var controller = system.ActorOf(ControllerProps(), "controller");
            var random = new Random(Seed);
            var began = TimeProvider.System.GetTimestamp();
            for (var i = 0; i < Hosts; i++)
                system.ActorOf(RestlessHost.Props($"host-{i}", controller, random.Next()), $"host-{i}");
            await controller.Ask<Accepted>(new DefineVms(new VmSpec("vm", new ImageName("minios"), "standard.small"), Vms, [new ImageName("minios")]), Patience, cancellation);
            var before = await UntilEnoughAsync(controller, random, cancellation);
            system.ActorSelection("/user/host-*").Tell(PoisonPill.Instance);
            before = await UntilQuietAsync(controller, before, cancellation);
            report.Note("events", before.Model.Generation, "");
            report.Note("writing them took", TimeProvider.System.GetElapsedTime(began).TotalSeconds, "s");
            await system.Terminate();
            report.Below("journal and snapshots on the disk", folder.EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length) / 1048576.0, 100, "MiB");

            system = SystemOn(folder.FullName);
            began = TimeProvider.System.GetTimestamp();
            var after = await system.ActorOf(ControllerProps(), "controller").Ask<ClusterState>(ClusterQuery.Instance, Patience, cancellation);
            report.Below("recovery of the controller", TimeProvider.System.GetElapsedTime(began).TotalSeconds, 10, "s");
            report.Holds("it is the same model", after.Model.Generation >= before.Model.Generation && after.Model.Vms.Count == before.Model.Vms.Count);
        }
        finally
        {
            await system.Terminate();
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Users change their minds while the hosts work.</summary>
    private static async Task<ClusterState> UntilEnoughAsync(IActorRef controller, Random random, CancellationToken cancellation)
    {
        VmWish[] wishes = [VmWish.Stop, VmWish.Start, VmWish.Start, VmWish.Reboot];
        var state = await controller.Ask<ClusterState>(ClusterQuery.Instance, Patience, cancellation);
        while (state.Model.Generation < Events)
        {
            var vms = state.Model.Vms.Keys.ToList();
            for (var i = 0; i < 20; i++)
                await controller.Ask<IWireMessage>(new WishForVm(vms[random.Next(vms.Count)].Value, wishes[random.Next(wishes.Length)]), Patience, cancellation);
            await Task.Delay(Poll, TimeProvider.System, cancellation);
            var earlier = state.Model.Generation;
            state = await controller.Ask<ClusterState>(ClusterQuery.Instance, Patience, cancellation);
            if (earlier / Progress < state.Model.Generation / Progress)
                await Console.Error.WriteLineAsync($"   {state.Model.Generation:N0} of {Events:N0} events");
        }

        return state;
    }

    private static async Task<ClusterState> UntilQuietAsync(IActorRef controller, ClusterState before, CancellationToken cancellation)
    {
        for (; ; )
        {
            await Task.Delay(10 * Poll, TimeProvider.System, cancellation);
            var now = await controller.Ask<ClusterState>(ClusterQuery.Instance, Patience, cancellation);
            if (now.Model.Generation == before.Model.Generation)
                return now;
            before = now;
        }
    }

    private static ActorSystem SystemOn(string folder)
    {
        var options = new NodeOptions(new HostId("controller"), 0, ["127.0.0.1:1"], folder, null);
        var settings = NodeProcess.SettingsOf(options, ControllerDefaults.For(options).WithFallback(ControllerDefaults.Config));
        var own = ConfigurationFactory.ParseString("akka { actor.provider = local, loglevel = WARNING }");
        return ActorSystem.Create(NodeOptions.SystemName, own.WithFallback(settings.Config));
    }

    /// <summary>Guests that reset at once are what makes the events here: none counts as a crash.</summary>
    private static Props ControllerProps() => ControllerActor.Props(
        new ControllerSettings { Reconciler = new ReconcilerSettings { SoonAfterStart = TimeSpan.Zero } }, new NoKeepers(), TimeProvider.System, TimeProvider.System);

    /// <summary>Nobody is lost here.</summary>
    private sealed class NoKeepers : ControllerContacts
    {
        public override void ToKeepers(LostQuestion question, IActorRef sender)
        {
        }
    }
}
