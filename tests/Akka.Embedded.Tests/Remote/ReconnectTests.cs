using Akka.Actor;
using Akka.Remote;
using Akka.Remote.Transport;
using Trapline.ActorRuntime.Tests.Remote;

namespace Akka.Embedded.Tests.Remote;

/// <summary>System messages survive the loss of connections; user messages that arrive, arrive in order.</summary>
public class ReconnectTests : TwoSystems
{
    public ReconnectTests()
        : base("""
            akka.remote.dot-netty.tcp.applied-adapters = ["trttl"]
            akka.remote.retry-gate-closed-for = 20 ms
            akka.remote.resend-interval = 200 ms
            akka.remote.watch-failure-detector.acceptable-heartbeat-pause = 60 s
            """)
    {
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Every_termination_arrives_although_the_connections_keep_breaking(int seed)
    {
        const int Victims = 200;
        var random = new Random(seed);
        var watcher = new RemoteProbe(A, "watcher");
        var victims = Enumerable.Range(0, Victims).Select(i => B.ActorOf(Echo, $"victim-{i}")).ToArray();
        var remotes = new List<IActorRef>();
        for (var i = 0; i < Victims; i++)
            remotes.Add(await ResolveAsync(A, B, $"user/victim-{i}"));

        using var stop = new CancellationTokenSource();
        var breaking = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                var (system, peer) = random.Next(2) == 0 ? (A, B) : (B, A);
                await TransportOf(system).ManagementCommand(new ForceDisassociate(AddressOf(peer)));
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(1, 60)), TimeProvider.System);
            }
        });
        await watcher.DoAsync(c =>
        {
            foreach (var remote in remotes)
                c.Watch(remote);
        });
        foreach (var victim in victims)
        {
            B.Stop(victim);
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(0, 4)), TimeProvider.System);
        }

        var told = new HashSet<IActorRef>();
        while (told.Count < Victims)
        {
            var terminated = await watcher.NextAsync<Terminated>();
            Assert.False(terminated.AddressTerminated);
            Assert.True(told.Add(terminated.ActorRef));
        }

        await stop.CancelAsync();
        await breaking;
    }

    [Fact]
    public async Task What_was_lost_in_a_blackhole_is_sent_again_when_it_is_gone()
    {
        var watcher = new RemoteProbe(A, "watcher");
        var victim = B.ActorOf(Echo, "victim");
        var remote = await ResolveAsync(A, B, "user/victim");
        await watcher.DoAsync(c => c.Watch(remote));
        await remote.Ask<string>("settle", RemoteProbe.Patience);

        await TransportOf(B).ManagementCommand(new SetThrottle(AddressOf(A), ThrottleTransportAdapter.Direction.Send, Blackhole.Instance));
        await victim.GracefulStop(RemoteProbe.Patience);
        Assert.True(watcher.IsEmpty);
        await TransportOf(B).ManagementCommand(new SetThrottle(AddressOf(A), ThrottleTransportAdapter.Direction.Send, Unthrottled.Instance));
        Assert.Equal(remote, (await watcher.NextAsync<Terminated>()).ActorRef);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Messages_that_arrive_are_in_order_and_none_comes_twice(int seed)
    {
        var random = new Random(seed);
        var target = new RemoteProbe(B, "target");
        var remote = await ResolveAsync(A, B, "user/target");
        const int Count = 20_000;
        for (var i = 0; i < Count; i++)
        {
            remote.Tell(i);
            if (random.Next(1500) == 0)
                await TransportOf(random.Next(2) == 0 ? A : B).ManagementCommand(new ForceDisassociate(AddressOf(random.Next(2) == 0 ? A : B)));
            if (random.Next(50) == 0)
                await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }

        // What is sent while the link is gated is lost, the end as well: it is repeated until it arrives.
        var last = -1;
        var arrived = 0;
        while (last < Count)
        {
            remote.Tell(Count);
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            while (!target.IsEmpty)
            {
                var number = await target.NextAsync<int>();
                Assert.True(number > last || number == Count, $"{number} after {last}");
                last = number;
                arrived++;
            }
        }

        Assert.InRange(arrived, 100, 2 * Count);
    }

    [Fact]
    public async Task A_quarantined_system_is_told_so_and_only_its_next_incarnation_is_heard_again()
    {
        var told = new RemoteProbe(B);
        B.EventStream.Subscribe(told.Ref, typeof(ThisActorSystemQuarantinedEvent));
        var target = new RemoteProbe(B, "target");
        var remote = await ResolveAsync(A, B, "user/target");
        var address = AddressOf(B);

        TransportOf(A).Quarantine(address, AddressUidExtension.Uid(B));
        Assert.Equal(AddressOf(A), (await told.NextAsync<ThisActorSystemQuarantinedEvent>()).RemoteAddress);
        for (var i = 0; i < 20; i++)
        {
            remote.Tell("must not arrive");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }

        Assert.True(target.IsEmpty);
        await B.Terminate().WaitAsync(RemoteProbe.Patience);
        var reborn = Start("b", address.Port!.Value);
        var freshTarget = new RemoteProbe(reborn, "target");
        while (freshTarget.IsEmpty)
        {
            A.ActorSelection($"{address}/user/target").Tell("hello again");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }

        Assert.Equal("hello again", await freshTarget.NextAsync<string>());
        Assert.True(target.IsEmpty);
    }

    [Fact]
    public async Task A_peer_that_comes_back_with_another_uid_gets_nothing_that_was_meant_for_the_old_one()
    {
        const string Origin = "akka.trttl.tcp://raw@127.0.0.1:1";
        var (first, _) = await RawPeer.IntroduceAsync(AddressOf(B), Origin, uid: 1);
        var target = new RemoteProbe(B, "target");
        using (first)
        {
            first.WriteMessage($"{AddressOf(B)}/user/target", new Akka.Remote.Wire.Payload(17, "S", "one"u8.ToArray()));
            await first.FlushAsync();
            Assert.Equal("one", await target.NextAsync<string>());
            var (second, welcome) = await RawPeer.IntroduceAsync(AddressOf(B), Origin, uid: 2);
            using (second)
            {
                Assert.Equal(Akka.Remote.Wire.WelcomeStatus.Accepted, welcome.Status);
                await first.ReceiveEndAsync();
                var (late, refusal) = await RawPeer.IntroduceAsync(AddressOf(B), Origin, uid: 1);
                late.Dispose();
                Assert.Equal(Akka.Remote.Wire.WelcomeStatus.Quarantined, refusal.Status);
                second.WriteMessage($"{AddressOf(B)}/user/target", new Akka.Remote.Wire.Payload(17, "S", "two"u8.ToArray()));
                await second.FlushAsync();
                Assert.Equal("two", await target.NextAsync<string>());
            }
        }
    }
}
