using System.Text;
using Akka.Actor;
using Akka.Event;
using Akka.Remote.Wire;
using Trapline.ActorRuntime.Tests.Remote;

namespace Akka.Embedded.Tests.Remote;

/// <summary>Peers that say what no peer says: each is disconnected with one line in the log, and harms nobody.</summary>
public class HostilePeerTests : TwoSystems
{
    private const string Origin = "akka.tcp://evil@127.0.0.1:1";
    private const int PrimitiveSerializerId = 17;

    private readonly RemoteProbe _log;
    private readonly RemoteProbe _target;

    public HostilePeerTests()
        : base("""
            akka.loglevel = WARNING
            akka.loggers = []
            akka.remote.handshake-timeout = 2 s
            """)
    {
        _log = new RemoteProbe(B);
        B.EventStream.Subscribe(_log.Ref, typeof(Warning));
        _target = new RemoteProbe(B, "target");
    }

    private string TargetPath => $"{AddressOf(B)}/user/target";

    public static TheoryData<string> Garbage => new()
    {
        "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "SSH-2.0-OpenSSH_9.9\r\n",
        new string('\0', 5000),
        new string('x', 100_000),
    };

    [Theory]
    [MemberData(nameof(Garbage))]
    public async Task Garbage_is_disconnected_with_one_line(string garbage)
    {
        using var peer = await RawPeer.ConnectAsync(AddressOf(B));
        await SendAllItTakesAsync(peer, Encoding.UTF8.GetBytes(garbage));
        await peer.ReceiveEndAsync();
        Assert.Contains("Disconnected", await OneLineAsync(), StringComparison.Ordinal);
        await AssertWellAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Random_bytes_are_disconnected(int seed)
    {
        var bytes = new byte[20_000];
        new Random(seed).NextBytes(bytes);
        using var peer = await RawPeer.ConnectAsync(AddressOf(B));
        await SendAllItTakesAsync(peer, bytes);
        await peer.ReceiveEndAsync();
        await OneLineAsync();
        await AssertWellAsync();
    }

    [Fact]
    public async Task Another_version_is_told_so_and_disconnected_with_one_line()
    {
        var hello = Preface.Encode(new Hello(Origin, 1, AddressOf(B).ToString()));
        hello[sizeof(uint)]++;
        using var peer = await RawPeer.ConnectAsync(AddressOf(B));
        await peer.SendAsync(hello);
        Assert.Equal(WelcomeStatus.WrongVersion, (await peer.ReceiveWelcomeAsync()).Status);
        await peer.ReceiveEndAsync();
        Assert.Contains("version", await OneLineAsync(), StringComparison.Ordinal);
        await AssertWellAsync();
    }

    [Fact]
    public async Task Whoever_means_another_system_is_told_so()
    {
        using var peer = await RawPeer.ConnectAsync(AddressOf(B));
        await peer.SendAsync(Preface.Encode(new Hello(Origin, 1, "akka.tcp://other@127.0.0.1:1")));
        Assert.Equal(WelcomeStatus.WrongAddress, (await peer.ReceiveWelcomeAsync()).Status);
        await peer.ReceiveEndAsync();
        await OneLineAsync();
    }

    [Fact]
    public async Task A_handshake_that_claims_to_be_huge_is_not_waited_for()
    {
        var hello = Preface.Encode(new Hello(Origin, 1, AddressOf(B).ToString()));
        hello[sizeof(uint) + sizeof(ushort)] = 0xFF;
        hello[sizeof(uint) + sizeof(ushort) + 1] = 0xFF;
        using var peer = await RawPeer.ConnectAsync(AddressOf(B));
        await peer.SendAsync(hello);
        await peer.ReceiveEndAsync();
        await OneLineAsync();
    }

    [Fact]
    public async Task A_peer_that_says_nothing_is_disconnected_when_its_time_is_up()
    {
        using var peer = await RawPeer.ConnectAsync(AddressOf(B));
        await peer.ReceiveEndAsync();
        await OneLineAsync();
    }

    [Theory]
    [InlineData(0x7FFFFFFFu)]
    [InlineData(0xFFFFFFFFu)]
    [InlineData(0u)]
    public async Task A_frame_of_an_impossible_length_ends_the_connection(uint length)
    {
        var (peer, welcome) = await RawPeer.IntroduceAsync(AddressOf(B), Origin, 1);
        using (peer)
        {
            Assert.Equal(WelcomeStatus.Accepted, welcome.Status);
            await peer.SendAsync(BitConverter.GetBytes(length));
            await peer.ReceiveEndAsync();
        }

        Assert.Contains("broke the protocol", await OneLineAsync(), StringComparison.Ordinal);
        await AssertWellAsync();
    }

    [Fact]
    public async Task A_frame_just_beyond_the_maximum_ends_the_connection()
    {
        var (peer, _) = await RawPeer.IntroduceAsync(AddressOf(B), Origin, 1);
        using (peer)
        {
            peer.WriteMessage(TargetPath, new Payload(PrimitiveSerializerId, "S", new byte[400_000]));
            await SendAllItTakesAsync(peer, peer.TakeOutput());
            await peer.ReceiveEndAsync();
        }

        await OneLineAsync();
        Assert.True(_target.IsEmpty);
        await AssertWellAsync();
    }

    [Fact]
    public async Task A_message_that_cannot_be_deserialized_costs_only_itself()
    {
        var (peer, _) = await RawPeer.IntroduceAsync(AddressOf(B), Origin, 1);
        using (peer)
        {
            peer.WriteMessage(TargetPath, new Payload(4711, "no such", [1, 2, 3]));
            peer.WriteMessage(TargetPath, new Payload(16, "SEL", [9, 9, 9, 9]));
            peer.WriteMessage(TargetPath, new Payload(22, "W", [200, 1, 1]), sequence: 1);
            peer.WriteMessage("not a path", new Payload(PrimitiveSerializerId, "S", [65]));
            peer.WriteMessage("akka.tcp://elsewhere@127.0.0.1:9/user/x", new Payload(PrimitiveSerializerId, "S", [65]));
            peer.WriteMessage(TargetPath, new Payload(PrimitiveSerializerId, "S", "fine"u8.ToArray()));
            await peer.FlushAsync();
            Assert.Equal("fine", await _target.NextAsync<string>());
        }

        await AssertWellAsync();
    }

    [Theory]
    [InlineData(101)]
    [InlineData(102)]
    [InlineData(103)]
    [InlineData(104)]
    public async Task Damaged_frames_after_a_good_handshake_harm_nobody(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 15; round++)
        {
            var (peer, _) = await RawPeer.IntroduceAsync(AddressOf(B), Origin, 1);
            using (peer)
            {
                for (var i = 0; i < 30; i++)
                    peer.WriteMessage(TargetPath, new Payload(random.Next(3) == 0 ? 16 : PrimitiveSerializerId, "S", "text"u8.ToArray()), (ulong)random.Next(3));
                var bytes = peer.TakeOutput();
                for (var damage = random.Next(1, 10); damage > 0; damage--)
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                await SendAllItTakesAsync(peer, bytes);
            }
        }

        await AssertWellAsync();
    }

    [Fact]
    public async Task A_crowd_that_never_introduces_itself_keeps_nobody_out()
    {
        var crowd = new List<RawPeer>();
        try
        {
            for (var i = 0; i < Akka.Remote.Transport.TcpTransport.MaxPendingHandshakes + 50; i++)
                crowd.Add(await RawPeer.ConnectAsync(AddressOf(B)));
            foreach (var peer in crowd)
                await peer.ReceiveEndAsync();
        }
        finally
        {
            foreach (var peer in crowd)
                peer.Dispose();
        }

        await AssertWellAsync();
    }

    /// <summary>The other side may have heard enough before everything is sent.</summary>
    private static async Task SendAllItTakesAsync(RawPeer peer, byte[] bytes)
    {
        try
        {
            await peer.SendAsync(bytes);
        }
        catch (IOException)
        {
            // It has.
        }
    }

    private async Task<string> OneLineAsync()
    {
        var line = await _log.NextAsync<Warning>();

        // Whatever else was logged about the same peer came before this.
        _log.Ref.Tell("end");
        Assert.Equal("end", await _log.NextAsync<string>());
        return line.Message.ToString()!;
    }

    private async Task AssertWellAsync()
    {
        const string Question = "are you well?";
        var remote = await ResolveAsync(A, B, "user/target");
        remote.Tell(Question);
        await _target.FishAsync<string>(text => text == Question);
    }
}
