using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Trapline.HostNode.Audit;
using Trapline.HostNode.Consoles;
using Trapline.HostNode.Leases;
using Trapline.HostNode.Machines;
using Trapline.HostNode.Storage;
using Trapline.HostNode.Vms;
using Trapline.Hypervisor.Machine;
using Trapline.Hypervisor.Machine.Scheduling;
using Trapline.Hypervisor.Machine.Snapshots;
using Trapline.Shared.Clocks;
using Trapline.Shared.Configuration;
using Trapline.Shared.Consoles;
using Trapline.Shared.InstanceTypes;
using Trapline.Shared.Processes;

namespace Trapline.HostNode.Hosting;

/// <summary>A host's process: constructs everything, and drains before it ends.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private readonly HostFolder _folder;
    private readonly AuditLog _audit;
    private readonly MachineHost _machines;
    private readonly ConsoleKeeper _consoles;

    private HostProcess(HostFolder folder, AuditLog audit, MachineHost machines, ConsoleKeeper consoles) =>
        (_folder, _audit, _machines, _consoles) = (folder, audit, machines, consoles);

    public static Task<IAsyncDisposable> StartAsync(ActorSystem system, NodeOptions options, ConfigFile settings) =>
        Task.FromResult(Start(system, options, settings, SnapshotStore.OnDisk));

    /// <summary>Starts one that saves machines in a store of the caller's.</summary>
    internal static IAsyncDisposable Start(ActorSystem system, NodeOptions options, ConfigFile settings, ISnapshotStore store)
    {
        // First all of them: who is refused for one has begun nothing.
        var workers = settings.Int("trapline.host.workers", 0, 1024);
        var watchdog = settings.Duration("trapline.host.watchdog", TimeSpan.Zero, TimeSpan.FromHours(1));
        var drain = settings.Duration("trapline.host.drain-time", TimeSpan.Zero, TimeSpan.FromHours(1));
        var capacity = CapacityOf(settings);
        var time = TimeProvider.System;
        var alwaysOn = AlwaysOnClock.Instance;
        var origin = alwaysOn.GetTimestamp();
        var root = new DataRoot(options.Data);
        var folder = HostFolder.Take(root.HostFolder(options.Name));
        var audit = new AuditLog(Path.Combine(folder.Path, "audit.jsonl"), options.Name, time);
        var permit = new LeasePermit(time, alwaysOn, origin);
        permit.Overrun += audit.Overrun;
        var machines = new MachineHost(new SchedulerOptions { Workers = workers == 0 ? Environment.ProcessorCount : workers, Permit = permit, Time = time });
        var consoles = new ConsoleKeeper(new ConsoleFiles(options.Data), Logging.GetLogger(system, typeof(ConsoleKeeper)));
        var factory = new MachineFactory(machines, root, options.Name, watchdog, store);
        factory.Snapshots.CleanUp();
        var host = system.ActorOf(
            HostActor.Props(
                new HostSettings { Host = options.Name, Capacity = capacity, Keepers = options.Controllers.Length },
                new RemoteContacts(system, options),
                new HostEnvironment(folder, factory, permit, audit, consoles, alwaysOn, origin)),
            HostActor.Name);
        DrainBeforeTheEnd(system, host, options.Data, drain, time);
        return new HostProcess(folder, audit, machines, consoles);
    }

    public async ValueTask DisposeAsync()
    {
        _machines.Dispose();
        await _consoles.DisposeAsync().ConfigureAwait(false);
        _audit.Dispose();
        _folder.Dispose();
    }

    /// <summary>What the machine has, times what the settings allow it to be promised.</summary>
    private static Resources CapacityOf(ConfigFile settings)
    {
        var cpu = settings.Number("trapline.host.cpu-overcommit", 0.1, 1000);
        var memory = settings.Number("trapline.host.memory-overcommit", 0.1, 100);
        var bytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        return new Resources((long)(Environment.ProcessorCount * 100 * cpu), (long)((bytes >> 20) * memory));
    }

    /// <summary>
    /// On SIGTERM the VMs are moved by the controller while the host still serves; what is left after the time is stopped by its end. When the whole
    /// cluster ends there is nowhere for them to go, and nobody waits.
    /// </summary>
    private static void DrainBeforeTheEnd(ActorSystem system, IActorRef host, string data, TimeSpan most, TimeProvider time) =>
        CoordinatedShutdown.Get(system).AddTask(CoordinatedShutdown.PhaseBeforeServiceUnbind, "drain", async () =>
        {
            const int MostUnanswered = 2;
            var unanswered = 0;
            var began = time.GetTimestamp();
            host.Tell(new BeginDraining());
            while (time.GetElapsedTime(began) < most && !WholeEnd.IsMarked(data) && unanswered < MostUnanswered)
            {
                try
                {
                    if ((await host.Ask<HostView>(new HostQuery(), TimeSpan.FromSeconds(1)).ConfigureAwait(false)).Live == 0)
                        break;
                    unanswered = 0;
                }
                catch (AskTimeoutException)
                {
                    unanswered++; // busy, or the host actor has failed and this is why the process ends
                }

                await Task.Delay(TimeSpan.FromMilliseconds(50), time).ConfigureAwait(false);
            }

            return Akka.Done.Instance;
        });
}
