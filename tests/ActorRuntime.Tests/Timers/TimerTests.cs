using Akka.Actor;
using Akka.TestKit;

namespace Trapline.ActorRuntime.Tests.Timers;

/// <summary>With the scheduler of the test kit, whose time only the test moves.</summary>
public sealed class TimerTests() : ActorTest("akka.scheduler.implementation = \"Akka.TestKit.TestScheduler, Akka.TestKit\"")
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private TestScheduler Scheduler => (TestScheduler)Sys.Scheduler;

    [Fact]
    public async Task A_single_timer_comes_once_and_never_early()
    {
        await Timed(t => t.StartSingleTimer("key", "tick", Second));
        Scheduler.Advance(TimeSpan.FromMilliseconds(999));
        await ExpectNoMsgAsync(Quiet);
        Scheduler.Advance(TimeSpan.FromMilliseconds(1));
        await ExpectMsgAsync("tick");
        Scheduler.Advance(Second);
        await ExpectNoMsgAsync(Quiet);
    }

    [Fact]
    public async Task A_periodic_timer_comes_again_and_again()
    {
        await Timed(t => t.StartPeriodicTimer("key", "tick", Second));
        for (var i = 0; i < 3; i++)
        {
            Scheduler.Advance(Second);
            await ExpectMsgAsync("tick");
        }
    }

    [Fact]
    public async Task A_cancelled_timer_does_not_come()
    {
        var actor = await Timed(t => t.StartPeriodicTimer("key", "tick", Second));
        Scheduler.Advance(Second);
        await ExpectMsgAsync("tick");
        Assert.Equal("done", await actor.Ask<string>((Action<ITimerScheduler>)(t => t.Cancel("key")), Patience));
        Scheduler.Advance(Second);
        await ExpectNoMsgAsync(Quiet);
    }

    [Fact]
    public async Task A_message_of_a_cancelled_timer_that_is_in_the_mailbox_already_is_dropped()
    {
        var actor = await Timed(t => t.StartSingleTimer("key", "tick", Second));
        using var gate = new ManualResetEventSlim();
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        actor.Tell((Action<ITimerScheduler>)(t =>
        {
            entered.SetResult();
            gate.Wait(Patience);
            t.Cancel("key");
        }), ActorRefs.NoSender);
        await entered.Task.WaitAsync(Patience, TimeProvider.System);
        Scheduler.Advance(Second);
        gate.Set();
        Assert.Equal("done", await actor.Ask<string>((Action<ITimerScheduler>)(_ => { }), Patience));
        await ExpectNoMsgAsync(Quiet);
    }

    [Fact]
    public async Task A_timer_with_the_same_key_replaces_the_earlier_one()
    {
        await Timed(t =>
        {
            t.StartSingleTimer("key", "old", Second);
            t.StartSingleTimer("key", "new", Second + Second);
        });
        Scheduler.Advance(Second);
        await ExpectNoMsgAsync(Quiet);
        Scheduler.Advance(Second);
        await ExpectMsgAsync("new");
    }

    [Fact]
    public async Task A_restart_cancels_the_timers()
    {
        var actor = await Timed(t => t.StartPeriodicTimer("key", "tick", Second));
        await EventFilter.Exception<InvalidOperationException>("timers").ExpectOneAsync(() =>
        {
            actor.Tell((Action<ITimerScheduler>)(_ => throw new InvalidOperationException("timers")));
            return Task.CompletedTask;
        });
        Assert.Equal("done", await actor.Ask<string>((Action<ITimerScheduler>)(t => Assert.False(t.IsTimerActive("key"))), Patience));
        Scheduler.Advance(Second);
        await ExpectNoMsgAsync(Quiet);
    }

    [Fact]
    public async Task The_scheduler_tells_once_and_repeatedly_until_cancelled()
    {
        Sys.Scheduler.ScheduleTellOnce(Second, TestActor, "once", ActorRefs.NoSender);
        var repeated = Sys.Scheduler.ScheduleTellRepeatedlyCancelable(Second, Second, TestActor, "again", ActorRefs.NoSender);
        Scheduler.Advance(Second);
        Assert.Equal(["again", "once"], (await ReceiveNAsync(2).ToListAsync()).Cast<string>().Order(StringComparer.Ordinal));
        Scheduler.Advance(Second);
        await ExpectMsgAsync("again");
        repeated.Cancel();
        Scheduler.Advance(Second);
        await ExpectNoMsgAsync(Quiet);
    }

    private async Task<IActorRef> Timed(Action<ITimerScheduler> begin)
    {
        var actor = Sys.ActorOf(Props.Create(() => new TimedActor(TestActor)));
        Assert.Equal("done", await actor.Ask<string>(begin, Patience));
        return actor;
    }

    private sealed class TimedActor(IActorRef observer) : UntypedActor, IWithTimers
    {
        public ITimerScheduler Timers { get; set; } = null!;

        protected override void OnReceive(object message)
        {
            if (message is Action<ITimerScheduler> action)
            {
                action(Timers);
                Sender.Tell("done");
            }
            else
            {
                observer.Tell(message);
            }
        }
    }
}
