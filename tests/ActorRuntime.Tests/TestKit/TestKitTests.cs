using Akka.Actor;
using Akka.TestKit;

namespace Trapline.ActorRuntime.Tests.TestKit;

public sealed class TestKitTests : ActorTest
{
    [Fact]
    public async Task The_test_actor_is_the_sender_of_what_a_test_tells_also_after_an_await()
    {
        var echo = Sys.ActorOf(Props.Create(() => new Echo()));
        echo.Tell(1);
        await ExpectMsgAsync(1);
        await Task.Yield();
        echo.Tell(2);
        await ExpectMsgAsync(2);
        Assert.Equal(echo, LastSender);
    }

    [Fact]
    public void Expectations_block_or_can_be_awaited()
    {
        TestActor.Tell("a");
        TestActor.Tell("b");
        Assert.True(HasMessages);
        Assert.Equal("a", ExpectMsg<string>());
        ExpectMsg<string>(m => Assert.Equal("b", m));
        ExpectNoMsg(Quiet);
    }

    [Fact]
    public void A_wrong_message_fails_the_expectation()
    {
        TestActor.Tell("a");
        Assert.ThrowsAny<Exception>(() => ExpectMsg<int>());
        TestActor.Tell("a");
        Assert.ThrowsAny<Exception>(() => ExpectMsg("b"));
        Assert.ThrowsAny<Exception>(() => ExpectMsg<string>(Quiet));
        TestActor.Tell("a");
        Assert.ThrowsAny<Exception>(() => ExpectNoMsg(Quiet));
    }

    [Fact]
    public async Task FishForMessage_skips_what_does_not_fit()
    {
        for (var i = 0; i < 5; i++)
            TestActor.Tell(i);
        Assert.Equal(3, await FishForMessageAsync<int>(i => i == 3));
        await ExpectMsgAsync(4);
    }

    [Fact]
    public async Task ReceiveN_and_ReceiveWhile_collect()
    {
        foreach (var message in new object[] { 1, 2, "stop", 3 })
            TestActor.Tell(message);
        Assert.Equal([1, 2], ReceiveWhile<object>(TimeSpan.FromSeconds(30), m => m is int ? m : null!));
        await ExpectMsgAsync("stop");
        Assert.Equal([3], await ReceiveNAsync(1).ToListAsync());
    }

    [Fact]
    public void ExpectMsgAllOf_takes_any_order()
    {
        TestActor.Tell("b");
        TestActor.Tell("a");
        Assert.Equal(2, ExpectMsgAllOf("a", "b").Count);
    }

    [Fact]
    public async Task A_probe_answers_and_forwards()
    {
        var probe = CreateTestProbe("probe");
        probe.Ref.Tell("question", TestActor);
        await probe.ExpectMsgAsync("question");
        probe.Reply("answer");
        await ExpectMsgAsync("answer");
        Assert.Equal(probe.Ref, LastSender);
        probe.Forward(TestActor);
        await ExpectMsgAsync("question");
    }

    [Fact]
    public async Task An_auto_pilot_answers_by_itself()
    {
        var probe = CreateTestProbe();
        probe.SetAutoPilot(new DelegateAutoPilot((sender, message) =>
        {
            sender.Tell($"auto {message}", ActorRefs.NoSender);
            return AutoPilot.KeepRunning;
        }));
        probe.Ref.Tell("x", TestActor);
        probe.Ref.Tell("y", TestActor);
        await ExpectMsgAsync("auto x");
        await ExpectMsgAsync("auto y");
        await probe.ExpectMsgAsync("x");
    }

    [Fact]
    public async Task Ignored_messages_are_not_seen()
    {
        IgnoreMessages(m => m is "noise");
        TestActor.Tell("noise");
        TestActor.Tell("signal");
        await ExpectMsgAsync("signal");
        IgnoreNoMessages();
        TestActor.Tell("noise");
        await ExpectMsgAsync("noise");
    }

    [Fact]
    public async Task AwaitAssert_and_AwaitCondition_repeat_until_it_is_true()
    {
        var tries = 0;
        await AwaitAssertAsync(() => Assert.True(++tries >= 3), Patience, TimeSpan.FromMilliseconds(5));
        Assert.Equal(3, tries);
        await AwaitConditionAsync(() => ++tries >= 5, Patience, TimeSpan.FromMilliseconds(5));
        Assert.ThrowsAny<Exception>(() => AwaitCondition(() => false, Quiet));
    }

    [Fact]
    public void Within_limits_the_waits_inside_it()
    {
        var failed = Assert.ThrowsAny<Exception>(() => Within(Quiet, () => ExpectMsg("never")));
        Assert.NotNull(failed);
        Assert.Equal(5, Within(Patience, () => 5));
    }

    [Fact]
    public async Task ChildActorOf_makes_children_of_a_probe_with_a_strategy_of_their_own()
    {
        var probe = CreateTestProbe();
        var child = await probe.ChildActorOfAsync(Props.Create(() => new Echo()), "kid", new OneForOneStrategy(static _ => Directive.Stop));
        Assert.Equal(probe.Ref.Path / "kid", child.Path);
        Watch(child);
        child.Tell(new InvalidOperationException("x"));
        await ExpectTerminatedAsync(child);
    }

    private sealed class Echo : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is Exception e)
                throw e;
            Sender.Tell(message);
        }
    }
}
