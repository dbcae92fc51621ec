using Akka.Actor;
using Akka.Pattern;

namespace Trapline.ActorRuntime.Tests.Pattern;

public sealed class PatternTests : ActorTest
{
    [Fact]
    public async Task A_backoff_supervisor_starts_a_child_again_that_has_ended()
    {
        var supervisor = Sys.ActorOf(BackoffSupervisor.Props(Backoff.OnStop(
            Props.Create(() => new Child(TestActor)), "child", TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(200), 0, -1).WithManualReset()));
        for (var i = 0; i < 3; i++)
        {
            var child = await ExpectMsgAsync<IActorRef>();
            Assert.Equal(supervisor.Path / "child", child.Path);
            child.Tell(PoisonPill.Instance, ActorRefs.NoSender);
        }

        var last = await ExpectMsgAsync<IActorRef>();
        supervisor.Tell("through", TestActor);
        await ExpectMsgAsync("through");
        supervisor.Tell(BackoffSupervisor.GetRestartCount.Instance, TestActor);
        Assert.Equal(3, (await ExpectMsgAsync<BackoffSupervisor.RestartCount>()).Count);
        supervisor.Tell(BackoffSupervisor.GetCurrentChild.Instance, TestActor);
        Assert.Equal(last, (await ExpectMsgAsync<BackoffSupervisor.CurrentChild>()).Ref);
    }

    [Fact]
    public async Task A_backoff_supervisor_answers_a_failure_with_a_later_start()
    {
        var supervisor = Sys.ActorOf(BackoffSupervisor.Props(Backoff.OnFailure(
            Props.Create(() => new Child(TestActor)), "child", TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(200), 0, -1)));
        var first = await ExpectMsgAsync<IActorRef>();
        await EventFilter.Exception<InvalidOperationException>("child").ExpectOneAsync(() =>
        {
            first.Tell(new InvalidOperationException("child"), ActorRefs.NoSender);
            return Task.CompletedTask;
        });
        await ExpectMsgAsync<IActorRef>();
        supervisor.Tell("again", TestActor);
        await ExpectMsgAsync("again");
    }

    [Fact]
    public async Task A_circuit_breaker_opens_after_failures_and_closes_after_a_success()
    {
        var breaker = CircuitBreaker.Create(Sys.Scheduler, 2, Patience, TimeSpan.FromMilliseconds(100));
        var opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        breaker.OnOpen(() => opened.TrySetResult());
        for (var i = 0; i < 2; i++)
            await Assert.ThrowsAsync<InvalidOperationException>(() => breaker.WithCircuitBreaker(() => Task.FromException<int>(new InvalidOperationException("x"))));
        await opened.Task.WaitAsync(Patience, TimeProvider.System);
        await AwaitConditionAsync(() => breaker.IsHalfOpen, Patience, TimeSpan.FromMilliseconds(5));
        Assert.Equal(7, await breaker.WithCircuitBreaker(() => Task.FromResult(7)));
        await AwaitConditionAsync(() => breaker.IsClosed, Patience, TimeSpan.FromMilliseconds(5));
    }

    [Fact]
    public async Task Retry_repeats_what_fails()
    {
        var tries = 0;
        Assert.Equal(3, await RetrySupport.Retry(
            () => ++tries < 3 ? Task.FromException<int>(new InvalidOperationException("not yet")) : Task.FromResult(tries),
            5,
            TimeSpan.FromMilliseconds(5),
            Sys.Scheduler));
        await Assert.ThrowsAsync<InvalidOperationException>(() => RetrySupport.Retry(() => Task.FromException<int>(new InvalidOperationException("never")), 2));
    }

    private sealed class Child(IActorRef observer) : UntypedActor
    {
        protected override void PreStart() => observer.Tell(Self);

        protected override void OnReceive(object message)
        {
            if (message is Exception e)
                throw e;
            Sender.Tell(message);
        }
    }
}
