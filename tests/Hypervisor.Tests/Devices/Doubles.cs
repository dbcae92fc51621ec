using System.Text;
using Trapline.Hypervisor.Devices.Clint;
using Trapline.Hypervisor.Devices.Console;
using Trapline.Hypervisor.Devices.Rtc;
using Trapline.Hypervisor.Memory;
using Trapline.Hypervisor.Time;

namespace Trapline.Hypervisor.Tests.Devices;

/// <summary>Guest RAM in an array.</summary>
internal sealed class TestMemory(int size, ulong start = TestMemory.DefaultStart) : IGuestMemory
{
    public const ulong DefaultStart = 0x8000_0000;

    public byte[] Bytes { get; } = new byte[size];

    public Span<byte> At(ulong address, int length) => Bytes.AsSpan((int)(address - start), length);

    public bool TryRead(Gpa address, Span<byte> destination)
    {
        if (!TryGetReadOnlySpan(address, destination.Length, out var span))
            return false;
        span.CopyTo(destination);
        return true;
    }

    public bool TryWrite(Gpa address, ReadOnlySpan<byte> source)
    {
        if (!TryGetSpan(address, source.Length, out var span))
            return false;
        source.CopyTo(span);
        return true;
    }

    public bool TryGetReadOnlySpan(Gpa address, int length, out ReadOnlySpan<byte> span)
    {
        var found = TryGetSpan(address, length, out var writable);
        span = writable;
        return found;
    }

    public bool TryGetSpan(Gpa address, int length, out Span<byte> span)
    {
        span = default;
        if (length < 0 || address.Value < start || address.Value - start > (ulong)Bytes.Length
            || (ulong)length > (ulong)Bytes.Length - (address.Value - start))
            return false;
        span = Bytes.AsSpan((int)(address.Value - start), length);
        return true;
    }
}

/// <summary>Remembers the level of a wire and how often it rose.</summary>
internal sealed class TestLine : IInterruptLine
{
    private readonly Lock _gate = new();

    public bool Level { get; private set; }

    public int Rises { get; private set; }

    public void Set(bool level)
    {
        lock (_gate)
        {
            if (level && !Level)
                Rises++;
            Level = level;
        }
    }
}

/// <summary>A clock that stands where the test puts it.</summary>
internal sealed class TestClock : IMachineClock
{
    public ulong Ticks { get; set; }

    public ulong WallClockNanoseconds { get; set; }
}

/// <summary>Remembers the last deadline.</summary>
internal sealed class TestTimer : ITimerTarget, IAlarmTimer
{
    public ulong? Deadline { get; private set; }

    public int Calls { get; private set; }

    public void SetDeadline(ulong ticks)
    {
        Deadline = ticks;
        Calls++;
    }
}

/// <summary>Collects console output.</summary>
internal sealed class TestOutput : IConsoleOutput
{
    private readonly MemoryStream _bytes = new();

    public string Text
    {
        get
        {
            lock (_bytes)
                return Encoding.UTF8.GetString(_bytes.ToArray());
        }
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        lock (_bytes)
            _bytes.Write(bytes);
    }
}
