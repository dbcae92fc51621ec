using System.Buffers.Binary;
using System.Text;

namespace Akka.Remote.Wire;

/// <summary>Writes fields into a span that the caller has made large enough.</summary>
internal ref struct WireWriter(Span<byte> target)
{
    private readonly Span<byte> _target = target;

    public int Written { get; private set; }

    /// <summary>The most bytes that a varint takes.</summary>
    public const int MaxVarint = 10;

    public void Byte(byte value) => _target[Written++] = value;

    public void UInt16(ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_target[Written..], value);
        Written += sizeof(ushort);
    }

    public void UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_target[Written..], value);
        Written += sizeof(uint);
    }

    public void Int32(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_target[Written..], value);
        Written += sizeof(int);
    }

    public void Varint(ulong value)
    {
        var at = Written;
        while (value >= 0x80)
        {
            _target[at++] = (byte)(value | 0x80);
            value >>= 7;
        }

        _target[at++] = (byte)value;
        Written = at;
    }

    public void Text(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        Varint((ulong)length);
        Encoding.UTF8.GetBytes(value, _target[Written..]);
        Written += length;
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        value.CopyTo(_target[Written..]);
        Written += value.Length;
    }

    /// <summary>The most bytes that <see cref="Text"/> writes for <paramref name="value"/>.</summary>
    public static int MaxText(string value) => MaxVarint + Encoding.UTF8.GetMaxByteCount(value.Length);

    /// <summary>Fills in the length of the frame that begins at the start of the span.</summary>
    public readonly void EndFrame() =>
        BinaryPrimitives.WriteUInt32LittleEndian(_target, (uint)(Written - WireFormat.FrameHeaderLength));
}
