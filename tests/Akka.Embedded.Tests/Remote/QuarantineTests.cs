using Akka.Actor;
using Akka.Remote;
using Akka.Remote.Transport;
using Trapline.ActorRuntime.Tests.Remote;

namespace Akka.Embedded.Tests.Remote;

/// <summary>A peer that system messages cannot be delivered to is given up.</summary>
public class QuarantineTests : TwoSystems
{
    private const int BufferSize = 20;

    public QuarantineTests()
        : base($$"""
            akka.remote.dot-netty.tcp.applied-adapters = ["trttl"]
            akka.remote.system-message-buffer-size = {{BufferSize}}
            akka.remote.initial-system-message-delivery-timeout = 1 s
            akka.remote.watch-failure-detector.acceptable-heartbeat-pause = 120 s
            """)
    {
    }

    [Fact]
    public async Task A_peer_for_which_too_many_system_messages_wait_is_quarantined_and_its_actors_are_terminated()
    {
        var (events, watcher, remotes) = await WatchedAsync();
        await TransportOf(A).ManagementCommand(
            new SetThrottle(AddressOf(B), ThrottleTransportAdapter.Direction.Send, Blackhole.Instance));

        // Each takes one place in the buffer, and is never acknowledged.
        await watcher.DoAsync(c =>
        {
            foreach (var remote in remotes.Skip(1))
                c.Watch(remote);
        });
        Assert.Equal(AddressUidExtension.Uid(B), (await events.NextAsync<QuarantinedEvent>()).Uid);
        var terminated = await watcher.NextAsync<Terminated>();
        Assert.True(terminated.AddressTerminated);
    }

    [Fact]
    public async Task A_peer_that_stays_away_while_system_messages_wait_is_quarantined()
    {
        var (events, watcher, remotes) = await WatchedAsync();
        var uid = AddressUidExtension.Uid(B);
        await TransportOf(A).ManagementCommand(
            new SetThrottle(AddressOf(B), ThrottleTransportAdapter.Direction.Both, Blackhole.Instance));
        await TransportOf(A).ManagementCommand(new ForceDisassociate(AddressOf(B)));
        await watcher.DoAsync(c => c.Watch(remotes[1]));
        Assert.Equal(uid, (await events.NextAsync<QuarantinedEvent>()).Uid);

        // The watch that never arrived may be answered as undeliverable, without a word about the address, before the address is given up.
        Terminated[] both = [await watcher.NextAsync<Terminated>(), await watcher.NextAsync<Terminated>()];
        Assert.True(Assert.Single(both, t => t.ActorRef.Equals(remotes[0])).AddressTerminated);
        Assert.Single(both, t => t.ActorRef.Equals(remotes[1]));
    }

    /// <summary>Watches one actor of B, and waits until A knows which incarnation of B that is.</summary>
    private async Task<(RemoteProbe Events, RemoteProbe Watcher, IReadOnlyList<IActorRef> Remotes)> WatchedAsync()
    {
        var events = new RemoteProbe(A);
        A.EventStream.Subscribe(events.Ref, typeof(QuarantinedEvent));
        var watcher = new RemoteProbe(A, "watcher");
        var remotes = new List<IActorRef>();
        for (var i = 0; i < 2 * BufferSize; i++)
        {
            B.ActorOf(Echo, $"echo-{i}");
            remotes.Add(await ResolveAsync(A, B, $"user/echo-{i}"));
        }

        await watcher.DoAsync(c => c.Watch(remotes[0]));
        await AwaitHeartbeatsAsync(A, B);
        return (events, watcher, remotes);
    }
}
