namespace Trapline.Hypervisor.Devices.Virtio.Input;

/// <summary>Numbers of the input device (virtio 1.2, section 5.8), and of Linux' input events that it speaks in (linux/input-event-codes.h).</summary>
internal static class InputRegisters
{
    public const int SelectOffset = 0;
    public const int SubselectOffset = 1;
    public const int SizeOffset = 2;
    public const int PayloadOffset = 8;
    public const int PayloadLimit = 128;
    public const int ConfigSize = PayloadOffset + PayloadLimit; // struct virtio_input_config

    public const byte IdName = 0x01;
    public const byte IdSerial = 0x02;
    public const byte IdDevices = 0x03;
    public const byte PropertyBits = 0x10;
    public const byte EventBits = 0x11;

    public const int EventSize = 8; // struct virtio_input_event: type, code, value
    public const ushort EventSyn = 0;
    public const ushort EventKey = 1;
    public const ushort SynReport = 0;
    public const ushort KeyPower = 116;
    public const uint KeyDown = 1;
    public const uint KeyUp = 0;

    public const ushort BusVirtual = 0x06;
}
