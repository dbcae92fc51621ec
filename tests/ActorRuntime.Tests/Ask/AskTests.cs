using Akka.Actor;

namespace Trapline.ActorRuntime.Tests.Ask;

public sealed class AskTests : ActorTest
{
    [Fact]
    public async Task The_answer_completes_the_task()
    {
        var answerer = Answerer();
        Assert.Equal("answer to x", await answerer.Ask<string>("x", Patience));
        Assert.Equal("answer to y", await answerer.Ask("y", Patience));
        Assert.Equal("answer to z", await answerer.Ask<string>("z"));
    }

    [Fact]
    public async Task Without_an_answer_in_time_the_task_fails()
    {
        await Assert.ThrowsAsync<AskTimeoutException>(() => Answerer().Ask<string>("silence", TimeSpan.FromMilliseconds(50)));
    }

    [Fact]
    public async Task A_cancelled_ask_is_a_cancelled_task()
    {
        using var cancel = new CancellationTokenSource();
        var ask = Answerer().Ask<string>("silence", cancel.Token);
        Assert.False(ask.IsCompleted);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ask);
    }

    [Fact]
    public async Task A_failure_as_answer_fails_the_task()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => Answerer().Ask<string>("failure", Patience));
        Assert.Equal("no", failure.Message);
    }

    [Fact]
    public async Task Many_asks_at_once_each_get_their_own_answer()
    {
        var answerer = Answerer();
        var answers = await Task.WhenAll(Enumerable.Range(0, 500).Select(i => answerer.Ask<string>($"{i}", Patience)));
        Assert.Equal(Enumerable.Range(0, 500).Select(i => $"answer to {i}"), answers);
    }

    [Fact]
    public async Task The_sender_of_an_ask_is_a_reference_that_can_be_compared_and_forwarded()
    {
        var answerer = Answerer();
        var relay = Sys.ActorOf(Props.Create(() => new Relay(answerer)));
        Assert.Equal("answer to relayed", await relay.Ask<string>("relayed", Patience));
    }

    [Fact]
    public async Task PipeTo_sends_the_result_or_the_failure()
    {
        await Task.FromResult("result").PipeTo(TestActor);
        await ExpectMsgAsync("result");
        await Task.FromException<string>(new InvalidOperationException("piped")).PipeTo(TestActor);
        Assert.Equal("piped", (await ExpectMsgAsync<Status.Failure>()).Cause.Message);
        await Task.FromResult(3).PipeTo(TestActor, success: n => n + 1);
        await ExpectMsgAsync(4);
        await Task.FromException<int>(new InvalidOperationException("x")).PipeTo(TestActor, failure: e => e.Message);
        await ExpectMsgAsync("x");
    }

    private IActorRef Answerer() => Sys.ActorOf(Props.Create(() => new AnswerActor()));

    private sealed class AnswerActor : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is "silence")
                return;
            Sender.Tell(message is "failure" ? new Status.Failure(new InvalidOperationException("no")) : $"answer to {message}");
        }
    }

    private sealed class Relay(IActorRef target) : UntypedActor
    {
        private readonly Dictionary<IActorRef, object> _pending = [];

        protected override void OnReceive(object message)
        {
            _pending.Add(Sender, message);
            target.Forward(message);
        }
    }
}
