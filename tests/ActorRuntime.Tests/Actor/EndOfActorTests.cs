using Akka.Actor;
using Akka.Event;

namespace Trapline.ActorRuntime.Tests.Actor;

public sealed class EndOfActorTests : ActorTest
{
    [Fact]
    public async Task PoisonPill_ends_the_actor_after_the_messages_before_it()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Echo(TestActor)));
        Watch(actor);
        actor.Tell(1);
        actor.Tell(2);
        actor.Tell(PoisonPill.Instance);
        await ExpectMsgAsync(1);
        await ExpectMsgAsync(2);
        await ExpectMsgAsync("post stop");
        await ExpectTerminatedAsync(actor);
    }

    [Fact]
    public async Task Kill_fails_the_actor_and_the_default_supervisor_ends_it()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Echo(TestActor)));
        Watch(actor);
        await EventFilter.Exception<ActorKilledException>().ExpectOneAsync(async () =>
        {
            actor.Tell(Kill.Instance);
            await ExpectMsgAsync("post stop");
        });
        await ExpectTerminatedAsync(actor);
    }

    [Fact]
    public async Task Children_end_before_their_parent()
    {
        var parent = Sys.ActorOf(Props.Create(() => new Parent(TestActor)), "parent");
        Watch(parent);
        Sys.Stop(parent);
        await ExpectMsgAsync("child ended");
        await ExpectMsgAsync("parent ended");
        await ExpectTerminatedAsync(parent);
    }

    [Fact]
    public async Task GracefulStop_waits_for_the_end()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Echo(TestActor)));
        Assert.True(await actor.GracefulStop(Patience));
        await ExpectMsgAsync("post stop");
    }

    [Fact]
    public async Task Messages_to_an_actor_that_has_ended_become_dead_letters()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Echo(TestActor)));
        Assert.True(await actor.GracefulStop(Patience));
        await ExpectMsgAsync("post stop");
        Sys.EventStream.Subscribe(TestActor, typeof(DeadLetter));
        actor.Tell("too late", TestActor);
        var letter = await ExpectMsgAsync<DeadLetter>();
        Assert.Equal("too late", letter.Message);
        Assert.Equal(TestActor, letter.Sender);
        Assert.Equal(actor.Path, letter.Recipient.Path);
    }

    [Fact]
    public async Task A_receive_timeout_comes_after_silence_and_again_until_it_is_switched_off()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Sleeper(TestActor)));
        await ExpectMsgAsync("silence 1");
        await ExpectMsgAsync("silence 2");
        actor.Tell("off");
        await ExpectMsgAsync("switched off");
        await ExpectNoMsgAsync(Quiet);
    }

    private sealed class Echo(IActorRef observer) : UntypedActor
    {
        protected override void OnReceive(object message) => observer.Tell(message);

        protected override void PostStop() => observer.Tell("post stop");
    }

    private sealed class Parent(IActorRef observer) : UntypedActor
    {
        protected override void PreStart() => Context.ActorOf(Props.Create(() => new Child(observer)));

        protected override void OnReceive(object message)
        {
        }

        protected override void PostStop() => observer.Tell("parent ended");
    }

    private sealed class Child(IActorRef observer) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
        }

        protected override void PostStop() => observer.Tell("child ended");
    }

    private sealed class Sleeper : ReceiveActor
    {
        private int _silences;

        public Sleeper(IActorRef observer)
        {
            Context.SetReceiveTimeout(TimeSpan.FromMilliseconds(30));
            Receive<ReceiveTimeout>(_ =>
            {
                if (++_silences <= 2)
                    observer.Tell($"silence {_silences}");
            });
            Receive<string>(_ =>
            {
                Context.SetReceiveTimeout(null);
                _silences = 0;
                observer.Tell("switched off");
            });
        }
    }
}
