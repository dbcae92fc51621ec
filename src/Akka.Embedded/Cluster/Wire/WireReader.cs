using System.Buffers.Binary;
using System.Runtime.Serialization;
using System.Text;

namespace Akka.Cluster.Wire;

/// <summary>
/// Reads what <see cref="WireWriter"/> has written. The bytes come from the network and may be anything: every read is
/// checked against what is left, every count against a limit, and all that is wrong becomes a <see cref="SerializationException"/>.
/// </summary>
internal ref struct WireReader(ReadOnlySpan<byte> bytes)
{
    /// <summary>More members, rows, roles or tombstones than any real cluster has.</summary>
    public const int MaxCount = 20_000;

    private const int MaxTextBytes = 1024;
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;

    public byte Byte()
    {
        if (_at >= _bytes.Length)
            throw Garbled("it ends early");
        return _bytes[_at++];
    }

    public long Number()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var b = Byte();
            if (shift == 63 && b > 1)
                throw Garbled("a number is too big");
            value |= (ulong)(b & 0x7F) << shift;
            if ((b & 0x80) == 0)
                return (long)value;
        }

        throw Garbled("a number is too long");
    }

    public int Int32()
    {
        if (_bytes.Length - _at < 4)
            throw Garbled("it ends early");
        _at += 4;
        return BinaryPrimitives.ReadInt32LittleEndian(_bytes[(_at - 4)..]);
    }

    /// <summary>A number from 0 to below <paramref name="limit"/>.</summary>
    public int Below(int limit)
    {
        var value = Number();
        if (value < 0 || value >= limit)
            throw Garbled($"{value} is not below {limit}");
        return (int)value;
    }

    /// <summary>A number of things that follow, each of at least one byte.</summary>
    public int Count() => Below(Math.Min(MaxCount, _bytes.Length - _at) + 1);

    public string Text()
    {
        var length = Below(MaxTextBytes + 1);
        if (_bytes.Length - _at < length)
            throw Garbled("it ends early");
        _at += length;
        try
        {
            return Utf8.GetString(_bytes.Slice(_at - length, length));
        }
        catch (DecoderFallbackException)
        {
            throw Garbled("a text is not UTF-8");
        }
    }

    public readonly void End()
    {
        if (_at != _bytes.Length)
            throw Garbled($"{_bytes.Length - _at} bytes are left over");
    }

    public static SerializationException Garbled(string what) => new($"Garbled cluster message: {what}");
}
