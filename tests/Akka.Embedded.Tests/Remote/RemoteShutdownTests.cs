using Akka.Actor;
using Trapline.ActorRuntime.Tests.Remote;

namespace Akka.Embedded.Tests.Remote;

public class RemoteShutdownTests : TwoSystems
{
    [Fact]
    public async Task What_was_sent_before_a_system_terminates_still_arrives()
    {
        const int Count = 20_000;
        var target = new RemoteProbe(B, "target");
        var remote = await ResolveAsync(A, B, "user/target");
        for (var i = 0; i < Count; i++)
            remote.Tell(i);
        await A.Terminate().WaitAsync(RemoteProbe.Patience);
        for (var i = 0; i < Count; i++)
            Assert.Equal(i, await target.NextAsync<int>());
    }

    [Fact]
    public async Task The_very_first_message_arrives_although_its_sender_terminates_at_once()
    {
        var target = new RemoteProbe(B, "target");
        ((ExtendedActorSystem)A).Provider.ResolveActorRef($"{AddressOf(B)}/user/target").Tell("farewell");
        await A.Terminate().WaitAsync(RemoteProbe.Patience);
        Assert.Equal("farewell", await target.NextAsync<string>());
    }

    [Fact]
    public async Task Two_systems_can_terminate_at_the_same_time()
    {
        B.ActorOf(Echo, "echo");
        A.ActorOf(Echo, "echo");
        await (await ResolveAsync(A, B, "user/echo")).Ask<string>("x", RemoteProbe.Patience);
        await (await ResolveAsync(B, A, "user/echo")).Ask<string>("x", RemoteProbe.Patience);
        await Task.WhenAll(A.Terminate(), B.Terminate()).WaitAsync(RemoteProbe.Patience);
    }

    [Fact]
    public void A_port_that_is_taken_is_named()
    {
        var port = AddressOf(A).Port!.Value;
        var failure = Assert.ThrowsAny<Exception>(() => Start("c", port));
        Assert.Contains($"127.0.0.1:{port}", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_peers_at_once_are_no_burden()
    {
        const int Peers = 400;
        var target = new RemoteProbe(B, "target");
        var peers = new List<RawPeer>();
        try
        {
            for (var i = 0; i < Peers; i++)
                peers.Add((await RawPeer.IntroduceAsync(AddressOf(B), $"akka.tcp://peer@127.0.0.1:{i + 1}", uid: i + 1)).Peer);
            foreach (var peer in peers)
            {
                peer.WriteMessage($"{AddressOf(B)}/user/target", new Akka.Remote.Wire.Payload(17, "S", "here"u8.ToArray()));
                await peer.FlushAsync();
            }

            for (var i = 0; i < Peers; i++)
                Assert.Equal("here", await target.NextAsync<string>());
        }
        finally
        {
            foreach (var peer in peers)
                peer.Dispose();
        }
    }
}
