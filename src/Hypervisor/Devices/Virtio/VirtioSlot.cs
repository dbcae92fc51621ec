using Trapline.Hypervisor.DeviceTree;
using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Devices.Virtio;

/// <summary>A virtio-mmio slot on the bus with a device in it.</summary>
public sealed class VirtioSlot(
    IGuestMemory memory, IInterruptLine line, VirtioFunction function, VirtioStateV1? state = null) : IMmioDevice
{
    /// <summary>Bytes of a slot's window.</summary>
    public const ulong WindowSize = 0x1000;

    private readonly VirtioTransport _transport = new(memory, line, function, state);

    /// <summary>What the device does.</summary>
    public VirtioFunction Function { get; } = function;

    /// <inheritdoc/>
    public ulong Read(ulong offset, int size)
    {
        lock (_transport.Gate)
            return _transport.Read(offset, size);
    }

    /// <inheritdoc/>
    public void Write(ulong offset, int size, ulong value)
    {
        lock (_transport.Gate)
            _transport.Write(offset, size, value);
    }

    /// <summary>The device as it stands; a block device must be idle (<see cref="Block.VirtioBlock.WhenIdle"/>).</summary>
    public VirtioStateV1 Save()
    {
        lock (_transport.Gate)
            return _transport.Save();
    }

    /// <summary>Writes a slot's device-tree node, occupied or not.</summary>
    public static void WriteNode(FdtWriter tree, Gpa address, FdtInterrupt interrupt)
    {
        tree.BeginNode("virtio_mmio", address.Value);
        tree.Property("compatible", "virtio,mmio");
        tree.Reg(address, WindowSize);
        tree.Interrupt(interrupt);
        tree.EndNode();
    }
}

/// <summary>A slot with nothing in it: a driver sees device id 0 and looks no further (virtio 1.2, section 4.2.3.1.1).</summary>
public sealed class EmptyVirtioSlot : IMmioDevice
{
    /// <inheritdoc/>
    public ulong Read(ulong offset, int size) => (offset, size) switch
    {
        (VirtioRegisters.MagicValue, 4) => VirtioRegisters.Magic,
        (VirtioRegisters.VersionRegister, 4) => VirtioRegisters.ModernVersion,
        _ => 0,
    };

    /// <inheritdoc/>
    public void Write(ulong offset, int size, ulong value)
    {
    }
}
