using Trapline.Hypervisor.DeviceTree;
using Trapline.Hypervisor.Memory;
using Trapline.Hypervisor.Time;

namespace Trapline.Hypervisor.Devices.Clint;

/// <summary>The CLINT on the bus.</summary>
public sealed class ClintDevice(IMachineClock clock, IReadOnlyList<ClintHart> harts, ClintStateV1? state = null) : IMmioDevice
{
    /// <summary>Bytes of its window.</summary>
    public const ulong WindowSize = 0x1_0000;

    private const uint MachineSoftwareInterrupt = 3;
    private const uint MachineTimerInterrupt = 7;

    private readonly Lock _gate = new();
    private readonly ClintChip _chip = new(clock, harts, state);

    /// <inheritdoc/>
    public ulong Read(ulong offset, int size)
    {
        lock (_gate)
            return _chip.Read(offset, size);
    }

    /// <inheritdoc/>
    public void Write(ulong offset, int size, ulong value)
    {
        lock (_gate)
            _chip.Write(offset, size, value);
    }

    /// <summary>The device as it stands.</summary>
    public ClintStateV1 Save()
    {
        lock (_gate)
            return _chip.Save();
    }

    /// <summary>Writes its device-tree node.</summary>
    /// <param name="tree">Where to.</param>
    /// <param name="address">Where its window lies.</param>
    /// <param name="hartControllers">The phandle of each hart's own interrupt controller.</param>
    public static void WriteNode(FdtWriter tree, Gpa address, ReadOnlySpan<uint> hartControllers)
    {
        var interrupts = new uint[hartControllers.Length * 4];
        for (var hart = 0; hart < hartControllers.Length; hart++)
        {
            interrupts[(hart * 4) + 0] = hartControllers[hart];
            interrupts[(hart * 4) + 1] = MachineSoftwareInterrupt;
            interrupts[(hart * 4) + 2] = hartControllers[hart];
            interrupts[(hart * 4) + 3] = MachineTimerInterrupt;
        }

        tree.BeginNode("clint", address.Value);
        tree.StringList("compatible", "sifive,clint0", "riscv,clint0");
        tree.Reg(address, WindowSize);
        tree.Property("interrupts-extended", interrupts);
        tree.EndNode();
    }
}
