using System.Diagnostics;
using Akka.Actor;
using Akka.Event;
using Akka.Remote.Transport;
using Trapline.ActorRuntime.Tests.Remote;

namespace Akka.Embedded.Tests.Remote;

public class ThrottledLinkTests : TwoSystems
{
    public ThrottledLinkTests()
        : base("""akka.remote.dot-netty.tcp.applied-adapters = ["trttl"]""")
    {
    }

    [Theory]
    [InlineData(ThrottleTransportAdapter.Direction.Send)]
    [InlineData(ThrottleTransportAdapter.Direction.Receive)]
    public async Task A_bucket_slows_messages_down_and_loses_none(ThrottleTransportAdapter.Direction direction)
    {
        const int Messages = 40;
        const int Bytes = 100;
        const int BytesPerSecond = 4000;
        var target = new RemoteProbe(B, "target");
        var remote = await ResolveAsync(A, B, "user/target");
        var (throttled, peer) = direction == ThrottleTransportAdapter.Direction.Send ? (A, B) : (B, A);
        await TransportOf(throttled).ManagementCommand(
            new SetThrottle(AddressOf(peer), direction, new TokenBucket(Bytes, BytesPerSecond, 0, 0)));

        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < Messages; i++)
            remote.Tell(i.ToString(System.Globalization.CultureInfo.InvariantCulture).PadLeft(Bytes));
        for (var i = 0; i < Messages; i++)
            Assert.Equal(i.ToString(System.Globalization.CultureInfo.InvariantCulture), (await target.NextAsync<string>()).Trim());

        // The first passes at once, for the bucket is full.
        var least = TimeSpan.FromSeconds((double)(Messages - 1) * Bytes / BytesPerSecond);
        Assert.InRange(Stopwatch.GetElapsedTime(started), 0.9 * least, RemoteProbe.Patience);
    }

    [Fact]
    public async Task A_command_for_an_adapter_that_is_not_applied_is_not_understood()
    {
        var plain = ActorSystem.Create("plain", """
            akka.loglevel = OFF
            akka.actor.provider = remote
            akka.remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
            """);
        var command = new SetThrottle(AddressOf(B), ThrottleTransportAdapter.Direction.Both, Blackhole.Instance);
        Assert.False(await TransportOf(plain).ManagementCommand(command));
        Assert.True(await TransportOf(A).ManagementCommand(command));
        await plain.Terminate().WaitAsync(RemoteProbe.Patience);
    }

    [Fact]
    public async Task An_address_of_another_scheme_is_nobodys()
    {
        var deadLetters = new RemoteProbe(A);
        A.EventStream.Subscribe(deadLetters.Ref, typeof(DeadLetter));
        var target = new RemoteProbe(B, "target");
        ((ExtendedActorSystem)A).Provider.ResolveActorRef($"{AddressOf(B).WithProtocol("akka.tcp")}/user/target").Tell("lost");
        await deadLetters.FishAsync<DeadLetter>(d => d.Message is "lost");
        Assert.True(target.IsEmpty);
    }
}
