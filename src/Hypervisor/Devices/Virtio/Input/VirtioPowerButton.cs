using System.Buffers.Binary;
using Trapline.Hypervisor.Devices.Virtio.Queues;
using static Trapline.Hypervisor.Devices.Virtio.Input.InputRegisters;

namespace Trapline.Hypervisor.Devices.Virtio.Input;

/// <summary>
/// The power button: an input device (virtio 1.2, section 5.8) that is a keyboard with one key. A driver selects in the configuration
/// space what it wants to know and reads the answer behind it; a size of 0 says that there is nothing of the kind. A press takes four
/// buffers, all of them or none, as half of an update must not arrive (section 5.8.6.2):
/// <code>
///   host:  Press --> lock --> key down, report, key up, report --> event queue --> interrupt
/// </code>
/// </summary>
public sealed class VirtioPowerButton : VirtioFunction
{
    private const int EventQueue = 0;
    private const int StatusQueue = 1;
    private const ushort VendorId = 0x5254; // "TR"
    private const ushort ProductId = 1;
    private const ushort Version = 1;

    private static readonly ushort[] Sizes = [64, 64];

    private static readonly (ushort Type, ushort Code, uint Value)[] Events =
    [
        (EventKey, KeyPower, KeyDown), (EventSyn, SynReport, 0), (EventKey, KeyPower, KeyUp), (EventSyn, SynReport, 0),
    ];

    private readonly DescriptorChain _chain = new();
    private byte _select;
    private byte _subselect;

    /// <summary>Makes the device at reset, or as it was saved.</summary>
    public VirtioPowerButton(PowerButtonStateV1? state = null) => (_select, _subselect) = state is null ? ((byte)0, (byte)0) : (state.Select, state.Subselect);

    /// <inheritdoc/>
    public override uint DeviceId => 18;

    /// <inheritdoc/>
    public override ulong Features => 0;

    /// <inheritdoc/>
    public override IReadOnlyList<ushort> QueueSizes => Sizes;

    /// <inheritdoc/>
    public override int ConfigSize => InputRegisters.ConfigSize;

    /// <summary>Presses and releases the button; any thread, once the device is in its slot. A press that nobody takes is not kept.</summary>
    public PowerPress Press()
    {
        lock (Transport.Gate)
        {
            if (!Transport.Running)
                return PowerPress.NobodyListens;
            var queue = Transport.Queue(EventQueue);
            var press = !queue.Offers(Events.Length) ? PowerPress.NoBuffers : Deliver(queue) ? PowerPress.Heard : PowerPress.NobodyListens;
            Transport.CheckQueue(EventQueue);
            return press;
        }
    }

    /// <summary>What <see cref="VirtioStateV1"/> has no room for; the slot saves the rest.</summary>
    public PowerButtonStateV1 Save()
    {
        lock (Transport.Gate)
            return new PowerButtonStateV1(_select, _subselect);
    }

    /// <inheritdoc/>
    protected internal override void ReadConfig(Span<byte> config)
    {
        config[SelectOffset] = _select;
        config[SubselectOffset] = _subselect;
        config[SizeOffset] = (byte)Describe(config[PayloadOffset..]);
    }

    /// <inheritdoc/>
    protected internal override void WriteConfig(int offset, int size, ulong value)
    {
        for (var i = 0; i < size; i++, value >>= 8)
        {
            if (offset + i == SelectOffset)
                _select = (byte)value;
            else if (offset + i == SubselectOffset)
                _subselect = (byte)value;
        }
    }

    /// <inheritdoc/>
    protected internal override void OnNotify(int queue)
    {
        if (queue == StatusQueue)
            AnswerAll(StatusQueue, IgnoreStatus);

        // Buffers for events wait in their ring until the button is pressed; there is no need to hear of each.
    }

    /// <inheritdoc/>
    protected internal override void OnReset() => (_select, _subselect) = (0, 0);

    /// <summary>Lamps and sounds that a keyboard could have, and this one has not.</summary>
    private static uint? IgnoreStatus(DescriptorChain chain) => chain.ReadableLength >= EventSize ? 0 : null;

    /// <summary>Writes the answer to what is selected, and returns its size (section 5.8.4).</summary>
    private int Describe(Span<byte> answer)
    {
        switch (_select, _subselect)
        {
            case (IdName, 0):
                return Copy("Trapline power button"u8, answer);
            case (IdSerial, 0):
                return Copy("power-button"u8, answer);
            case (IdDevices, 0):
                BinaryPrimitives.WriteUInt16LittleEndian(answer, BusVirtual);
                BinaryPrimitives.WriteUInt16LittleEndian(answer[2..], VendorId);
                BinaryPrimitives.WriteUInt16LittleEndian(answer[4..], ProductId);
                BinaryPrimitives.WriteUInt16LittleEndian(answer[6..], Version);
                return 8;
            case (EventBits, (byte)EventKey):
                answer[KeyPower / 8] = 1 << (KeyPower % 8);
                return (KeyPower / 8) + 1;
            default:
                return 0; // PropertyBits too: it has none of the properties that Linux knows
        }
    }

    private static int Copy(ReadOnlySpan<byte> text, Span<byte> answer)
    {
        text.CopyTo(answer);
        return text.Length;
    }

    /// <summary>Fills the buffers; false where the driver broke the rules.</summary>
    private bool Deliver(Virtqueue queue)
    {
        Span<byte> bytes = stackalloc byte[EventSize];
        foreach (var (type, code, value) in Events)
        {
            if (queue.TryTake(_chain) != TakeResult.Taken)
                return false;
            BinaryPrimitives.WriteUInt16LittleEndian(bytes, type);
            BinaryPrimitives.WriteUInt16LittleEndian(bytes[2..], code);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], value);
            if (!_chain.Write(Transport.Memory, 0, bytes))
            {
                queue.Break(VirtqueueFault.BadRequest); // section 5.8.6.1: buffers have room for an event
                return false;
            }

            queue.Give(_chain.Head, EventSize);
        }

        Transport.SignalUsed(EventQueue);
        return queue.Fault == VirtqueueFault.None;
    }
}
