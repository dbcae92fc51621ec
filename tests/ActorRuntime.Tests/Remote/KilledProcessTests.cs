using Akka.Actor;

namespace Trapline.ActorRuntime.Tests.Remote;

public class KilledProcessTests : TwoSystems
{
    private const string NodeConfig = """
        akka.loglevel = WARNING
        akka.stdout-loglevel = OFF
        akka.actor.provider = remote
        akka.remote.dot-netty.tcp.hostname = "127.0.0.1"
        akka.remote.dot-netty.tcp.port = 0
        """;

    public KilledProcessTests()
        : base("akka.remote.watch-failure-detector.acceptable-heartbeat-pause = 3 s")
    {
    }

    [Fact]
    public async Task Whoever_watches_an_actor_of_a_killed_process_is_told()
    {
        using var node = await NodeProcess.StartAsync("node", "echo", NodeConfig);
        var watcher = new RemoteProbe(A, "watcher");
        var echo = await A.ActorSelection($"{node.Address}/user/echo").ResolveOne(RemoteProbe.Patience);
        Assert.Equal("hello", await echo.Ask<string>("hello", RemoteProbe.Patience));
        await watcher.DoAsync(c => c.Watch(echo));
        await echo.Ask<string>("still there?", RemoteProbe.Patience);
        await node.KillAsync();
        var terminated = await watcher.NextAsync<Terminated>();
        Assert.Equal(echo, terminated.ActorRef);
        Assert.True(terminated.AddressTerminated);
    }

    [Fact]
    public async Task A_process_that_leaves_in_order_terminates_its_actors_first()
    {
        using var node = await NodeProcess.StartAsync("node", "echo", NodeConfig);
        var watcher = new RemoteProbe(A, "watcher");
        var echo = await A.ActorSelection($"{node.Address}/user/echo").ResolveOne(RemoteProbe.Patience);
        await watcher.DoAsync(c => c.Watch(echo));
        await echo.Ask<string>("still there?", RemoteProbe.Patience);
        Assert.Equal(0, await node.LeaveAsync());
        Assert.Equal(echo, (await watcher.NextAsync<Terminated>()).ActorRef);
    }

    [Fact]
    public async Task A_process_that_is_back_before_anybody_noticed_is_not_taken_for_the_old_one()
    {
        using var node = await NodeProcess.StartAsync("node", "echo", NodeConfig);
        var watcher = new RemoteProbe(A, "watcher");
        var echo = await A.ActorSelection($"{node.Address}/user/echo").ResolveOne(RemoteProbe.Patience);
        await watcher.DoAsync(c => c.Watch(echo));
        await echo.Ask<string>("still there?", RemoteProbe.Patience);
        await node.KillAsync();
        using var reborn = await NodeProcess.StartAsync(
            "node", "echo", $"akka.remote.dot-netty.tcp.port = {node.Address.Port}\n{NodeConfig.Replace("akka.remote.dot-netty.tcp.port = 0", "", StringComparison.Ordinal)}");
        Assert.Equal(node.Address, reborn.Address);
        Assert.Equal(echo, (await watcher.NextAsync<Terminated>()).ActorRef);
    }
}
