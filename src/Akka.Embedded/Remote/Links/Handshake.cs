using System.Buffers;
using System.IO.Pipelines;
using Akka.Actor;
using Akka.Remote.Transport;
using Akka.Remote.Wire;

namespace Akka.Remote.Links;

/// <summary>Sends and receives the first bytes of a connection.</summary>
internal static class Handshake
{
    public static async Task SendAsync(WireConnection wire, byte[] preface, CancellationToken cancellation)
    {
        await wire.Output.WriteAsync(preface, cancellation).ConfigureAwait(false);
    }

    /// <summary>Reads a peer's Hello.</summary>
    /// <exception cref="InvalidAssociationException">The peer speaks something else; the message says what.</exception>
    public static async Task<Hello> ReceiveHelloAsync(WireConnection wire, CancellationToken cancellation) =>
        Preface.DecodeHello(await ReceiveAsync(wire.Input, cancellation).ConfigureAwait(false))
        ?? throw new InvalidAssociationException("a malformed Hello");

    /// <summary>Reads a peer's answer.</summary>
    /// <exception cref="InvalidAssociationException">The peer speaks something else; the message says what.</exception>
    public static async Task<Welcome> ReceiveWelcomeAsync(WireConnection wire, CancellationToken cancellation) =>
        Preface.DecodeWelcome(await ReceiveAsync(wire.Input, cancellation).ConfigureAwait(false))
        ?? throw new InvalidAssociationException("a malformed Welcome");

    private static async Task<byte[]> ReceiveAsync(PipeReader input, CancellationToken cancellation)
    {
        var header = await TakeAsync(input, WireFormat.PrefaceHeaderLength, cancellation).ConfigureAwait(false);
        return Preface.ReadHeader(header, out var bodyLength) switch
        {
            PrefaceHeader.Ok => await TakeAsync(input, bodyLength, cancellation).ConfigureAwait(false),
            PrefaceHeader.OtherVersion => throw new OtherVersionException(),
            PrefaceHeader.TooLong => throw new InvalidAssociationException($"a handshake of {bodyLength} bytes"),
            _ => throw new InvalidAssociationException("not the protocol of this runtime"),
        };
    }

    private static async Task<byte[]> TakeAsync(PipeReader input, int length, CancellationToken cancellation)
    {
        var result = await input.ReadAtLeastAsync(length, cancellation).ConfigureAwait(false);
        if (result.Buffer.Length < length)
        {
            input.AdvanceTo(result.Buffer.End);
            throw new InvalidAssociationException("the connection was closed during the handshake");
        }

        var field = result.Buffer.Slice(0, length);
        var bytes = field.ToArray();
        input.AdvanceTo(field.End);
        return bytes;
    }
}

/// <summary>The peer speaks another version of the protocol.</summary>
internal sealed class OtherVersionException() : AkkaException($"another version of the protocol than {WireFormat.Version}");
