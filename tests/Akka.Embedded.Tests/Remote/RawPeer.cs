using System.Buffers;
using System.Net.Sockets;
using Akka.Actor;
using Akka.Remote.Wire;
using Trapline.ActorRuntime.Tests.Remote;

namespace Akka.Embedded.Tests.Remote;

/// <summary>A peer that is nothing but a socket, and says whatever a test wants it to.</summary>
internal sealed class RawPeer : IDisposable
{
    private readonly TcpClient _client = new();
    private readonly ArrayBufferWriter<byte> _output = new();

    private RawPeer(Address target)
    {
        Target = target;
        Encoder = new FrameEncoder(_output);
    }

    public Address Target { get; }

    /// <summary>Frames written here go out with <see cref="FlushAsync"/>.</summary>
    public FrameEncoder Encoder { get; }

    public static async Task<RawPeer> ConnectAsync(Address target)
    {
        var peer = new RawPeer(target);
        await peer._client.ConnectAsync(target.Host!, target.Port!.Value);
        return peer;
    }

    /// <summary>Connects and introduces itself, as <paramref name="origin"/> with <paramref name="uid"/>.</summary>
    public static async Task<(RawPeer Peer, Welcome Welcome)> IntroduceAsync(Address target, string origin, int uid)
    {
        var peer = await ConnectAsync(target);
        await peer.SendAsync(Preface.Encode(new Hello(origin, uid, target.ToString())));
        return (peer, await peer.ReceiveWelcomeAsync());
    }

    public async Task SendAsync(byte[] bytes) => await _client.GetStream().WriteAsync(bytes);

    public async Task FlushAsync()
    {
        await SendAsync(_output.WrittenSpan.ToArray());
        _output.ResetWrittenCount();
    }

    public byte[] TakeOutput()
    {
        var bytes = _output.WrittenSpan.ToArray();
        _output.ResetWrittenCount();
        return bytes;
    }

    public void WriteMessage(string recipient, Payload payload, ulong sequence = 0) =>
        Encoder.Message(sequence, new PathName(Encoder.PathReference(recipient, willRepeat: true), recipient), PathName.None, payload);

    public async Task<Welcome> ReceiveWelcomeAsync()
    {
        var header = await ReceiveAsync(WireFormat.PrefaceHeaderLength);
        Preface.ReadHeader(header, out var length);
        return Preface.DecodeWelcome(await ReceiveAsync(length))!;
    }

    /// <summary>Reads until the other side closes; fails if it does not.</summary>
    public async Task ReceiveEndAsync()
    {
        using var patience = new CancellationTokenSource(RemoteProbe.Patience);
        var buffer = new byte[1024];
        try
        {
            while (await _client.GetStream().ReadAsync(buffer, patience.Token) > 0)
            {
                // Whatever it says, it must end.
            }
        }
        catch (IOException)
        {
            // Reset: closed too.
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<byte[]> ReceiveAsync(int length)
    {
        using var patience = new CancellationTokenSource(RemoteProbe.Patience);
        var bytes = new byte[length];
        await _client.GetStream().ReadExactlyAsync(bytes, patience.Token);
        return bytes;
    }
}
