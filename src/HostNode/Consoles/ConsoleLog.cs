using System.Collections.Immutable;
using Trapline.Hypervisor.Devices.Console;

namespace Trapline.HostNode.Consoles;

/// <summary>
/// What a guest printed: the last of it in memory, for whoever looks, and bells for what comes. Written on a hart's thread, so it never waits:
/// the ring overwrites its oldest bytes, and who listens only hears that there is more.
/// </summary>
public sealed class ConsoleLog : IConsoleOutput
{
    /// <summary>Bytes that are kept.</summary>
    public const int Capacity = 64 << 10;

    private readonly Lock _gate = new();
    private byte[] _ring = [];
    private ImmutableArray<Bell> _bells = [];
    private long _written;

    /// <summary>Bytes that the guest has printed so far.</summary>
    public long Written
    {
        get
        {
            lock (_gate)
                return _written;
        }
    }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            Grow(bytes.Length);
            foreach (var b in bytes)
                _ring[(int)(_written++ % _ring.Length)] = b;
        }

        foreach (var bell in _bells)
            bell.Ring();
    }

    /// <summary>Has a bell ring when bytes were added, on a hart's thread.</summary>
    public void Add(Bell bell)
    {
        lock (_gate)
            _bells = _bells.Add(bell);
    }

    /// <summary>The bytes from a position on, as far as they are kept.</summary>
    /// <param name="from">A position: 0 is the first byte that the guest ever printed.</param>
    /// <returns>The bytes, and the position behind them.</returns>
    public (byte[] Bytes, long Next) Read(long from)
    {
        lock (_gate)
        {
            var first = Math.Max(Math.Max(from, 0), _written - _ring.Length);
            var bytes = new byte[Math.Max(0, _written - first)];
            for (var i = 0; i < bytes.Length; i++)
                bytes[i] = _ring[(int)((first + i) % _ring.Length)];
            return (bytes, _written);
        }
    }

    /// <summary>An idle guest that never printed has no buffer; a growing one doubles until it holds the capacity.</summary>
    private void Grow(int more)
    {
        if (_ring.Length == Capacity || _written + more <= _ring.Length)
            return;
        var size = Math.Max(_ring.Length, 1024);
        while (size < Capacity && size < _written + more)
            size *= 2;
        Array.Resize(ref _ring, Math.Min(size, Capacity));
    }
}
