using Akka.Actor;
using Akka.Configuration;
using Akka.Remote;

namespace Trapline.ActorRuntime.Tests.Remote;

/// <summary>Two actor systems in one process that know each other only by their addresses.</summary>
public abstract class TwoSystems : IAsyncLifetime
{
    private readonly List<ActorSystem> _systems = [];

    protected TwoSystems(string extraConfig = "")
    {
        ExtraConfig = extraConfig;
        A = Start("a");
        B = Start("b");
    }

    protected ActorSystem A { get; }

    protected ActorSystem B { get; }

    private string ExtraConfig { get; }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await Task.WhenAll(_systems.Select(s => s.Terminate())).WaitAsync(RemoteProbe.Patience);

    protected static Address AddressOf(ActorSystem system) => ((ExtendedActorSystem)system).Provider.DefaultAddress;

    protected static RemoteTransport TransportOf(ActorSystem system) =>
        ((IRemoteActorRefProvider)((ExtendedActorSystem)system).Provider).Transport;

    protected ActorSystem Start(string name, int port = 0)
    {
        var config = ConfigurationFactory.ParseString($$"""
            akka.loglevel = ERROR
            akka.stdout-loglevel = OFF
            akka.log-dead-letters = off
            akka.actor.provider = remote
            akka.remote.dot-netty.tcp.hostname = "127.0.0.1"
            akka.remote.dot-netty.tcp.port = {{port}}
            akka.remote.retry-gate-closed-for = 100 ms
            akka.coordinated-shutdown.run-by-clr-shutdown-hook = off
            """);
        var system = ActorSystem.Create(name, ConfigurationFactory.ParseString(ExtraConfig).WithFallback(config));
        _systems.Add(system);
        return system;
    }

    /// <summary>The reference that <paramref name="from"/> uses for an actor of another system.</summary>
    protected static async Task<IActorRef> ResolveAsync(ActorSystem from, ActorSystem to, string path)
    {
        var selection = from.ActorSelection(new RootActorPath(AddressOf(to)) / path.Split('/'));
        return await selection.ResolveOne(RemoteProbe.Patience);
    }

    /// <summary>
    /// Waits until <paramref name="from"/> has surely had an answer to a heartbeat that it sends to <paramref name="to"/> once a second, because it
    /// watches somebody there: only then does it know the incarnation. The answers to other heartbeats show that they pass.
    /// </summary>
    protected static async Task AwaitHeartbeatsAsync(ActorSystem from, ActorSystem to)
    {
        var watcher = from.ActorSelection(new RootActorPath(AddressOf(to)) / "system" / "remote-watcher");
        for (var i = 0; i < 4; i++)
        {
            await watcher.Ask<RemoteWatcher.HeartbeatRsp>(RemoteWatcher.Heartbeat.Instance, RemoteProbe.Patience);
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
        }

        await watcher.Ask<RemoteWatcher.HeartbeatRsp>(RemoteWatcher.Heartbeat.Instance, RemoteProbe.Patience);
    }

    protected static Props Echo => Props.Create(() => new EchoActor());

    private sealed class EchoActor : UntypedActor
    {
        protected override void OnReceive(object message) => Sender.Tell(message);
    }
}
