using Trapline.Hypervisor.Storage;

namespace Trapline.Hypervisor.Tests.Storage;

/// <summary>
/// A file whose power can be cut at any write, resize or flush. What was flushed is durable. Of what came after, any sectors of 512
/// bytes may have reached the disk and any others not, as <see cref="AfterPowerCut"/> decides by its random numbers.
/// </summary>
internal sealed class PowerCutFile(byte[] content) : IDiskFile
{
    private const int Sector = 512;

    private readonly List<Change> _pending = [];
    private byte[] _now = [.. content];
    private byte[] _durable = [.. content];

    public PowerCutFile()
        : this([])
    {
    }

    /// <summary>How many operations succeed before the power goes; none fails while null.</summary>
    public int? OperationsLeft { get; set; }

    /// <summary>Operations so far.</summary>
    public int Operations { get; private set; }

    /// <summary>The bytes as a reader sees them now.</summary>
    public byte[] Content => [.. _now];

    public long Length => _now.Length;

    public bool TryRead(long offset, Span<byte> destination)
    {
        if (offset + destination.Length > _now.Length)
            return false;
        _now.AsSpan((int)offset, destination.Length).CopyTo(destination);
        return true;
    }

    public bool TryWrite(long offset, ReadOnlySpan<byte> source)
    {
        if (OperationsLeft < 0)
            return false;
        _pending.Add(new Change(offset, source.ToArray(), null));
        if (!Spend())
            return false;
        Apply(ref _now, offset, source);
        return true;
    }

    public bool TrySetLength(long length)
    {
        if (OperationsLeft < 0)
            return false;
        _pending.Add(new Change(0, [], length));
        if (!Spend())
            return false;
        Array.Resize(ref _now, (int)length);
        return true;
    }

    public bool TryFlush()
    {
        if (OperationsLeft < 0 || !Spend())
            return false;
        _durable = [.. _now];
        _pending.Clear();
        return true;
    }

    /// <summary>The file as it is found after the power has gone.</summary>
    public byte[] AfterPowerCut(Random random)
    {
        var found = _durable.ToArray();
        var kept = random.Next(5) switch { 0 => 0, 1 => 100, _ => random.Next(100) };
        foreach (var change in _pending)
        {
            if (change.Length is { } length)
            {
                if (random.Next(100) < kept)
                    Array.Resize(ref found, (int)length);
                continue;
            }

            for (var at = 0; at < change.Bytes.Length; at += Sector)
            {
                if (random.Next(100) < kept)
                    Apply(ref found, change.Offset + at, change.Bytes.AsSpan(at, Math.Min(Sector, change.Bytes.Length - at)));
            }
        }

        return found;
    }

    public void Dispose()
    {
    }

    private bool Spend()
    {
        Operations++;
        return --OperationsLeft is null or >= 0;
    }

    private static void Apply(ref byte[] bytes, long offset, ReadOnlySpan<byte> source)
    {
        if (bytes.Length < offset + source.Length)
            Array.Resize(ref bytes, (int)(offset + source.Length));
        source.CopyTo(bytes.AsSpan((int)offset));
    }

    private sealed record Change(long Offset, byte[] Bytes, long? Length);
}
