using System.Buffers.Binary;
using Trapline.Hypervisor.Devices.Console;
using Trapline.Hypervisor.Devices.Virtio.Queues;

namespace Trapline.Hypervisor.Devices.Virtio.Serial;

/// <summary>
/// The console device (virtio 1.2, section 5.3) with its port 0: a queue to the guest, a queue from it, the size of the terminal, and
/// the emergency write that works before the queues do.
/// </summary>
public sealed class VirtioConsole : VirtioFunction
{
    /// <summary>
    /// The most bytes printed of one buffer (Linux sends at most 32 KiB); the rest of a larger one is dropped, for it can only be meant
    /// to keep the hart's thread busy.
    /// </summary>
    public const long MaxOutputBytes = 128 * 1024;

    private const ulong FeatureSize = 1UL << 0;
    private const ulong FeatureEmergencyWrite = 1UL << 2;
    private const int ReceiveQueue = 0;
    private const int TransmitQueue = 1;
    private const int EmergencyWriteOffset = 8;

    private static readonly ushort[] Sizes = [64, 64];

    private readonly ConsoleInput _input;
    private readonly IConsoleOutput _output;
    private ushort _columns;
    private ushort _rows;

    /// <summary>Makes the device between a console's two directions.</summary>
    public VirtioConsole(ConsoleInput input, IConsoleOutput output, ushort columns = 80, ushort rows = 25)
    {
        _input = input;
        _output = output;
        _columns = columns;
        _rows = rows;
        input.Attach(InputArrived);
    }

    /// <inheritdoc/>
    public override uint DeviceId => 3;

    /// <inheritdoc/>
    public override ulong Features => FeatureSize | FeatureEmergencyWrite;

    /// <inheritdoc/>
    public override IReadOnlyList<ushort> QueueSizes => Sizes;

    /// <inheritdoc/>
    public override int ConfigSize => 12;

    /// <summary>Tells the guest that the terminal has another size; any thread, once the device is in its slot.</summary>
    public void Resize(ushort columns, ushort rows)
    {
        lock (Transport.Gate)
        {
            _columns = columns;
            _rows = rows;
            Transport.ConfigChanged();
        }
    }

    /// <inheritdoc/>
    protected internal override void ReadConfig(Span<byte> config)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(config, _columns);
        BinaryPrimitives.WriteUInt16LittleEndian(config[2..], _rows);
        BinaryPrimitives.WriteUInt32LittleEndian(config[4..], 1); // ports
    }

    /// <inheritdoc/>
    protected internal override void WriteConfig(int offset, int size, ulong value)
    {
        if (offset == EmergencyWriteOffset)
            _output.Write([(byte)value]);
    }

    /// <inheritdoc/>
    protected internal override void OnNotify(int queue)
    {
        if (queue == TransmitQueue)
            AnswerAll(TransmitQueue, Print);
        else
            DeliverInput();
    }

    private void InputArrived()
    {
        if (Transport is not { } transport)
            return; // not in a slot yet: the driver's first notification finds the input
        lock (transport.Gate)
        {
            if (transport.Running)
                DeliverInput();
        }
    }

    private void DeliverInput()
    {
        if (_input.Count > 0)
            AnswerWhile(ReceiveQueue, () => _input.Count > 0, Receive);
    }

    private uint? Receive(DescriptorChain chain)
    {
        if (chain.WritableLength == 0)
            return null;
        Span<byte> bytes = stackalloc byte[512];
        uint written = 0;
        while (written < chain.WritableLength)
        {
            var taken = _input.Take(bytes[..(int)Math.Min(bytes.Length, chain.WritableLength - written)]);
            if (taken == 0)
                break;
            if (!chain.Write(Transport.Memory, written, bytes[..taken]))
                return null;
            written += (uint)taken;
        }

        return written;
    }

    private uint? Print(DescriptorChain chain)
    {
        Span<byte> bytes = stackalloc byte[1024];
        var length = Math.Min(chain.ReadableLength, MaxOutputBytes);
        for (long done = 0; done < length; done += bytes.Length)
        {
            var piece = bytes[..(int)Math.Min(bytes.Length, length - done)];
            if (!chain.Read(Transport.Memory, done, piece))
                return null;
            _output.Write(piece);
        }

        return 0;
    }
}
