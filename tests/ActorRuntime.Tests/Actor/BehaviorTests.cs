using Akka.Actor;
using Akka.Event;

namespace Trapline.ActorRuntime.Tests.Actor;

public sealed class BehaviorTests : ActorTest
{
    [Fact]
    public async Task The_first_declared_handler_whose_predicate_accepts_the_message_gets_it()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Sorter()));
        foreach (var (message, answer) in new (object, string)[]
                 {
                     (7, "small int"), (700, "int"), ("x", "string"), (2.5, "anything"), (new List<int>(), "collection"),
                 })
        {
            actor.Tell(message, TestActor);
            await ExpectMsgAsync(answer);
        }
    }

    [Fact]
    public async Task Become_replaces_the_behaviour_and_unbecome_goes_back_to_the_one_below()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Layers()));
        foreach (var (message, answer) in new[] { ("?", "base"), ("push", ""), ("?", "pushed"), ("push", ""), ("?", "pushed"), ("pop", ""), ("?", "pushed"), ("pop", ""), ("?", "base"), ("replace", ""), ("?", "replaced") })
        {
            actor.Tell(message, TestActor);
            if (answer.Length > 0)
                await ExpectMsgAsync(answer);
        }
    }

    [Fact]
    public async Task A_behaviour_that_the_constructor_becomes_is_in_force_from_the_first_message()
    {
        var actor = Sys.ActorOf(Props.Create(() => new BornReady()));
        actor.Tell("x", TestActor);
        await ExpectMsgAsync("ready: x");
    }

    [Fact]
    public async Task A_message_that_nobody_handles_is_published_as_unhandled()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(UnhandledMessage));
        var actor = Sys.ActorOf(Props.Create(() => new Layers()));
        actor.Tell(42, TestActor);
        var unhandled = await ExpectMsgAsync<UnhandledMessage>();
        Assert.Equal(42, unhandled.Message);
        Assert.Equal(actor, unhandled.Recipient);
        Assert.Equal(TestActor, unhandled.Sender);
    }

    [Fact]
    public async Task Names_are_unique_among_siblings_and_free_again_after_the_end()
    {
        var first = Sys.ActorOf(Props.Create(() => new Layers()), "twin");
        Assert.Throws<InvalidActorNameException>(() => Sys.ActorOf(Props.Create(() => new Layers()), "twin"));
        Assert.True(await first.GracefulStop(Patience));
        await AwaitAssertAsync(() => Sys.ActorOf(Props.Create(() => new Layers()), "twin"), Patience);
        Assert.Throws<InvalidActorNameException>(() => Sys.ActorOf(Props.Create(() => new Layers()), "$dollar"));
        Assert.Throws<InvalidActorNameException>(() => Sys.ActorOf(Props.Create(() => new Layers()), "a/b"));
    }

    [Fact]
    public async Task Props_make_an_actor_from_type_and_arguments()
    {
        var actor = Sys.ActorOf(Props.Create<Greeter>("hello", 3));
        actor.Tell("who", TestActor);
        await ExpectMsgAsync("hello 3");
        var byExpression = Sys.ActorOf(Props.Create(() => new Greeter("hi", 4)));
        byExpression.Tell("who", TestActor);
        await ExpectMsgAsync("hi 4");
    }

    private sealed class Sorter : ReceiveActor
    {
        public Sorter()
        {
            Receive<int>(_ => Sender.Tell("small int"), i => i < 10);
            Receive<int>(_ => Sender.Tell("int"));
            Receive<string>(_ => Sender.Tell("string"));
            Receive<System.Collections.ICollection>(_ => Sender.Tell("collection"));
            ReceiveAny(_ => Sender.Tell("anything"));
        }
    }

    private sealed class Layers : ReceiveActor
    {
        public Layers()
        {
            Receive<string>(_ => Sender.Tell("base"), m => m == "?");
            Transitions();
        }

        private void Pushed()
        {
            Receive<string>(_ => Sender.Tell("pushed"), m => m == "?");
            Transitions();
        }

        private void Transitions()
        {
            Receive<string>(_ => BecomeStacked(Pushed), m => m == "push");
            Receive<string>(_ => UnbecomeStacked(), m => m == "pop");
            Receive<string>(_ => Become(() => Receive<string>(_ => Sender.Tell("replaced"))), m => m == "replace");
        }
    }

    private sealed class BornReady : ReceiveActor
    {
        public BornReady() => Become(() => Receive<string>(m => Sender.Tell("ready: " + m)));
    }

    private sealed class Greeter(string greeting, int number) : UntypedActor
    {
        protected override void OnReceive(object message) => Sender.Tell($"{greeting} {number}");
    }
}
