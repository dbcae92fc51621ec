using Akka.Actor;
using Akka.Remote;
using Akka.Remote.Transport;

namespace Trapline.ActorRuntime.Tests.Remote;

public class FaultInjectionTests : TwoSystems
{
    public FaultInjectionTests()
        : base("""
            akka.remote.dot-netty.tcp.applied-adapters = ["trttl"]
            akka.remote.watch-failure-detector.acceptable-heartbeat-pause = 3 s
            """)
    {
    }

    [Fact]
    public void The_adapter_shows_in_the_address() => Assert.Equal("akka.trttl.tcp", AddressOf(A).Protocol);

    [Fact]
    public async Task What_is_sent_into_a_blackhole_is_lost_and_what_follows_it_is_not()
    {
        var target = new RemoteProbe(B, "target");
        var remote = await ResolveAsync(A, B, "user/target");
        remote.Tell("before");
        Assert.Equal("before", await target.NextAsync<string>());

        Assert.True(await SetAsync(A, AddressOf(B), ThrottleTransportAdapter.Direction.Send, Blackhole.Instance));
        remote.Tell("lost");
        await Assert.ThrowsAnyAsync<Exception>(() => remote.Ask<string>("lost too", TimeSpan.FromSeconds(1)));
        Assert.True(await SetAsync(A, AddressOf(B), ThrottleTransportAdapter.Direction.Send, Unthrottled.Instance));
        remote.Tell("after");
        Assert.Equal("after", await target.NextAsync<string>());
    }

    [Fact]
    public async Task A_cut_link_terminates_what_is_watched_across_it_and_quarantines_the_peer()
    {
        var events = new RemoteProbe(A);
        A.EventStream.Subscribe(events.Ref, typeof(QuarantinedEvent));
        var watcher = new RemoteProbe(A, "watcher");
        B.ActorOf(Echo, "victim");
        var victim = await ResolveAsync(A, B, "user/victim");
        await watcher.DoAsync(c => c.Watch(victim));

        await AwaitHeartbeatsAsync(A, B);
        Assert.True(await SetAsync(A, AddressOf(B), ThrottleTransportAdapter.Direction.Both, Blackhole.Instance));
        var terminated = await watcher.NextAsync<Terminated>();
        Assert.Equal(victim, terminated.ActorRef);
        Assert.True(terminated.AddressTerminated);
        var quarantined = await events.NextAsync<QuarantinedEvent>();
        Assert.Equal(AddressOf(B), quarantined.Address);
        Assert.Equal(AddressUidExtension.Uid(B), quarantined.Uid);
    }

    private static Task<bool> SetAsync(ActorSystem system, Address peer, ThrottleTransportAdapter.Direction direction, ThrottleMode mode) =>
        TransportOf(system).ManagementCommand(new SetThrottle(peer, direction, mode)).WaitAsync(RemoteProbe.Patience);
}
