using Akka.Actor;
using Akka.Cluster.Tools.Singleton;
using Trapline.Controller.Actors;
using Trapline.Controller.Api;
using Trapline.Controller.Balancing;
using Trapline.Controller.Commands;
using Trapline.Controller.Leases;
using Trapline.Controller.Placement;
using Trapline.Controller.Reconciliation;
using Trapline.Shared.Configuration;
using Trapline.Shared.Conversations;
using Trapline.Shared.Processes;

namespace Trapline.Controller.Hosting;

/// <summary>A controller node's process: a lease keeper, the singleton or a share in it, and the way to it.</summary>
internal static class ControllerProcess
{
    public static async Task<IAsyncDisposable> StartAsync(ActorSystem system, NodeOptions options, ConfigFile settings)
    {
        var time = TimeProvider.System;
        var numbers = NumbersOf(settings) with { Keepers = options.Controllers.Length };
        system.ActorOf(LeaseKeeperActor.Props(options.Name.Value, numbers.Lease, time), Names.Keeper);
        system.ActorOf(
            ClusterSingletonManager.Props(
                ControllerActor.Props(numbers, new RemoteKeepers(system, options), time),
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

    private static ControllerSettings NumbersOf(ConfigFile settings) => new()
    {
        Reconciler = new ReconcilerSettings { Policy = settings.OneOf("trapline.controller.placement", "spread", "binpack") == "spread" ? PlacementPolicy.Spread : PlacementPolicy.Binpack },
        Admission = new AdmissionSettings { ReserveForHostLoss = settings.Flag("trapline.controller.reserve-for-host-loss") },
        Balancer = settings.Flag("trapline.controller.balance") ? new BalancerSettings() : null,
    };

    /// <summary>Everything ends with the actor system.</summary>
    private sealed class Nothing : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
