using Akka.Actor;
using Akka.Remote;

namespace Trapline.ActorRuntime.Tests.Remote;

public class RemoteDeathWatchTests : TwoSystems
{
    [Fact]
    public async Task The_watcher_is_told_when_a_remote_actor_stops()
    {
        var watcher = new RemoteProbe(A, "watcher");
        B.ActorOf(Echo, "victim");
        var victim = await ResolveAsync(A, B, "user/victim");
        await watcher.DoAsync(c => c.Watch(victim));
        victim.Tell(PoisonPill.Instance);
        var terminated = await watcher.NextAsync<Terminated>();
        Assert.Equal(victim, terminated.ActorRef);
        Assert.True(terminated.ExistenceConfirmed);
        Assert.False(terminated.AddressTerminated);
    }

    [Fact]
    public async Task Everything_that_the_actor_had_sent_comes_before_its_termination()
    {
        var watcher = new RemoteProbe(A, "watcher");
        B.ActorOf(Echo, "victim");
        var victim = await ResolveAsync(A, B, "user/victim");
        await watcher.DoAsync(c => c.Watch(victim));
        for (var i = 0; i < 100; i++)
            victim.Tell(i, watcher.Ref);
        for (var i = 0; i < 100; i++)
            Assert.Equal(i, await watcher.NextAsync<int>());
        victim.Tell(PoisonPill.Instance);
        await watcher.NextAsync<Terminated>();
    }

    [Fact]
    public async Task All_watchers_are_told()
    {
        var watchers = Enumerable.Range(0, 5).Select(i => new RemoteProbe(A, $"watcher-{i}")).ToArray();
        B.ActorOf(Echo, "victim");
        var victim = await ResolveAsync(A, B, "user/victim");
        foreach (var watcher in watchers)
            await watcher.DoAsync(c => c.Watch(victim));
        victim.Tell(PoisonPill.Instance);
        foreach (var watcher in watchers)
            Assert.Equal(victim, (await watcher.NextAsync<Terminated>()).ActorRef);
    }

    [Fact]
    public async Task Watching_who_never_was_ends_at_once()
    {
        var watcher = new RemoteProbe(A, "watcher");
        var nobody = ((ExtendedActorSystem)A).Provider.ResolveActorRef($"{AddressOf(B)}/user/never-was");
        await watcher.DoAsync(c => c.Watch(nobody));
        var terminated = await watcher.NextAsync<Terminated>();
        Assert.Equal(nobody, terminated.ActorRef);
        Assert.False(terminated.ExistenceConfirmed);
    }

    [Fact]
    public async Task Who_has_unwatched_is_not_told()
    {
        var keeps = new RemoteProbe(A, "keeps");
        var leaves = new RemoteProbe(A, "leaves");
        B.ActorOf(Echo, "victim");
        var victim = await ResolveAsync(A, B, "user/victim");
        await keeps.DoAsync(c => c.Watch(victim));
        await leaves.DoAsync(c => c.Watch(victim));
        await leaves.DoAsync(c => c.Unwatch(victim));
        victim.Tell(PoisonPill.Instance);
        await keeps.NextAsync<Terminated>();
        leaves.Ref.Tell("end");
        Assert.Equal("end", await leaves.NextAsync<string>());
    }

    [Fact]
    public async Task Two_actors_can_watch_each_other()
    {
        var a = new RemoteProbe(A, "a");
        var b = new RemoteProbe(B, "b");
        var bFromA = await ResolveAsync(A, B, "user/b");
        var aFromB = await ResolveAsync(B, A, "user/a");
        await a.DoAsync(c => c.Watch(bFromA));
        await b.DoAsync(c => c.Watch(aFromB));
        aFromB.Tell(PoisonPill.Instance);
        Assert.Equal(aFromB, (await b.NextAsync<Terminated>()).ActorRef);
    }

    [Fact]
    public async Task WatchWith_delivers_its_message_instead()
    {
        var watcher = new RemoteProbe(A, "watcher");
        B.ActorOf(Echo, "victim");
        var victim = await ResolveAsync(A, B, "user/victim");
        await watcher.DoAsync(c => c.WatchWith(victim, "it is gone"));
        victim.Tell(PoisonPill.Instance);
        Assert.Equal("it is gone", await watcher.NextAsync<string>());
    }

    [Fact]
    public async Task A_remote_actor_can_be_stopped_gracefully_from_afar()
    {
        B.ActorOf(Echo, "victim");
        var victim = await ResolveAsync(A, B, "user/victim");
        Assert.True(await victim.GracefulStop(RemoteProbe.Patience));
    }

    [Fact]
    public async Task Terminating_a_system_terminates_its_actors_for_everybody()
    {
        var watcher = new RemoteProbe(A, "watcher");
        B.ActorOf(Echo, "victim");
        var victim = await ResolveAsync(A, B, "user/victim");
        await watcher.DoAsync(c => c.Watch(victim));
        await victim.Ask<string>("still there?", RemoteProbe.Patience);
        await B.Terminate().WaitAsync(RemoteProbe.Patience);
        Assert.Equal(victim, (await watcher.NextAsync<Terminated>()).ActorRef);
    }

    [Fact]
    public async Task After_a_restart_old_references_are_dead_and_new_ones_work()
    {
        var watcher = new RemoteProbe(A, "watcher");
        B.ActorOf(Echo, "echo");
        var old = await ResolveAsync(A, B, "user/echo");
        await watcher.DoAsync(c => c.Watch(old));
        await old.Ask<string>("still there?", RemoteProbe.Patience);
        var port = AddressOf(B).Port!.Value;
        await B.Terminate().WaitAsync(RemoteProbe.Patience);
        Assert.Equal(old, (await watcher.NextAsync<Terminated>()).ActorRef);

        var reborn = Start("b", port);
        reborn.ActorOf(Echo, "echo");
        var fresh = await ResolveRepeatedlyAsync(reborn, "user/echo");
        Assert.Equal(old.Path, fresh.Path);
        Assert.NotEqual(old, fresh);
        Assert.Equal("hello", await fresh.Ask<string>("hello", RemoteProbe.Patience));

        await watcher.DoAsync(c => c.Watch(old));
        Assert.Equal(old, (await watcher.NextAsync<Terminated>()).ActorRef);
    }

    /// <summary>The link may be gated for a moment: what is asked then finds nobody.</summary>
    private async Task<IActorRef> ResolveRepeatedlyAsync(ActorSystem target, string path)
    {
        var selection = A.ActorSelection(new RootActorPath(AddressOf(target)) / path.Split('/'));
        using var patience = new CancellationTokenSource(RemoteProbe.Patience);
        while (true)
        {
            try
            {
                return await selection.ResolveOne(TimeSpan.FromSeconds(5));
            }
            catch (ActorNotFoundException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, patience.Token);
            }
        }
    }
}
