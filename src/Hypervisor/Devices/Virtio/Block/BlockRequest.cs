using System.Buffers;
using System.Buffers.Binary;
using Trapline.Hypervisor.Devices.Virtio.Queues;
using Trapline.Hypervisor.Storage;
using static Trapline.Hypervisor.Devices.Virtio.Block.BlockRegisters;

namespace Trapline.Hypervisor.Devices.Virtio.Block;

/// <summary>
/// One request of a block device's driver, carried out on an I/O thread. Data moves in pieces through a pooled buffer, so that a large
/// request needs little memory and the slot's lock is held only for copies. Objects are reused.
/// </summary>
internal sealed class BlockRequest(VirtioBlock device) : IIoWork
{
    private const int PieceSize = 64 * 1024;

    private uint _type;
    private ulong _sector;

    public DescriptorChain Chain { get; } = new();

    public int Epoch { get; private set; }

    public void Begin(uint type, ulong sector, int epoch)
    {
        _type = type;
        _sector = sector;
        Epoch = epoch;
    }

    public void Run()
    {
        var (status, written) = _type switch
        {
            TypeIn => Read(),
            TypeOut => Write(),
            TypeFlush => (Status(device.Backend.Flush()), 0u),
            TypeGetId => GetId(),
            TypeWriteZeroes => WriteZeroes(),
            _ => (StatusUnsupported, 0u),
        };
        device.Finished(this, status, written);
    }

    private (byte Status, uint Written) Read()
    {
        var length = Chain.WritableLength - 1;
        if (!IsInside(length))
            return (StatusIoError, 0);
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(length, PieceSize));
        try
        {
            for (long done = 0; done < length;)
            {
                var piece = buffer.AsMemory(0, (int)Math.Min(PieceSize, length - done));
                if (device.Backend.Read((long)(_sector * SectorSize) + done, piece.Span) != BlockStatus.Ok
                    || !device.WhileCurrent(this, (Chain, piece, done),
                        static (transport, s) => s.Chain.Write(transport.Memory, s.done, s.piece.Span)))
                    return (StatusIoError, (uint)done);
                done += piece.Length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return (StatusOk, (uint)length);
    }

    private (byte Status, uint Written) Write()
    {
        var length = Chain.ReadableLength - HeaderSize;
        if (device.Backend.IsReadOnly || !IsInside(length))
            return (StatusIoError, 0);
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(length, PieceSize));
        try
        {
            for (long done = 0; done < length;)
            {
                var piece = buffer.AsMemory(0, (int)Math.Min(PieceSize, length - done));
                if (!device.WhileCurrent(this, (Chain, piece, done),
                        static (transport, s) => s.Chain.Read(transport.Memory, HeaderSize + s.done, s.piece.Span))
                    || device.Backend.Write((long)(_sector * SectorSize) + done, piece.Span) != BlockStatus.Ok)
                    return (StatusIoError, 0);
                done += piece.Length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return (MakeDurable(), 0);
    }

    private (byte Status, uint Written) GetId()
    {
        var length = (int)Math.Min(Chain.WritableLength - 1, IdSize);
        return device.WhileCurrent(this, (Chain, device, length),
            static (transport, s) => s.Chain.Write(transport.Memory, 0, s.device.Id[..s.length]))
            ? (StatusOk, (uint)length)
            : (StatusIoError, 0u);
    }

    private (byte Status, uint Written) WriteZeroes()
    {
        if (device.Backend.IsReadOnly || Chain.ReadableLength != HeaderSize + RangeSize)
            return (StatusUnsupported, 0); // one range at a time, as the configuration says
        var range = new byte[RangeSize];
        if (!device.WhileCurrent(this, (Chain, range), static (transport, s) => s.Chain.Read(transport.Memory, HeaderSize, s.range)))
            return (StatusIoError, 0);
        _sector = BinaryPrimitives.ReadUInt64LittleEndian(range);
        var length = (long)BinaryPrimitives.ReadUInt32LittleEndian(range.AsSpan(8)) * SectorSize;
        var flags = BinaryPrimitives.ReadUInt32LittleEndian(range.AsSpan(12));
        if ((flags & ~RangeFlagUnmap) != 0)
            return (StatusUnsupported, 0); // section 5.2.6.2: unknown flags
        if (length > VirtioBlock.MaxZeroBytes || !IsInside(length))
            return (StatusIoError, 0);
        var status = Status(device.Backend.WriteZeroes((long)(_sector * SectorSize), length));
        return (status == StatusOk ? MakeDurable() : status, 0);
    }

    private byte MakeDurable() => device.WriteThrough ? Status(device.Backend.Flush()) : StatusOk;

    /// <summary>Whether the request speaks of whole sectors of the disk; nothing here overflows.</summary>
    private bool IsInside(long length) =>
        length is >= 0 and <= VirtioBlock.MaxRequestBytes && length % SectorSize == 0
        && _sector <= (ulong)device.Sectors && length / SectorSize <= device.Sectors - (long)_sector;

    private static byte Status(BlockStatus status) => status == BlockStatus.Ok ? StatusOk : StatusIoError;
}
