using System.Buffers.Binary;
using Trapline.Hypervisor.Devices.Virtio.Queues;

namespace Trapline.Hypervisor.Devices.Virtio.Net;

/// <summary>
/// The network device (virtio 1.2, section 5.1) with one pair of queues, its own address, and no offloads: each buffer holds one
/// Ethernet frame behind a header of 12 bytes.
/// </summary>
public sealed class VirtioNet : VirtioFunction, INetPort
{
    /// <summary>The longest frame in either direction: Ethernet with one VLAN tag. Without offloads nothing longer is allowed (5.1.6.2).</summary>
    public const int MaxFrame = 1518;

    private const ulong FeatureMac = 1UL << 5;
    private const ulong FeatureStatus = 1UL << 16;
    private const ushort LinkUp = 1;
    private const int HeaderSize = 12;
    private const int BufferCountOffset = 10;
    private const int ReceiveQueue = 0;
    private const int TransmitQueue = 1;

    private static readonly ushort[] Sizes = [256, 256];

    private readonly INetBackend _backend;
    private readonly byte[] _address;
    private readonly DescriptorChain _chain = new();

    /// <summary>Makes the device.</summary>
    /// <param name="backend">The network.</param>
    /// <param name="address">Its Ethernet address: 6 bytes.</param>
    public VirtioNet(INetBackend backend, ReadOnlySpan<byte> address)
    {
        if (address.Length != 6)
            throw new ArgumentException("An Ethernet address has 6 bytes.", nameof(address));
        _backend = backend;
        _address = address.ToArray();
        backend.Attach(this);
    }

    /// <inheritdoc/>
    public override uint DeviceId => 1;

    /// <inheritdoc/>
    public override ulong Features => FeatureMac | FeatureStatus;

    /// <inheritdoc/>
    public override IReadOnlyList<ushort> QueueSizes => Sizes;

    /// <inheritdoc/>
    public override int ConfigSize => 8;

    /// <inheritdoc/>
    public bool Deliver(ReadOnlySpan<byte> frame)
    {
        if (Transport is not { } transport || frame.Length is 0 or > MaxFrame)
            return false;
        lock (transport.Gate)
        {
            if (!transport.Running)
                return false;
            var delivered = DeliverLocked(frame);
            transport.CheckQueue(ReceiveQueue);
            return delivered;
        }
    }

    /// <inheritdoc/>
    protected internal override void ReadConfig(Span<byte> config)
    {
        _address.CopyTo(config);
        BinaryPrimitives.WriteUInt16LittleEndian(config[6..], LinkUp);
    }

    /// <inheritdoc/>
    protected internal override void OnNotify(int queue)
    {
        if (queue == TransmitQueue)
            AnswerAll(TransmitQueue, Send);

        // Buffers for receiving wait in their ring until a frame comes; there is no need to hear of each.
    }

    private uint? Send(DescriptorChain chain)
    {
        if (chain.ReadableLength < HeaderSize)
            return null;
        var length = chain.ReadableLength - HeaderSize;
        if (length is 0 or > MaxFrame)
            return 0;
        Span<byte> frame = stackalloc byte[MaxFrame];
        frame = frame[..(int)length];
        if (!chain.Read(Transport.Memory, HeaderSize, frame))
            return null;
        _backend.Send(frame);
        return 0;
    }

    private bool DeliverLocked(ReadOnlySpan<byte> frame)
    {
        var queue = Transport.Queue(ReceiveQueue);
        if (queue.TryTake(_chain) != TakeResult.Taken)
            return false;
        if (_chain.WritableLength < HeaderSize)
        {
            queue.Break(VirtqueueFault.BadRequest);
            return false;
        }

        Span<byte> header = stackalloc byte[HeaderSize];
        header.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(header[BufferCountOffset..], 1); // section 5.1.6.4.1: always one buffer
        var fits = _chain.Write(Transport.Memory, 0, header) && _chain.Write(Transport.Memory, HeaderSize, frame);
        queue.Give(_chain.Head, fits ? (uint)(HeaderSize + frame.Length) : 0);
        Transport.SignalUsed(ReceiveQueue);
        return fits;
    }
}
