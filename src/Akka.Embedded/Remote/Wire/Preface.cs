namespace Akka.Remote.Wire;

/// <summary>The first bytes of a connection: who calls, and whom it means to reach.</summary>
/// <param name="Origin">The initiator's address, as akka.tcp://system@host:port.</param>
/// <param name="Uid">The initiator's incarnation.</param>
/// <param name="Target">The address that the initiator believes it has reached.</param>
internal sealed record Hello(string Origin, int Uid, string Target);

/// <summary>The acceptor's answer.</summary>
/// <param name="Status">Whether it accepts.</param>
/// <param name="Uid">The acceptor's incarnation.</param>
internal sealed record Welcome(WelcomeStatus Status, int Uid);

/// <summary>What the header of a Hello or Welcome turned out to be.</summary>
internal enum PrefaceHeader
{
    Ok,
    NotOurProtocol,
    OtherVersion,
    TooLong,
}

/// <summary>
/// Encodes and decodes the handshake. Every version of the protocol begins with the same header (magic, version, length of the body), so
/// that an acceptor can tell an old peer from garbage.
/// </summary>
internal static class Preface
{
    private const int MaxAddress = 1024;

    public static byte[] Encode(Hello hello)
    {
        var target = new byte[WireFormat.PrefaceHeaderLength + sizeof(int) + WireWriter.MaxText(hello.Origin) + WireWriter.MaxText(hello.Target)];
        var writer = Begin(target);
        writer.Int32(hello.Uid);
        writer.Text(hello.Origin);
        writer.Text(hello.Target);
        return End(target, writer.Written);
    }

    public static byte[] Encode(Welcome welcome)
    {
        var target = new byte[WireFormat.PrefaceHeaderLength + sizeof(byte) + sizeof(int)];
        var writer = Begin(target);
        writer.Byte((byte)welcome.Status);
        writer.Int32(welcome.Uid);
        return End(target, writer.Written);
    }

    public static PrefaceHeader ReadHeader(ReadOnlySpan<byte> header, out int bodyLength)
    {
        var reader = new WireReader(header);
        var magic = (uint)reader.Int32();
        var version = reader.UInt16();
        bodyLength = reader.UInt16();
        if (reader.Failed || magic != WireFormat.Magic)
            return PrefaceHeader.NotOurProtocol;
        if (version != WireFormat.Version)
            return PrefaceHeader.OtherVersion;
        return bodyLength > WireFormat.MaxPrefaceBody ? PrefaceHeader.TooLong : PrefaceHeader.Ok;
    }

    public static Hello? DecodeHello(ReadOnlySpan<byte> body)
    {
        var reader = new WireReader(body);
        var uid = reader.Int32();
        var origin = reader.Text(MaxAddress);
        var target = reader.Text(MaxAddress);
        return reader.Failed || !reader.AtEnd ? null : new Hello(origin, uid, target);
    }

    public static Welcome? DecodeWelcome(ReadOnlySpan<byte> body)
    {
        var reader = new WireReader(body);
        var status = (WelcomeStatus)reader.Byte();
        var uid = reader.Int32();
        return reader.Failed || !reader.AtEnd || !Enum.IsDefined(status) ? null : new Welcome(status, uid);
    }

    private static WireWriter Begin(Span<byte> target)
    {
        var writer = new WireWriter(target);
        writer.UInt32(WireFormat.Magic);
        writer.UInt16(WireFormat.Version);
        writer.UInt16(0);
        return writer;
    }

    private static byte[] End(byte[] target, int written)
    {
        var length = new WireWriter(target.AsSpan(sizeof(uint) + sizeof(ushort)));
        length.UInt16(checked((ushort)(written - WireFormat.PrefaceHeaderLength)));
        return target[..written];
    }
}
