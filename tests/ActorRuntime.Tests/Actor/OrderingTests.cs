using Akka.Actor;

namespace Trapline.ActorRuntime.Tests.Actor;

public sealed class OrderingTests : ActorTest
{
    private const int Messages = 2000;

    [Fact]
    public async Task Messages_of_one_sender_arrive_in_the_order_in_which_they_were_sent()
    {
        var collector = Sys.ActorOf(Props.Create(() => new Collector()));
        var senders = Enumerable.Range(0, 4).Select(id => Task.Run(() =>
        {
            for (var i = 0; i < Messages; i++)
                collector.Tell(new Numbered(id, i), ActorRefs.NoSender);
        }));
        await Task.WhenAll(senders);
        var seen = await collector.Ask<IReadOnlyList<Numbered>>("report", Patience);
        Assert.Equal(4 * Messages, seen.Count);
        foreach (var bySender in seen.GroupBy(m => m.Sender))
            Assert.Equal(Enumerable.Range(0, Messages), bySender.Select(m => m.Number));
    }

    [Fact]
    public async Task Messages_sent_before_the_actor_has_started_are_not_lost()
    {
        using var gate = new ManualResetEventSlim();
        var slow = Sys.ActorOf(Props.Create(() => new SlowStarter(gate)));
        for (var i = 0; i < 100; i++)
            slow.Tell(i);
        gate.Set();
        for (var i = 0; i < 100; i++)
            await ExpectMsgAsync(i);
    }

    [Fact]
    public async Task Forward_keeps_the_sender_and_tell_names_the_running_actor()
    {
        var forwarder = Sys.ActorOf(Props.Create(() => new Forwarder(TestActor)), "forwarder");
        var probe = CreateTestProbe();
        forwarder.Tell("forward", probe.Ref);
        await ExpectMsgAsync("forward");
        Assert.Equal(probe.Ref, LastSender);
        forwarder.Tell("tell", probe.Ref);
        await ExpectMsgAsync("tell");
        Assert.Equal(forwarder, LastSender);
    }

    private sealed record Numbered(int Sender, int Number);

    private sealed class Collector : ReceiveActor
    {
        private readonly List<Numbered> _seen = [];

        public Collector()
        {
            Receive<Numbered>(_seen.Add);
            Receive<string>(_ => Sender.Tell(_seen.ToArray()));
        }
    }

    private sealed class SlowStarter(ManualResetEventSlim gate) : UntypedActor
    {
        protected override void PreStart() => gate.Wait(Patience);

        protected override void OnReceive(object message) => Sender.Tell(message);
    }

    private sealed class Forwarder(IActorRef target) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is "forward")
                target.Forward(message);
            else
                target.Tell(message);
        }
    }
}
