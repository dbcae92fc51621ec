using Akka.Actor;
using Akka.Configuration;
using Akka.Event;

namespace Akka.Embedded.Tests.Actor;

/// <summary>The mailbox under many threads: nothing lost, nothing twice, nothing left lying, order kept.</summary>
public sealed class MailboxTests : IDisposable
{
    private const int Producers = 4;
    private const int PerProducer = 20_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ActorSystem _system = ActorSystem.Create("mailbox", ConfigurationFactory.ParseString(
        "akka { loglevel = ERROR, stdout-loglevel = OFF, log-dead-letters = off, coordinated-shutdown.run-by-clr-shutdown-hook = off }"));

    public void Dispose() => _system.Terminate().Wait(Patience);

    [Theory]
    [InlineData(1)]
    [InlineData(30)]
    public async Task Each_message_is_handled_once_and_in_the_order_of_its_sender(int throughput)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var actor = _system.ActorOf(Props.Create(() => new Checker(done)));
        ((LocalActorRef)actor).Cell.Dispatcher.Throughput = throughput;
        await Produce(actor);
        await done.Task.WaitAsync(Patience, TimeProvider.System);
    }

    [Fact]
    public async Task Suspensions_and_resumptions_lose_nothing()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var actor = (LocalActorRef)_system.ActorOf(Props.Create(() => new Checker(done)));
        using var stop = new CancellationTokenSource();
        var toggling = Task.Run(async () =>
        {
            // One pair at a time: system messages go before user messages, and a flood of them would hold these up for ever.
            while (!stop.IsCancellationRequested)
            {
                actor.Suspend();
                actor.Resume();
                await actor.Ask<ActorIdentity>(new Identify(0), Patience);
            }
        });
        await Produce(actor);
        await done.Task.WaitAsync(Patience, TimeProvider.System);
        await stop.CancelAsync();
        await toggling;
    }

    [Fact]
    public async Task Wake_ups_are_not_missed_when_messages_come_one_by_one()
    {
        var echo = _system.ActorOf(Props.Create(() => new Echo()));
        for (var i = 0; i < 20_000; i++)
            Assert.Equal(i, await echo.Ask<int>(i, Patience));
    }

    [Fact]
    public async Task What_an_ending_actor_does_not_handle_becomes_a_dead_letter()
    {
        using var letters = new CountdownEvent(1);
        var counter = _system.ActorOf(Props.Create(() => new LetterCounter(letters)));
        _system.EventStream.Subscribe(counter, typeof(DeadLetter));
        var handled = new Tally();
        var actor = _system.ActorOf(Props.Create(() => new Ender(handled)));
        letters.AddCount(Producers * PerProducer);
        await Produce(actor, stopHalfway: true);
        Assert.True(await actor.GracefulStop(Patience));

        // Each message was handled or is a dead letter; the one extra count is ours.
        for (var i = 0; i < handled.Count; i++)
            letters.Signal();
        letters.Signal();
        Assert.True(await Task.Run(() => letters.Wait(Patience)));
        Assert.InRange(handled.Count, 1, (Producers * PerProducer) - 1);
    }

    [Fact]
    public async Task The_queue_counts_what_waits()
    {
        using var gate = new ManualResetEventSlim();
        var actor = (LocalActorRef)_system.ActorOf(Props.Create(() => new Gated(gate)));
        actor.Tell("first", ActorRefs.NoSender);
        await WaitUntil(() => actor.Cell.Mailbox.CountMessages() <= 1);
        for (var i = 0; i < 5000; i++)
            actor.Tell("more", ActorRefs.NoSender);
        Assert.InRange(actor.Cell.Mailbox.CountMessages(), 5000, 5001);
        gate.Set();
        await WaitUntil(() => actor.Cell.Mailbox.CountMessages() == 0);
    }

    private static Task Produce(IActorRef actor, bool stopHalfway = false) => Task.WhenAll(Enumerable.Range(0, Producers).Select(id => Task.Run(() =>
    {
        for (var i = 0; i < PerProducer; i++)
        {
            actor.Tell((id, i), ActorRefs.NoSender);
            if (stopHalfway && i == PerProducer / 2)
                actor.Tell(PoisonPill.Instance, ActorRefs.NoSender);
        }
    })));

    private static async Task WaitUntil(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!condition())
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, limit.Token);
    }

    private sealed class Tally
    {
        internal volatile int Count;
    }

    private sealed class Checker(TaskCompletionSource done) : UntypedActor
    {
        private readonly int[] _next = new int[Producers];
        private int _handled;

        protected override void OnReceive(object message)
        {
            var (id, number) = ((int, int))message;
            if (number != _next[id]++)
                done.TrySetException(new InvalidOperationException($"message {number} of producer {id} came instead of {_next[id] - 1}"));
            if (++_handled == Producers * PerProducer)
                done.TrySetResult();
        }
    }

    private sealed class Echo : UntypedActor
    {
        protected override void OnReceive(object message) => Sender.Tell(message);
    }

    private sealed class Ender(Tally handled) : UntypedActor
    {
        protected override void OnReceive(object message) => handled.Count++;
    }

    private sealed class Gated(ManualResetEventSlim gate) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is "first")
                gate.Wait(Patience);
        }
    }

    private sealed class LetterCounter(CountdownEvent letters) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is DeadLetter { Message: ValueTuple<int, int> })
                letters.Signal();
        }
    }
}
