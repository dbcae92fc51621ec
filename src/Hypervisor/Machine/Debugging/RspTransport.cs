using System.Text;

namespace Trapline.Hypervisor.Machine.Debugging;

/// <summary>
/// Packets of the GDB remote serial protocol (GDB manual, appendix E.1): <c>$data#checksum</c>, acknowledged by <c>+</c> until both agree
/// not to; a lone byte 3 is an interrupt. The peer is hostile input too: a packet has a largest size, and a broken one is asked for again.
/// </summary>
internal sealed class RspTransport(Stream stream)
{
    /// <summary>The largest packet that is read; told to GDB as <c>PacketSize</c>.</summary>
    public const int PacketLimit = 0x8000;

    private readonly byte[] _buffer = new byte[4096];
    private readonly Lock _sending = new();
    private int _at;
    private int _end;

    /// <summary>Whether packets are acknowledged.</summary>
    public bool Acknowledge { get; set; } = true;

    /// <summary>
    /// Waits for the next packet or interrupt (which is returned as the text "\u0003"). Null at the end of the connection. Bytes are
    /// one char each.
    /// </summary>
    public string? Read()
    {
        for (; ; )
        {
            var first = NextByte();
            switch (first)
            {
                case -1:
                    return null;
                case 3:
                    return "\u0003";
                case '$':
                    if (ReadBody() is { } packet)
                        return packet;
                    if (_at == _end && _end == 0)
                        return null;
                    break;
            }
        }
    }

    /// <summary>Sends a packet.</summary>
    public void Send(string data)
    {
        var body = new StringBuilder(data.Length + 4).Append('$');
        byte sum = 0;
        foreach (var c in data)
        {
            if (c is '#' or '$' or '}' or '*')
            {
                body.Append('}').Append((char)(c ^ 0x20));
                sum += (byte)('}' + (c ^ 0x20));
            }
            else
            {
                body.Append(c);
                sum += (byte)c;
            }
        }

        body.Append('#').Append(Hex.Of(sum));
        lock (_sending)
        {
            stream.Write(Encoding.Latin1.GetBytes(body.ToString()));
            stream.Flush();
        }
    }

    private string? ReadBody()
    {
        var data = new StringBuilder();
        byte sum = 0;
        for (; ; )
        {
            var next = NextByte();
            if (next < 0)
                return null;
            if (next == '#')
                break;
            sum += (byte)next;
            if (next == '}')
            {
                var escaped = NextByte();
                sum += (byte)escaped;
                next = escaped ^ 0x20;
            }

            if (data.Length < PacketLimit)
                data.Append((char)(next & 0xff));
        }

        var (high, low) = (Hex.Digit(NextByte()), Hex.Digit(NextByte()));
        var intact = high >= 0 && low >= 0 && ((high << 4) | low) == sum;
        if (Acknowledge)
        {
            lock (_sending)
                stream.WriteByte(intact ? (byte)'+' : (byte)'-');
        }

        return intact ? data.ToString() : null;
    }

    private int NextByte()
    {
        if (_at == _end)
        {
            _at = 0;
            _end = 0;
            try
            {
                _end = stream.Read(_buffer);
            }
            catch (IOException)
            {
                return -1;
            }
            catch (ObjectDisposedException)
            {
                return -1;
            }

            if (_end == 0)
                return -1;
        }

        return _buffer[_at++];
    }
}
