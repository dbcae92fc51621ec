using System.Buffers;
using System.Buffers.Binary;

namespace Akka.Remote.Wire;

/// <summary>A message as it came off the wire, not yet deserialized.</summary>
/// <param name="Sequence">The number of a system message; 0 for others.</param>
/// <param name="Recipient">The recipient's path.</param>
/// <param name="Sender">The sender's path, if there is one.</param>
/// <param name="Payload">The serialized message.</param>
internal readonly record struct InboundMessage(ulong Sequence, TableText Recipient, TableText? Sender, Payload Payload);

/// <summary>What a receiver does with decoded frames.</summary>
internal interface IFrameHandler
{
    void OnMessage(in InboundMessage message);

    void OnHeartbeat();

    void OnAck(ulong upTo, bool gap);

    void OnGoodbye(GoodbyeReason reason);
}

/// <summary>How far decoding came.</summary>
internal enum DecodeStatus
{
    /// <summary>All complete frames are handled; more bytes are needed for the next.</summary>
    NeedMore,

    /// <summary>The peer broke the protocol; the connection is of no more use.</summary>
    Violation,
}

/// <summary>
/// Decodes the frames of one connection. The bytes come from a peer and may be anything: a violation is an answer, never an
/// exception, and no allocation is larger than what the peer has really sent.
/// </summary>
internal sealed class FrameDecoder(int maxFrameLength)
{
    private readonly InboundTextTable _paths = new();
    private readonly InboundTextTable _manifests = new();

    /// <summary>What was wrong, after a violation.</summary>
    public string Violation { get; private set; } = string.Empty;

    /// <summary>Handles every complete frame in <paramref name="buffer"/>.</summary>
    /// <param name="buffer">The bytes; on return, those that are left.</param>
    /// <param name="handler">Told of each frame, in order.</param>
    /// <returns>Whether the connection can go on.</returns>
    public DecodeStatus Decode(ref ReadOnlySequence<byte> buffer, IFrameHandler handler)
    {
        while (buffer.Length >= WireFormat.FrameHeaderLength)
        {
            var length = FrameLength(buffer);
            if (length == 0 || length > (uint)maxFrameLength)
                return Violate($"a frame of {length} bytes, allowed are 1 to {maxFrameLength}");
            if (buffer.Length < WireFormat.FrameHeaderLength + length)
                return DecodeStatus.NeedMore;

            var frame = buffer.Slice(WireFormat.FrameHeaderLength, length);
            if (!HandleFrame(frame, (int)length, handler))
                return Violate("a malformed frame");
            buffer = buffer.Slice(frame.End);
        }

        return DecodeStatus.NeedMore;
    }

    private static uint FrameLength(in ReadOnlySequence<byte> buffer)
    {
        if (buffer.FirstSpan.Length >= sizeof(uint))
            return BinaryPrimitives.ReadUInt32LittleEndian(buffer.FirstSpan);
        Span<byte> header = stackalloc byte[sizeof(uint)];
        buffer.Slice(0, sizeof(uint)).CopyTo(header);
        return BinaryPrimitives.ReadUInt32LittleEndian(header);
    }

    private bool HandleFrame(in ReadOnlySequence<byte> frame, int length, IFrameHandler handler)
    {
        if (frame.IsSingleSegment)
            return HandleFrame(frame.FirstSpan, handler);
        var scratch = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            frame.CopyTo(scratch);
            return HandleFrame(scratch.AsSpan(0, length), handler);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(scratch);
        }
    }

    private bool HandleFrame(ReadOnlySpan<byte> frame, IFrameHandler handler)
    {
        var reader = new WireReader(frame);
        switch ((FrameKind)reader.Byte())
        {
            case FrameKind.Message:
                return HandleMessage(0, ref reader, handler);
            case FrameKind.SystemMessage:
                var sequence = reader.Varint();
                return sequence != 0 && HandleMessage(sequence, ref reader, handler);
            case FrameKind.Define:
                return Define(ref reader);
            case FrameKind.ResetTable:
                return ResetTable(ref reader);
            case FrameKind.Heartbeat:
                if (!reader.AtEnd)
                    return false;
                handler.OnHeartbeat();
                return true;
            case FrameKind.Ack:
                return HandleAck(ref reader, handler);
            case FrameKind.Goodbye:
                return HandleGoodbye(ref reader, handler);
            default:
                return false;
        }
    }

    private bool HandleMessage(ulong sequence, ref WireReader reader, IFrameHandler handler)
    {
        if (!TryReadReference(ref reader, _paths, out var recipient) || recipient is null
            || !TryReadReference(ref reader, _paths, out var sender))
            return false;
        var serializerId = reader.Int32();
        if (!TryReadReference(ref reader, _manifests, out var manifest) || reader.Failed)
            return false;
        var payload = new Payload(serializerId, manifest?.Text ?? string.Empty, reader.Rest().ToArray());
        handler.OnMessage(new InboundMessage(sequence, recipient, sender, payload));
        return true;
    }

    private static bool TryReadReference(ref WireReader reader, InboundTextTable table, out TableText? text)
    {
        text = null;
        var reference = reader.Bounded(FrameEncoder.FirstEntry + WireFormat.MaxTableEntries);
        if (reader.Failed)
            return false;
        if (reference == FrameEncoder.NoText)
            return true;
        text = reference == FrameEncoder.LiteralText
            ? new TableText(reader.Text(WireFormat.MaxLiteral))
            : table.Find(reference - FrameEncoder.FirstEntry);
        return !reader.Failed && text is not null;
    }

    private bool Define(ref WireReader reader)
    {
        var table = Table(reader.Byte());
        var id = reader.Bounded(WireFormat.MaxTableEntries);
        var text = reader.Text(WireFormat.MaxTableText);
        return table is not null && !reader.Failed && reader.AtEnd && table.TryDefine(id, text);
    }

    private bool ResetTable(ref WireReader reader)
    {
        var table = Table(reader.Byte());
        if (table is null || reader.Failed || !reader.AtEnd)
            return false;
        table.Clear();
        return true;
    }

    private InboundTextTable? Table(byte kind) => (TableKind)kind switch
    {
        TableKind.Path => _paths,
        TableKind.Manifest => _manifests,
        _ => null,
    };

    private static bool HandleAck(ref WireReader reader, IFrameHandler handler)
    {
        var upTo = reader.Varint();
        var gap = reader.Byte();
        if (reader.Failed || !reader.AtEnd || gap > 1)
            return false;
        handler.OnAck(upTo, gap == 1);
        return true;
    }

    private static bool HandleGoodbye(ref WireReader reader, IFrameHandler handler)
    {
        var reason = (GoodbyeReason)reader.Byte();
        if (reader.Failed || !reader.AtEnd || !Enum.IsDefined(reason))
            return false;
        handler.OnGoodbye(reason);
        return true;
    }

    private DecodeStatus Violate(string what)
    {
        Violation = what;
        return DecodeStatus.Violation;
    }
}
