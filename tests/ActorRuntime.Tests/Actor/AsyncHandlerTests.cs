using Akka.Actor;

namespace Trapline.ActorRuntime.Tests.Actor;

public sealed class AsyncHandlerTests : ActorTest
{
    [Fact]
    public async Task The_next_message_waits_until_the_handlers_task_has_completed()
    {
        var gate = new TaskCompletionSource();
        var actor = Sys.ActorOf(Props.Create(() => new Worker(gate.Task)));
        actor.Tell("wait", TestActor);
        await ExpectMsgAsync("begun");
        actor.Tell("quick", TestActor);
        await ExpectNoMsgAsync(Quiet);
        gate.SetResult();
        await ExpectMsgAsync("ended");
        await ExpectMsgAsync("quick");
    }

    [Fact]
    public async Task Self_sender_and_context_are_right_after_each_await()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Worker(Task.CompletedTask)), "worker");
        var probe = CreateTestProbe();
        actor.Tell("context", probe.Ref);
        var (self, sender, context) = await probe.ExpectMsgAsync<(IActorRef, IActorRef, IActorRef)>();
        Assert.Equal(actor, self);
        Assert.Equal(probe.Ref, sender);
        Assert.Equal(actor, context);
    }

    [Fact]
    public async Task The_actor_stays_single_threaded_through_awaits()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Worker(Task.CompletedTask)));
        for (var i = 0; i < 200; i++)
            actor.Tell("count", TestActor);
        actor.Tell("total", TestActor);
        await ExpectMsgAsync(200 * 3);
    }

    [Fact]
    public async Task An_exception_after_an_await_fails_the_actor_with_the_message_in_hand()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Failing(TestActor)));
        await EventFilter.Exception<InvalidOperationException>("after await").ExpectOneAsync(async () =>
        {
            actor.Tell("fail", TestActor);
            await ExpectMsgAsync("restarted by after await with fail");
        });
        actor.Tell("ping", TestActor);
        await ExpectMsgAsync("ping");
    }

    private sealed class Worker : ReceiveActor
    {
        private int _count;

        public Worker(Task gate)
        {
            ReceiveAsync<string>(
                async _ =>
                {
                    Sender.Tell("begun");
                    await gate;
                    Sender.Tell("ended");
                },
                m => m == "wait");
            ReceiveAsync<string>(
                async _ =>
                {
                    await Task.Yield();
                    await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
                    Sender.Tell((Self, Sender, Context.Self));
                },
                m => m == "context");
            ReceiveAsync<string>(
                async _ =>
                {
                    for (var i = 0; i < 3; i++)
                    {
                        var before = _count;
                        await Task.Yield();
                        _count = before + 1;
                    }
                },
                m => m == "count");
            Receive<string>(_ => Sender.Tell(_count), m => m == "total");
            ReceiveAny(m => Sender.Tell(m));
        }
    }

    private sealed class Failing : ReceiveActor
    {
        private readonly IActorRef _observer;

        public Failing(IActorRef observer)
        {
            _observer = observer;
            ReceiveAsync<string>(
                async _ =>
                {
                    await Task.Yield();
                    throw new InvalidOperationException("after await");
                },
                m => m == "fail");
            ReceiveAny(m => Sender.Tell(m));
        }

        protected override void PreRestart(Exception reason, object? message)
        {
            _observer.Tell($"restarted by {reason.Message} with {message}");
            base.PreRestart(reason, message);
        }
    }
}
