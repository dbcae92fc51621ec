using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Tools.Singleton;
using Akka.Event;
using Trapline.Controller.Actors;
using Trapline.Controller.Api;
using Trapline.Controller.Balancing;
using Trapline.Controller.Commands;
using Trapline.Controller.Leases;
using Trapline.Controller.Placement;
using Trapline.Controller.Reconciliation;
using Trapline.Shared.Clocks;
using Trapline.Shared.Configuration;
using Trapline.Shared.Conversations;
using Trapline.Shared.Processes;

namespace Trapline.Controller.Hosting;

/// <summary>A controller node's process: a lease keeper, the singleton or a share in it, and the way to it.</summary>
internal static class ControllerProcess
{
    private static readonly TimeSpan JoinBound = TimeSpan.FromSeconds(20);

    public static async Task<IAsyncDisposable> StartAsync(ActorSystem system, NodeOptions options, ConfigFile settings)
    {
        var time = TimeProvider.System;
        _ = EndUnlessJoinedAsync(system, time);
        var numbers = NumbersOf(settings) with { Keepers = options.Controllers.Length };
        system.ActorOf(LeaseKeeperActor.Props(options.Name.Value, numbers.Lease, isOnly: numbers.Keepers == 1, time), Names.Keeper);
        system.ActorOf(
            ClusterSingletonManager.Props(
                JournalGuard.Props(ControllerActor.Props(numbers, new RemoteKeepers(system, options), time, AlwaysOnClock.Instance), time),
                PoisonPill.Instance,
                ClusterSingletonManagerSettings.Create(system).WithRole("controller").WithSingletonName(ControllerActor.Name)),
            "controller-singleton");
        var gate = system.ActorOf(
            ClusterSingletonProxy.Props("/user/controller-singleton", ClusterSingletonProxySettings.Create(system).WithRole("controller").WithSingletonName(ControllerActor.Name)),
            Names.Gate);
        if (options.Api is not { } endpoint)
            return new Nothing();
        try
        {
            return await ApiServer.StartAsync(new ApiSettings(endpoint, options.Data, settings.Flag(NodeProcess.FaultInjectionKey)), system, gate, time).ConfigureAwait(false);
        }
        catch (IOException)
        {
            await system.Terminate().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// A node that started while it was cut off from the others waits in a cluster of its own, which never meets theirs. It ends, for whoever watches
    /// over it to start it anew: then it looks for them again.
    /// </summary>
    private static async Task EndUnlessJoinedAsync(ActorSystem system, TimeProvider time)
    {
        var joined = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Cluster.Get(system).RegisterOnMemberUp(joined.SetResult);
        if (await Task.WhenAny(joined.Task, system.WhenTerminated, Task.Delay(JoinBound, time)).ConfigureAwait(false) == joined.Task || system.WhenTerminated.IsCompleted)
            return;
        Logging.GetLogger(system, nameof(ControllerProcess)).Error("No majority of the controller nodes was found within {0} s: this one ends, to be started anew", JoinBound.TotalSeconds);
        await system.Terminate().ConfigureAwait(false);
    }

    private static ControllerSettings NumbersOf(ConfigFile settings)
    {
        var policy = settings.OneOf("trapline.controller.placement", "spread", "binpack") == "spread" ? PlacementPolicy.Spread : PlacementPolicy.Binpack;
        return new ControllerSettings
        {
            Reconciler = new ReconcilerSettings { Policy = policy, LowDiskMiB = settings.Size("trapline.controller.low-disk-space", 0, long.MaxValue) >> 20 },
            Admission = new AdmissionSettings { Policy = policy, ReserveForHostLoss = settings.Flag("trapline.controller.reserve-for-host-loss") },
            Balancer = settings.Flag("trapline.controller.balance") ? new BalancerSettings() : null,
        };
    }

    /// <summary>Everything ends with the actor system.</summary>
    private sealed class Nothing : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
