using Akka.Configuration;

namespace Trapline.HostNode.Hosting;

/// <summary>What a host node sets of its actor system, unless it is said otherwise. Trapline's own settings: <c>NodeSettings</c>.</summary>
internal static class HostDefaults
{
    public static Config Config { get; } = ConfigurationFactory.ParseString("""
        akka.actor.provider = remote
        # A host actor that fails is stopped, and its process ends: see HostActor.
        akka.actor.guardian-supervisor-strategy = "Akka.Actor.StoppingSupervisorStrategy"
        # How long draining may take is drain-time's business.
        akka.coordinated-shutdown.phases.before-service-unbind.timeout = 2h
        """);
}
