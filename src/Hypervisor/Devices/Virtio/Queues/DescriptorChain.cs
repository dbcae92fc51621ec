using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Devices.Virtio.Queues;

/// <summary>
/// One request of a driver: the segments of guest memory that the device reads, followed by those that it writes (virtio 1.2,
/// section 2.7.4.2). All were inside the guest's RAM when the chain was taken. Objects are reused.
/// </summary>
public sealed class DescriptorChain
{
    private Segment[] _segments = new Segment[4];
    private int _count;
    private int _readable;

    /// <summary>The index by which the driver knows the chain.</summary>
    public ushort Head { get; private set; }

    /// <summary>Bytes that the device may read.</summary>
    public long ReadableLength { get; private set; }

    /// <summary>Bytes that the device may write.</summary>
    public long WritableLength { get; private set; }

    /// <summary>Copies bytes out of the readable part. False if they are not all there.</summary>
    public bool Read(IGuestMemory memory, long offset, Span<byte> destination)
    {
        if (offset < 0 || destination.Length > ReadableLength - offset)
            return false;
        for (var i = 0; i < _readable && destination.Length > 0; i++)
        {
            var segment = _segments[i];
            if (offset >= segment.Length)
            {
                offset -= segment.Length;
                continue;
            }

            var piece = destination[..(int)Math.Min(destination.Length, segment.Length - offset)];
            if (!memory.TryRead(segment.Address + (ulong)offset, piece))
                return false;
            destination = destination[piece.Length..];
            offset = 0;
        }

        return true;
    }

    /// <summary>Copies bytes into the writable part. False if they do not fit.</summary>
    public bool Write(IGuestMemory memory, long offset, ReadOnlySpan<byte> source)
    {
        if (offset < 0 || source.Length > WritableLength - offset)
            return false;
        for (var i = _readable; i < _count && source.Length > 0; i++)
        {
            var segment = _segments[i];
            if (offset >= segment.Length)
            {
                offset -= segment.Length;
                continue;
            }

            var piece = source[..(int)Math.Min(source.Length, segment.Length - offset)];
            if (!memory.TryWrite(segment.Address + (ulong)offset, piece))
                return false;
            source = source[piece.Length..];
            offset = 0;
        }

        return true;
    }

    internal void Begin(ushort head)
    {
        Head = head;
        _count = 0;
        _readable = 0;
        ReadableLength = 0;
        WritableLength = 0;
    }

    internal VirtqueueFault Add(IGuestMemory memory, Gpa address, uint length, bool writable)
    {
        if (length == 0)
            return VirtqueueFault.EmptyDescriptor;
        if (length > int.MaxValue || !memory.TryGetReadOnlySpan(address, (int)length, out _))
            return VirtqueueFault.OutsideMemory;
        if (!writable && WritableLength > 0)
            return VirtqueueFault.ReadableAfterWritable;
        if (ReadableLength + WritableLength + length > uint.MaxValue)
            return VirtqueueFault.ChainTooLarge; // section 2.7.5.2: at most 2^32 bytes in a chain

        if (_count == _segments.Length)
            Array.Resize(ref _segments, _count * 2);
        _segments[_count++] = new Segment(address, length);
        if (writable)
        {
            WritableLength += length;
        }
        else
        {
            ReadableLength += length;
            _readable = _count;
        }

        return VirtqueueFault.None;
    }

    private readonly record struct Segment(Gpa Address, uint Length);
}
