using Akka.Actor;

namespace Trapline.ActorRuntime.Tests.Actor;

public sealed class StashTests : ActorTest
{
    [Fact]
    public async Task Stashed_messages_come_back_in_order_before_those_that_arrived_later()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Gatekeeper()));
        foreach (var message in new[] { "a", "b", "open", "c" })
            actor.Tell(message, TestActor);
        foreach (var message in new[] { "a", "b", "c" })
            await ExpectMsgAsync(message);
    }

    [Fact]
    public async Task Unstash_gives_back_the_oldest_message_only()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Gatekeeper()));
        foreach (var message in new[] { "a", "b", "one", "x" })
            actor.Tell(message, TestActor);
        await ExpectMsgAsync("a");
        await ExpectMsgAsync("x");
    }

    [Fact]
    public async Task Stashed_messages_survive_a_restart()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Gatekeeper()));
        actor.Tell("a", TestActor);
        actor.Tell("b", TestActor);
        await EventFilter.Exception<InvalidOperationException>("gate").ExpectOneAsync(() =>
        {
            actor.Tell("fail", TestActor);
            return Task.CompletedTask;
        });
        actor.Tell("open", TestActor);
        await ExpectMsgAsync("a");
        await ExpectMsgAsync("b");
    }

    [Fact]
    public async Task A_full_stash_fails_the_actor()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Gatekeeper()).WithStashCapacity(2));
        await EventFilter.Exception<StashOverflowException>().ExpectOneAsync(() =>
        {
            foreach (var message in new[] { "a", "b", "c" })
                actor.Tell(message, TestActor);
            return Task.CompletedTask;
        });
    }

    private sealed class Gatekeeper : UntypedActorWithStash
    {
        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case "open":
                    Become(m => Sender.Tell(m));
                    Stash.UnstashAll();
                    break;
                case "one":
                    Become(m => Sender.Tell(m));
                    Stash.Unstash();
                    break;
                case "fail":
                    throw new InvalidOperationException("gate");
                default:
                    Stash.Stash();
                    break;
            }
        }
    }
}
