using System.Buffers;
using Akka.Remote.Wire;

namespace Akka.Remote.Serialization;

/// <summary>A growing buffer that fields are appended to.</summary>
internal sealed class WireBuffer
{
    private readonly ArrayBufferWriter<byte> _buffer = new();

    public WireBuffer Byte(byte value)
    {
        _buffer.GetSpan(1)[0] = value;
        _buffer.Advance(1);
        return this;
    }

    public WireBuffer Int32(int value)
    {
        var writer = new WireWriter(_buffer.GetSpan(sizeof(int)));
        writer.Int32(value);
        _buffer.Advance(writer.Written);
        return this;
    }

    public WireBuffer Varint(ulong value)
    {
        var writer = new WireWriter(_buffer.GetSpan(WireWriter.MaxVarint));
        writer.Varint(value);
        _buffer.Advance(writer.Written);
        return this;
    }

    public WireBuffer Text(string value)
    {
        var writer = new WireWriter(_buffer.GetSpan(WireWriter.MaxText(value)));
        writer.Text(value);
        _buffer.Advance(writer.Written);
        return this;
    }

    /// <summary>A payload with its length, so that more can follow.</summary>
    public WireBuffer Payload(in Payload payload)
    {
        Int32(payload.SerializerId);
        Text(payload.Manifest);
        Varint((ulong)payload.Bytes.Length);
        _buffer.Write(payload.Bytes);
        return this;
    }

    public byte[] ToArray() => _buffer.WrittenSpan.ToArray();
}
