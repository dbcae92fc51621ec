using Akka.Actor;
using Akka.Event;
using Akka.Remote.Links;
using Akka.Remote.Transport;
using Trapline.ActorRuntime.Tests.Remote;

namespace Akka.Embedded.Tests.Remote;

public class SenderLimitTests : TwoSystems
{
    public SenderLimitTests()
        : base("""
            akka.loglevel = WARNING
            akka.loggers = []
            akka.remote.dot-netty.tcp.applied-adapters = ["trttl"]
            """)
    {
    }

    [Fact]
    public async Task A_message_that_is_too_long_is_an_error_and_a_dead_letter_at_the_sender()
    {
        var errors = new RemoteProbe(A);
        A.EventStream.Subscribe(errors.Ref, typeof(Error));
        var deadLetters = new RemoteProbe(A);
        A.EventStream.Subscribe(deadLetters.Ref, typeof(DeadLetter));
        var target = new RemoteProbe(B, "target");
        var remote = await ResolveAsync(A, B, "user/target");

        var tooLong = new string('x', 128_001);
        remote.Tell(tooLong);
        remote.Tell("after");
        Assert.Equal("after", await target.NextAsync<string>());
        var error = await errors.NextAsync<Error>();
        Assert.Equal("OversizedPayloadException", error.Cause!.GetType().Name);
        Assert.Contains("128001", error.Cause!.Message, StringComparison.Ordinal);
        Assert.Same(tooLong, (await deadLetters.FishAsync<DeadLetter>()).Message);
    }

    [Fact]
    public async Task A_message_of_exactly_the_maximum_passes()
    {
        var target = new RemoteProbe(B, "target");
        var remote = await ResolveAsync(A, B, "user/target");
        remote.Tell(new string('x', 128_000));
        Assert.Equal(128_000, (await target.NextAsync<string>()).Length);
    }

    [Fact]
    public async Task A_message_that_cannot_be_serialized_costs_only_itself()
    {
        var errors = new RemoteProbe(A);
        A.EventStream.Subscribe(errors.Ref, typeof(Error));
        var target = new RemoteProbe(B, "target");
        var remote = await ResolveAsync(A, B, "user/target");
        remote.Tell(new Unserializable());
        remote.Tell("after");
        Assert.Equal("after", await target.NextAsync<string>());
        await errors.NextAsync<Error>();
    }

    [Fact]
    public async Task A_full_queue_drops_reports_and_recovers()
    {
        var warnings = new RemoteProbe(A);
        A.EventStream.Subscribe(warnings.Ref, typeof(Warning));
        var target = new RemoteProbe(B, "target");
        var remote = await ResolveAsync(A, B, "user/target");
        var drops = 0;
        var dropCounter = A.ActorOf(Props.Create(() => new DropCounter(() => Interlocked.Increment(ref drops))));
        A.EventStream.Subscribe(dropCounter, typeof(DeadLetter));

        // A bucket that fills with one byte a second holds the sender up.
        var transport = TransportOf(A);
        await transport.ManagementCommand(new SetThrottle(AddressOf(B), ThrottleTransportAdapter.Direction.Send, new TokenBucket(1, 1, 0, 0)));
        for (var i = 0; i < LinkLimits.OutboundQueueMessages + 1000; i++)
            remote.Tell("m");
        await warnings.FishAsync<Warning>(w => w.Message.ToString()!.Contains("Dropped", StringComparison.Ordinal));

        await transport.ManagementCommand(new SetThrottle(AddressOf(B), ThrottleTransportAdapter.Direction.Send, Unthrottled.Instance));
        var arrived = 0;
        remote.Tell("last");
        while (await target.NextAsync<string>() != "last")
        {
            arrived++;
            if (arrived + Volatile.Read(ref drops) >= LinkLimits.OutboundQueueMessages + 1000)
                remote.Tell("last");
        }

        Assert.InRange(arrived, LinkLimits.OutboundQueueMessages - 10, LinkLimits.OutboundQueueMessages + 1000);
        Assert.InRange(Volatile.Read(ref drops), 1, 1001);
    }

    private sealed class Unserializable
    {
        public string Property => throw new InvalidOperationException("not for the wire");
    }

    private sealed class DropCounter(Action count) : UntypedActor
    {
        protected override void OnReceive(object message) => count();
    }
}
