using System.Buffers;

namespace Akka.Remote.Wire;

/// <summary>
/// Writes the frames of one connection into its buffer. Not thread-safe: the connection's only sender owns it. Strings that go
/// into a table are defined just before the frame that uses them first.
/// </summary>
internal sealed class FrameEncoder(IBufferWriter<byte> output)
{
    // In a reference to a string, 0 means none and 1 means that the string itself follows; table entries come after these.
    internal const int NoText = 0;
    internal const int LiteralText = 1;
    internal const int FirstEntry = 2;

    private readonly OutboundTextTable _paths = new();
    private readonly OutboundTextTable _manifests = new();

    /// <summary>The table of paths was emptied that often; numbers handed out before are void.</summary>
    public int PathEpoch { get; private set; }

    /// <summary>The reference by which frames name <paramref name="path"/>; defines it if it is new.</summary>
    /// <param name="path">The path to name.</param>
    /// <param name="willRepeat">False for paths that are used once, such as those of asks: they are not worth an entry.</param>
    public int PathReference(string path, bool willRepeat)
    {
        if (!willRepeat || !OutboundTextTable.IsWorthAnEntry(path))
            return LiteralText;
        return FirstEntry + Intern(_paths, TableKind.Path, path);
    }

    /// <summary>Writes a message.</summary>
    /// <param name="sequence">Its number if it is a system message, 0 if it is not.</param>
    /// <param name="recipient">The recipient's path with its reference.</param>
    /// <param name="sender">The sender's path with its reference.</param>
    /// <param name="payload">The serialized message.</param>
    public void Message(ulong sequence, PathName recipient, PathName sender, in Payload payload)
    {
        var manifest = ManifestReference(payload.Manifest);
        var size = WireFormat.FrameHeaderLength + 1 + sizeof(int) + 4 * WireWriter.MaxVarint + payload.Bytes.Length
            + recipient.MaxLiteral + sender.MaxLiteral + (manifest == LiteralText ? WireWriter.MaxText(payload.Manifest) : 0);
        var writer = new WireWriter(output.GetSpan(size));
        writer.UInt32(0);
        if (sequence == 0)
        {
            writer.Byte((byte)FrameKind.Message);
        }
        else
        {
            writer.Byte((byte)FrameKind.SystemMessage);
            writer.Varint(sequence);
        }

        WritePath(ref writer, recipient);
        WritePath(ref writer, sender);
        writer.Int32(payload.SerializerId);
        writer.Varint((ulong)manifest);
        if (manifest == LiteralText)
            writer.Text(payload.Manifest);
        writer.Bytes(payload.Bytes);
        writer.EndFrame();
        output.Advance(writer.Written);
    }

    public void Heartbeat() => WriteSmall(FrameKind.Heartbeat, 0, 0);

    public void Goodbye(GoodbyeReason reason) => WriteSmall(FrameKind.Goodbye, (byte)reason, 1);

    /// <summary>Acknowledges all system messages up to <paramref name="upTo"/>.</summary>
    /// <param name="upTo">The last number that was received in order.</param>
    /// <param name="gap">True if a later one has arrived: what lies between must be sent again.</param>
    public void Ack(ulong upTo, bool gap)
    {
        var writer = new WireWriter(output.GetSpan(WireFormat.FrameHeaderLength + 2 + WireWriter.MaxVarint));
        writer.UInt32(0);
        writer.Byte((byte)FrameKind.Ack);
        writer.Varint(upTo);
        writer.Byte(gap ? (byte)1 : (byte)0);
        writer.EndFrame();
        output.Advance(writer.Written);
    }

    private static void WritePath(ref WireWriter writer, PathName path)
    {
        writer.Varint((ulong)path.Reference);
        if (path.Reference == LiteralText)
            writer.Text(path.Text);
    }

    private int ManifestReference(string manifest)
    {
        if (manifest.Length == 0)
            return NoText;
        if (_manifests.TryGetId(manifest, out var known))
            return FirstEntry + known;
        return OutboundTextTable.IsWorthAnEntry(manifest) ? FirstEntry + Intern(_manifests, TableKind.Manifest, manifest) : LiteralText;
    }

    private int Intern(OutboundTextTable table, TableKind kind, string text)
    {
        if (table.TryGetId(text, out var known))
            return known;
        if (table.IsFull)
        {
            table.Clear();
            if (kind == TableKind.Path)
                PathEpoch++;
            WriteSmall(FrameKind.ResetTable, (byte)kind, 1);
        }

        var id = table.Add(text);
        var writer = new WireWriter(output.GetSpan(WireFormat.FrameHeaderLength + 2 + WireWriter.MaxVarint + WireWriter.MaxText(text)));
        writer.UInt32(0);
        writer.Byte((byte)FrameKind.Define);
        writer.Byte((byte)kind);
        writer.Varint((ulong)id);
        writer.Text(text);
        writer.EndFrame();
        output.Advance(writer.Written);
        return id;
    }

    private void WriteSmall(FrameKind kind, byte field, int fields)
    {
        var writer = new WireWriter(output.GetSpan(WireFormat.FrameHeaderLength + 2));
        writer.UInt32(0);
        writer.Byte((byte)kind);
        if (fields > 0)
            writer.Byte(field);
        writer.EndFrame();
        output.Advance(writer.Written);
    }
}

/// <summary>A path as a frame names it.</summary>
/// <param name="Reference">None, literal, or the number of a table entry.</param>
/// <param name="Text">The path itself; written only for a literal.</param>
internal readonly record struct PathName(int Reference, string Text)
{
    public static PathName None => new(FrameEncoder.NoText, string.Empty);

    public int MaxLiteral => Reference == FrameEncoder.LiteralText ? WireWriter.MaxText(Text) : 0;
}

/// <summary>A serialized message.</summary>
/// <param name="SerializerId">Which serializer reads it.</param>
/// <param name="Manifest">What the serializer wants to know about the type; empty for nothing.</param>
/// <param name="Bytes">The message.</param>
internal readonly record struct Payload(int SerializerId, string Manifest, byte[] Bytes);
