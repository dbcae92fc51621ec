using Akka.Actor;

namespace Trapline.ActorRuntime.Tests.Supervision;

public sealed class StrategyTests : ActorTest
{
    [Fact]
    public async Task Resume_keeps_the_state()
    {
        var child = await Supervised(new OneForOneStrategy(static _ => Directive.Resume));
        await Fails(child, 1);
        child.Tell("count", TestActor);
        await ExpectMsgAsync(2);
    }

    [Fact]
    public async Task Restart_begins_with_new_state()
    {
        var child = await Supervised(new OneForOneStrategy(static _ => Directive.Restart));
        await Fails(child, 1);
        child.Tell("count", TestActor);
        await ExpectMsgAsync(1);
    }

    [Fact]
    public async Task Stop_ends_the_child()
    {
        var child = await Supervised(new OneForOneStrategy(static _ => Directive.Stop));
        Watch(child);
        await Fails(child, 1);
        await ExpectTerminatedAsync(child);
    }

    [Fact]
    public async Task Escalate_fails_the_supervisor()
    {
        var child = await Supervised(new OneForOneStrategy(static _ => Directive.Escalate));
        Watch(child);

        // The supervisor is restarted by its own supervisor, and stops its children on the way.
        child.Tell("fail", ActorRefs.NoSender);
        await ExpectTerminatedAsync(child);
    }

    [Fact]
    public async Task A_child_is_stopped_when_it_has_used_up_its_retries()
    {
        var child = await Supervised(new OneForOneStrategy(2, TimeSpan.FromMinutes(10), static _ => Directive.Restart));
        Watch(child);
        await Fails(child, 2);
        child.Tell("count", TestActor);
        await ExpectMsgAsync(1);
        await Fails(child, 1);
        await ExpectTerminatedAsync(child);
    }

    [Fact]
    public async Task AllForOne_restarts_the_siblings_too()
    {
        var supervisor = Sys.ActorOf(Props.Create(() => new Supervisor(new AllForOneStrategy(static _ => Directive.Restart))));
        var first = await supervisor.Ask<IActorRef>("child", Patience);
        var second = await supervisor.Ask<IActorRef>("child", Patience);
        second.Tell("count", TestActor);
        await ExpectMsgAsync(1);
        second.Tell("count", TestActor);
        await ExpectMsgAsync(2);
        await Fails(first, 1);
        await AwaitAssertAsync(
            async () =>
            {
                var probe = CreateTestProbe();
                second.Tell("peek", probe.Ref);
                await probe.ExpectMsgAsync(0);
            },
            Patience);
    }

    [Fact]
    public async Task OneForOne_leaves_the_siblings_alone()
    {
        var supervisor = Sys.ActorOf(Props.Create(() => new Supervisor(new OneForOneStrategy(static _ => Directive.Restart))));
        var first = await supervisor.Ask<IActorRef>("child", Patience);
        var second = await supervisor.Ask<IActorRef>("child", Patience);
        second.Tell("count", TestActor);
        await ExpectMsgAsync(1);
        await Fails(first, 1);
        first.Tell("count", TestActor);
        await ExpectMsgAsync(1);
        second.Tell("count", TestActor);
        await ExpectMsgAsync(2);
    }

    [Fact]
    public async Task A_decider_goes_by_the_type_of_the_exception()
    {
        var decider = Decider.From(Directive.Restart, Directive.Resume.When<ArgumentException>(), Directive.Stop.When<FormatException>());
        Assert.Equal(Directive.Resume, decider.Decide(new ArgumentNullException("x")));
        Assert.Equal(Directive.Stop, decider.Decide(new FormatException()));
        Assert.Equal(Directive.Restart, decider.Decide(new InvalidOperationException()));
        await Task.CompletedTask;
    }

    [Fact]
    public async Task A_suspended_child_handles_no_message_until_the_supervisor_has_decided()
    {
        var decision = new TaskCompletionSource<Directive>();
        var observer = TestActor;
        var child = await Supervised(new OneForOneStrategy(_ =>
        {
            observer.Tell("deciding");
            return decision.Task.WaitAsync(Patience, TimeProvider.System).GetAwaiter().GetResult();
        }));
        child.Tell("fail", ActorRefs.NoSender);
        await ExpectMsgAsync("deciding");
        child.Tell("count", TestActor);
        await ExpectNoMsgAsync(Quiet);
        decision.SetResult(Directive.Resume);
        await ExpectMsgAsync(2);
    }

    private async Task<IActorRef> Supervised(SupervisorStrategy strategy)
    {
        var supervisor = Sys.ActorOf(Props.Create(() => new Supervisor(strategy)));
        var child = await supervisor.Ask<IActorRef>("child", Patience);
        child.Tell("count", TestActor);
        return await Expected(child);
    }

    private async Task<IActorRef> Expected(IActorRef child)
    {
        await ExpectMsgAsync(1);
        return child;
    }

    private async Task Fails(IActorRef child, int times)
    {
        for (var i = 0; i < times; i++)
        {
            // The failing message is answered before the exception, so the test knows that it was handled.
            child.Tell("fail", TestActor);
            await ExpectMsgAsync("failing");
        }
    }

    private sealed class Supervisor(SupervisorStrategy strategy) : UntypedActor
    {
        protected override SupervisorStrategy SupervisorStrategy() => strategy;

        protected override void OnReceive(object message) => Sender.Tell(Context.ActorOf(Props.Create(() => new Child())));
    }

    private sealed class Child : UntypedActor
    {
        private int _count;

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case "count":
                    Sender.Tell(++_count);
                    break;
                case "peek":
                    Sender.Tell(_count);
                    break;
                default:
                    Sender.Tell("failing");
                    throw new InvalidOperationException("child");
            }
        }
    }
}
