using System.Buffers.Binary;
using System.Text;
using Trapline.Hypervisor.Devices.Virtio.Queues;
using Trapline.Hypervisor.Storage;
using static Trapline.Hypervisor.Devices.Virtio.Block.BlockRegisters;

namespace Trapline.Hypervisor.Devices.Virtio.Block;

/// <summary>
/// The block device (virtio 1.2, section 5.2). A notification only takes requests from the queue; an I/O lane carries them out, several
/// at a time and away from the harts, and gives them back under the slot's lock.
/// <code>
///   hart:  notify --> take chain --> submit ---.          .--> lock --> status byte, give back, interrupt
///   I/O:                                        `--> read or write the back-end, in pieces
/// </code>
/// After a reset, requests of the old epoch no longer touch guest memory, and no new one starts before the last of them has ended,
/// so that an old write cannot overtake a new driver's.
/// </summary>
public sealed class VirtioBlock : VirtioFunction
{
    /// <summary>The most bytes that one request may read or write.</summary>
    public const long MaxRequestBytes = 32L << 20;

    /// <summary>The most bytes that one request may zero.</summary>
    public const long MaxZeroBytes = 32L << 20;

    private const int SegmentMax = 254;
    private const int Parallelism = 4;
    private const int SpareRequests = 8;

    private static readonly ushort[] Sizes = [256];

    private readonly IBlockBackend _backend;
    private readonly IIoLane _lane;
    private readonly byte[] _id = new byte[IdSize];
    private readonly Stack<BlockRequest> _spare = new();
    private TaskCompletionSource? _idle;
    private int _inFlight;
    private int _stale; // in flight for an epoch before _epoch
    private int _epoch;

    /// <summary>Makes the device.</summary>
    /// <param name="backend">The disk; the device does not dispose it.</param>
    /// <param name="executor">What carries out its requests.</param>
    /// <param name="id">What GET_ID answers: at most 20 ASCII characters.</param>
    public VirtioBlock(IBlockBackend backend, IIoExecutor executor, string id = "trapline")
    {
        _backend = backend;
        _lane = executor.CreateLane(Parallelism);
        Encoding.ASCII.GetBytes(id.AsSpan(0, Math.Min(id.Length, IdSize)), _id);
    }

    /// <inheritdoc/>
    public override uint DeviceId => 2;

    /// <inheritdoc/>
    public override ulong Features => FeatureSegmentMax | FeatureBlockSize | FeatureFlush
        | (_backend.IsReadOnly ? FeatureReadOnly : FeatureWriteZeroes);

    /// <inheritdoc/>
    public override IReadOnlyList<ushort> QueueSizes => Sizes;

    /// <inheritdoc/>
    public override int ConfigSize => 60;

    internal IBlockBackend Backend => _backend;

    internal ReadOnlySpan<byte> Id => _id;

    internal long Sectors => _backend.LengthBytes / SectorSize;

    /// <summary>Section 5.2.6.2: a driver that did not take FLUSH expects each write to be durable when it completes.</summary>
    internal bool WriteThrough => !Transport.Negotiated(FeatureFlush);

    /// <summary>
    /// Completes when no request is in flight. With the harts paused it stays so: the moment to save the device. Any thread.
    /// </summary>
    public Task WhenIdle()
    {
        lock (Transport.Gate)
        {
            if (_inFlight == 0)
                return Task.CompletedTask;
            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _idle.Task;
        }
    }

    /// <inheritdoc/>
    protected internal override void ReadConfig(Span<byte> config)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(config, (ulong)Sectors);
        BinaryPrimitives.WriteUInt32LittleEndian(config[12..], SegmentMax);
        BinaryPrimitives.WriteUInt32LittleEndian(config[20..], SectorSize);
        if (_backend.IsReadOnly)
            return;
        BinaryPrimitives.WriteUInt32LittleEndian(config[48..], (uint)(MaxZeroBytes / SectorSize));
        BinaryPrimitives.WriteUInt32LittleEndian(config[52..], 1); // ranges in a WRITE_ZEROES request
    }

    /// <inheritdoc/>
    protected internal override void OnNotify(int queue)
    {
        var ring = Transport.Queue(0);
        if (_epoch != ring.Epoch)
        {
            _epoch = ring.Epoch;
            _stale = _inFlight;
        }

        if (_stale > 0)
            return; // Finished looks again
        do
        {
            // A chain stays taken until its request ends, so this loop is bounded by the queue's size unless the driver cheats.
            while (_inFlight < ring.Size && Take(ring) is { } request)
                _lane.Submit(request);
        }
        while (_inFlight < ring.Size && ring.AskForNotification());
        Transport.CheckQueue(0);
    }

    /// <summary>Runs an action on the queue for a request, unless the queue has been reset since the request was taken.</summary>
    internal bool WhileCurrent<TState>(BlockRequest request, TState state, Func<VirtioTransport, TState, bool> action)
    {
        lock (Transport.Gate)
            return Transport.Queue(0).Epoch == request.Epoch && action(Transport, state);
    }

    /// <summary>A request has ended: gives it back if its driver still waits for it.</summary>
    internal void Finished(BlockRequest request, byte status, uint written)
    {
        lock (Transport.Gate)
        {
            _inFlight--;
            var ring = Transport.Queue(0);
            var chain = request.Chain;
            if (ring.Epoch == request.Epoch)
            {
                if (chain.Write(Transport.Memory, chain.WritableLength - 1, [status]))
                    ring.Give(chain.Head, written + 1);
                Transport.SignalUsed(0);
                Transport.CheckQueue(0);
            }
            else if (_epoch == ring.Epoch)
            {
                _stale--;
            }

            if (_spare.Count < SpareRequests)
                _spare.Push(request);
            if (Transport.Running && (_inFlight == ring.Size - 1 || ring.Epoch != request.Epoch))
                OnNotify(0);
            if (_inFlight == 0)
            {
                _idle?.SetResult();
                _idle = null;
            }
        }
    }

    private BlockRequest? Take(Virtqueue ring)
    {
        var request = _spare.Count > 0 ? _spare.Pop() : new BlockRequest(this);
        if (ring.TryTake(request.Chain) != TakeResult.Taken)
        {
            _spare.Push(request);
            return null;
        }

        // Section 5.2.6: a header that we read, and at its end a status byte that we write.
        Span<byte> header = stackalloc byte[HeaderSize];
        if (request.Chain.WritableLength < 1 || !request.Chain.Read(Transport.Memory, 0, header))
        {
            ring.Break(VirtqueueFault.BadRequest);
            return null;
        }

        request.Begin(
            BinaryPrimitives.ReadUInt32LittleEndian(header), BinaryPrimitives.ReadUInt64LittleEndian(header[8..]), ring.Epoch);
        _inFlight++;
        return request;
    }
}
