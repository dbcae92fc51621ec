namespace Trapline.Hypervisor.Devices.Console;

/// <summary>
/// Bytes on their way to a guest's console: a bounded queue between whoever types (any thread) and one device. What does not fit is
/// not taken, and <see cref="SpaceFreed"/> says when to offer the rest. The buffer is made with the first byte, so that an idle
/// machine has none.
/// </summary>
/// <param name="capacity">The most bytes that wait.</param>
public sealed class ConsoleInput(int capacity = ConsoleInput.DefaultCapacity)
{
    /// <summary>The most bytes that wait, unless said otherwise.</summary>
    public const int DefaultCapacity = 4096;

    private readonly Lock _gate = new();
    private byte[]? _buffer;
    private int _head;
    private volatile int _count;
    private bool _refused;
    private volatile Action? _arrived;

    /// <summary>Raised once when the device has taken bytes after an offer was cut short; on the device's thread, so it must not block.</summary>
    public event Action? SpaceFreed;

    /// <summary>How many bytes wait.</summary>
    public int Count => _count;

    /// <summary>
    /// Names the device that is told when bytes have arrived: on the offering thread, under no lock. It takes the place of the one
    /// before, so that a machine built anew on the same console does not share its input with the old one.
    /// </summary>
    public void Attach(Action arrived) => _arrived = arrived;

    /// <summary>Offers bytes; any thread.</summary>
    /// <returns>How many were taken, from the front of <paramref name="bytes"/>.</returns>
    public int Offer(ReadOnlySpan<byte> bytes)
    {
        int taken;
        lock (_gate)
        {
            taken = Math.Min(bytes.Length, capacity - _count);
            _refused |= taken < bytes.Length;
            if (taken > 0)
            {
                _buffer ??= new byte[capacity];
                var tail = (_head + _count) % capacity;
                var first = Math.Min(taken, capacity - tail);
                bytes[..first].CopyTo(_buffer.AsSpan(tail));
                bytes[first..taken].CopyTo(_buffer);
                _count += taken;
            }
        }

        if (taken > 0)
            _arrived?.Invoke();
        return taken;
    }

    /// <summary>Takes up to <paramref name="destination"/>'s length; the device calls it.</summary>
    /// <returns>How many bytes were taken.</returns>
    public int Take(Span<byte> destination)
    {
        if (_count == 0)
            return 0;
        int taken;
        bool freed;
        lock (_gate)
        {
            taken = Copy(destination);
            _count -= taken;
            _head = (_head + taken) % capacity;
            freed = _refused && taken > 0;
            _refused &= !freed;
        }

        if (freed)
            SpaceFreed?.Invoke();
        return taken;
    }

    /// <summary>The bytes that wait, without taking them: what a snapshot keeps, and offers to the restored machine.</summary>
    public byte[] Peek()
    {
        lock (_gate)
        {
            var bytes = new byte[_count];
            Copy(bytes);
            return bytes;
        }
    }

    private int Copy(Span<byte> destination)
    {
        var length = Math.Min(destination.Length, _count);
        if (length == 0)
            return 0;
        var first = Math.Min(length, capacity - _head);
        _buffer.AsSpan(_head, first).CopyTo(destination);
        _buffer.AsSpan(0, length - first).CopyTo(destination[first..]);
        return length;
    }
}
