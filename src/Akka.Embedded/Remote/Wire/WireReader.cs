using System.Buffers.Binary;
using System.Text;

namespace Akka.Remote.Wire;

/// <summary>
/// Reads fields from bytes of a peer, which may be anything. Nothing here throws or trusts a length: the first field that is not there
/// or not well-formed sets <see cref="Failed"/>, and every later read gives a default value.
/// </summary>
internal ref struct WireReader(ReadOnlySpan<byte> bytes)
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: false);

    private ReadOnlySpan<byte> _rest = bytes;

    public bool Failed { get; private set; }

    public readonly bool AtEnd => _rest.IsEmpty;

    public byte Byte()
    {
        if (_rest.IsEmpty)
            return Fail<byte>();
        var value = _rest[0];
        _rest = _rest[1..];
        return value;
    }

    public ushort UInt16() => Take(sizeof(ushort), out var field) ? BinaryPrimitives.ReadUInt16LittleEndian(field) : default;

    public int Int32() => Take(sizeof(int), out var field) ? BinaryPrimitives.ReadInt32LittleEndian(field) : default;

    public ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (_rest.IsEmpty)
                return Fail<ulong>();
            var next = _rest[0];
            _rest = _rest[1..];
            value |= (ulong)(next & 0x7F) << shift;
            if ((next & 0x80) == 0)
                return shift == 63 && next > 1 ? Fail<ulong>() : value;
        }

        return Fail<ulong>();
    }

    /// <summary>A varint that must not exceed <paramref name="max"/>.</summary>
    public int Bounded(int max)
    {
        var value = Varint();
        return value > (ulong)max ? Fail<int>() : (int)value;
    }

    /// <summary>A string of at most <paramref name="maxBytes"/> bytes.</summary>
    public string Text(int maxBytes)
    {
        var length = Bounded(maxBytes);
        return Take(length, out var field) ? Utf8.GetString(field) : string.Empty;
    }

    /// <summary>Bytes with their length, at most <paramref name="maxBytes"/>.</summary>
    public ReadOnlySpan<byte> Bytes(int maxBytes)
    {
        var length = Bounded(maxBytes);
        return Take(length, out var field) ? field : default;
    }

    public ReadOnlySpan<byte> Rest()
    {
        var rest = _rest;
        _rest = default;
        return rest;
    }

    private bool Take(int length, out ReadOnlySpan<byte> field)
    {
        if (Failed || _rest.Length < length)
        {
            field = default;
            Fail<int>();
            return false;
        }

        field = _rest[..length];
        _rest = _rest[length..];
        return true;
    }

    private T Fail<T>()
        where T : struct
    {
        Failed = true;
        _rest = default;
        return default;
    }
}
