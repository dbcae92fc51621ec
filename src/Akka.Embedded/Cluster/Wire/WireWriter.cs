using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Akka.Cluster.Wire;

/// <summary>Writes the cluster's messages: numbers as LEB128 varints, strings as UTF-8 with their length, uids as 4 bytes.</summary>
internal sealed class WireWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new(256);

    public byte[] ToArray() => _buffer.WrittenSpan.ToArray();

    public void Byte(byte value)
    {
        _buffer.GetSpan(1)[0] = value;
        _buffer.Advance(1);
    }

    public void Number(long value)
    {
        var rest = (ulong)value;
        do
        {
            var low = (byte)(rest & 0x7F);
            rest >>= 7;
            Byte((byte)(rest != 0 ? low | 0x80 : low));
        }
        while (rest != 0);
    }

    public void Int32(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_buffer.GetSpan(4), value);
        _buffer.Advance(4);
    }

    public void Text(string value)
    {
        Number(Encoding.UTF8.GetByteCount(value));
        _buffer.Write(Encoding.UTF8.GetBytes(value));
    }
}
