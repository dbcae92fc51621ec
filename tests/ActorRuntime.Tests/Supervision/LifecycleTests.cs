using Akka.Actor;

namespace Trapline.ActorRuntime.Tests.Supervision;

/// <summary>The hooks in the documented order, as one log that all instances of an actor write to.</summary>
public sealed class LifecycleTests : ActorTest
{
    [Fact]
    public async Task Start_and_stop()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Hooked(TestActor)));
        await Logged("constructor", "PreStart");
        Sys.Stop(actor);
        await Logged("PostStop");
    }

    [Fact]
    public async Task Restart_calls_PreRestart_on_the_old_and_PostRestart_on_the_new_instance()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Hooked(TestActor)));
        await Logged("constructor", "PreStart");
        await EventFilter.Exception<InvalidOperationException>().ExpectOneAsync(async () =>
        {
            actor.Tell(new InvalidOperationException("oops"));
            await Logged("PreRestart oops System.InvalidOperationException: oops", "PostStop", "constructor", "PostRestart oops", "PreStart");
        });
        actor.Tell("still there");
        await Logged("still there");
    }

    [Fact]
    public async Task A_restart_stops_the_children_first()
    {
        var parent = Sys.ActorOf(Props.Create(() => new ParentOfOne(TestActor)));
        await Logged("child started");
        await EventFilter.Exception<InvalidOperationException>().ExpectOneAsync(async () =>
        {
            parent.Tell("fail");
            await Logged("child ended", "child started");
        });
    }

    [Fact]
    public async Task A_constructor_that_throws_ends_the_actor()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Unborn()));
        Watch(actor);
        await ExpectTerminatedAsync(actor);
    }

    [Fact]
    public async Task Messages_after_the_one_that_failed_are_handled_by_the_new_instance()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Hooked(TestActor)));
        await Logged("constructor", "PreStart");
        await EventFilter.Exception<InvalidOperationException>().ExpectOneAsync(async () =>
        {
            actor.Tell(new InvalidOperationException("x"));
            actor.Tell("after");
            await Logged("PreRestart x System.InvalidOperationException: x", "PostStop", "constructor", "PostRestart x", "PreStart", "after");
        });
    }

    private async Task Logged(params string[] expected)
    {
        foreach (var line in expected)
            await ExpectMsgAsync(line);
    }

    private sealed class Hooked : UntypedActor
    {
        private readonly IActorRef _log;

        public Hooked(IActorRef log)
        {
            _log = log;
            log.Tell("constructor");
        }

        protected override void OnReceive(object message)
        {
            if (message is Exception e)
                throw e;
            _log.Tell(message);
        }

        protected override void PreStart() => _log.Tell("PreStart");

        protected override void PostStop() => _log.Tell("PostStop");

        protected override void PreRestart(Exception reason, object? message)
        {
            var first = message?.ToString()?.Split('\n')[0].TrimEnd('\r');
            _log.Tell($"PreRestart {reason.Message} {first}");
            base.PreRestart(reason, message);
        }

        protected override void PostRestart(Exception reason)
        {
            _log.Tell($"PostRestart {reason.Message}");
            base.PostRestart(reason);
        }
    }

    private sealed class ParentOfOne(IActorRef log) : UntypedActor
    {
        protected override void PreStart() => Context.ActorOf(Props.Create(() => new Child(log)), "child");

        protected override void OnReceive(object message) => throw new InvalidOperationException("parent");
    }

    private sealed class Child(IActorRef log) : UntypedActor
    {
        protected override void PreStart() => log.Tell("child started");

        protected override void PostStop() => log.Tell("child ended");

        protected override void OnReceive(object message)
        {
        }
    }

    private sealed class Unborn : UntypedActor
    {
        public Unborn() => throw new InvalidOperationException("never born");

        protected override void OnReceive(object message)
        {
        }
    }
}
