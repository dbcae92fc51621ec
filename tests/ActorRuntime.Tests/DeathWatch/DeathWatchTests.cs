using Akka.Actor;

namespace Trapline.ActorRuntime.Tests.DeathWatch;

public sealed class DeathWatchTests : ActorTest
{
    [Fact]
    public async Task A_watcher_is_told_once_when_the_actor_has_ended()
    {
        var actor = Idle("watched");
        Watch(actor);
        Watch(actor);
        Sys.Stop(actor);
        var terminated = await ExpectTerminatedAsync(actor);
        Assert.True(terminated.ExistenceConfirmed);
        Assert.False(terminated.AddressTerminated);
        await ExpectNoMsgAsync(Quiet);
    }

    [Fact]
    public async Task Watching_an_actor_that_has_ended_already_is_answered_too()
    {
        var actor = Idle("ended");
        Assert.True(await actor.GracefulStop(Patience));
        Watch(actor);
        await ExpectTerminatedAsync(actor);
    }

    [Fact]
    public async Task After_Unwatch_nothing_comes()
    {
        var actor = Idle("unwatched");
        var other = CreateTestProbe();
        Watch(actor);
        Unwatch(actor);
        other.Watch(actor);
        Sys.Stop(actor);
        await other.ExpectTerminatedAsync(actor);
        await ExpectNoMsgAsync(Quiet);
    }

    [Fact]
    public async Task A_Terminated_that_is_queued_already_is_dropped_by_Unwatch()
    {
        var watched = Idle("queued");
        using var gate = new ManualResetEventSlim();
        var watcher = Sys.ActorOf(Props.Create(() => new SlowWatcher(watched, TestActor, gate)));
        Assert.Equal("watching", await ExpectMsgAsync<string>());
        watcher.Tell("unwatch");
        await ExpectMsgAsync("about to unwatch");
        Assert.True(await watched.GracefulStop(Patience));
        gate.Set();
        watcher.Tell("ping");
        await ExpectMsgAsync("ping");
    }

    [Fact]
    public async Task WatchWith_gives_the_chosen_message()
    {
        var watched = Idle("with");
        var watcher = Sys.ActorOf(Props.Create(() => new WithWatcher(watched, TestActor)));
        await ExpectMsgAsync("watching");
        Sys.Stop(watched);
        await ExpectMsgAsync("it has ended");
        _ = watcher;
    }

    [Fact]
    public async Task A_watcher_that_does_not_handle_Terminated_ends_with_a_death_pact()
    {
        var watched = Idle("pact");
        var watcher = Sys.ActorOf(Props.Create(() => new Pact(watched, TestActor)));
        await ExpectMsgAsync("watching");
        Watch(watcher);
        await EventFilter.Exception<DeathPactException>().ExpectOneAsync(() =>
        {
            Sys.Stop(watched);
            return Task.CompletedTask;
        });
        await ExpectTerminatedAsync(watcher);
    }

    [Fact]
    public async Task WatchAsync_completes_with_the_end()
    {
        var actor = Idle("async");
        var ended = actor.WatchAsync();
        Assert.False(ended.IsCompleted);
        Sys.Stop(actor);
        Assert.True(await ended.WaitAsync(Patience, TimeProvider.System));
    }

    private IActorRef Idle(string name) => Sys.ActorOf(Props.Create(() => new IdleActor()), name);

    private sealed class IdleActor : UntypedActor
    {
        protected override void OnReceive(object message)
        {
        }
    }

    private sealed class SlowWatcher(IActorRef watched, IActorRef observer, ManualResetEventSlim gate) : UntypedActor
    {
        protected override void PreStart()
        {
            Context.Watch(watched);
            observer.Tell("watching");
        }

        protected override void OnReceive(object message)
        {
            if (message is "unwatch")
            {
                observer.Tell("about to unwatch");
                gate.Wait(Patience);
                Context.Unwatch(watched);
            }
            else
            {
                observer.Tell(message is Terminated ? "terminated" : message);
            }
        }
    }

    private sealed class WithWatcher(IActorRef watched, IActorRef observer) : UntypedActor
    {
        protected override void PreStart()
        {
            Context.WatchWith(watched, "it has ended");
            observer.Tell("watching");
        }

        protected override void OnReceive(object message) => observer.Tell(message);
    }

    private sealed class Pact(IActorRef watched, IActorRef observer) : ReceiveActor
    {
        protected override void PreStart()
        {
            Context.Watch(watched);
            observer.Tell("watching");
        }
    }
}
