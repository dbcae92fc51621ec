using Akka.Configuration;

namespace Trapline.HostNode.Hosting;

/// <summary>The settings of a host node that are not said otherwise.</summary>
internal static class HostDefaults
{
    public static Config Config { get; } = ConfigurationFactory.ParseString("""
        akka.actor.provider = remote
        # A host actor that fails is stopped, and its process ends: see HostActor.
        akka.actor.guardian-supervisor-strategy = "Akka.Actor.StoppingSupervisorStrategy"
        # How long draining may take is drain-time's business.
        akka.coordinated-shutdown.phases.before-service-unbind.timeout = 2h
        trapline.host {
          # Threads that run guest code; 0 for one per core.
          workers = 0
          # What placement may count on: cores and memory of the machine, times these.
          cpu-overcommit = 16
          memory-overcommit = 4
          # A guest that shows no sign of progress for this long is ended; 0 for never.
          watchdog = 10s
          # How long a host that is told to end waits for its VMs to go elsewhere before it stops them.
          drain-time = 20s
        }
        """);
}
