using Trapline.Hypervisor.DeviceTree;
using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Devices.Plic;

/// <summary>
/// The PLIC on the bus, and the wires into it. Contexts 2*hart and 2*hart+1 are a hart's machine and supervisor external interrupts.
/// It calls its outputs under its lock, and never calls back into the devices that drive its sources.
/// </summary>
public sealed class PlicDevice(IReadOnlyList<IInterruptLine> outputs, PlicStateV1? state = null) : IMmioDevice
{
    /// <summary>Bytes of its window.</summary>
    public const ulong WindowSize = 0x60_0000;

    private const uint MachineExternalInterrupt = 11;
    private const uint SupervisorExternalInterrupt = 9;

    private readonly Lock _gate = new();
    private readonly PlicChip _chip = new(outputs, state);

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

    /// <summary>The wire into a source, 1 to <see cref="PlicChip.LastSource"/>.</summary>
    public IInterruptLine Source(int number) => new SourceLine(this, number);

    /// <summary>Whether any source can interrupt a hart in machine or in supervisor mode.</summary>
    public bool Reaches(int hart, bool supervisor)
    {
        lock (_gate)
            return _chip.Hears((2 * hart) + (supervisor ? 1 : 0));
    }

    /// <summary>The device as it stands.</summary>
    public PlicStateV1 Save()
    {
        lock (_gate)
            return _chip.Save();
    }

    /// <summary>Writes its device-tree node.</summary>
    /// <param name="tree">Where to.</param>
    /// <param name="address">Where its window lies.</param>
    /// <param name="phandle">The phandle by which devices name it.</param>
    /// <param name="hartControllers">The phandle of each hart's own interrupt controller.</param>
    public static void WriteNode(FdtWriter tree, Gpa address, uint phandle, ReadOnlySpan<uint> hartControllers)
    {
        var interrupts = new uint[hartControllers.Length * 4];
        for (var hart = 0; hart < hartControllers.Length; hart++)
        {
            interrupts[(hart * 4) + 0] = hartControllers[hart];
            interrupts[(hart * 4) + 1] = MachineExternalInterrupt;
            interrupts[(hart * 4) + 2] = hartControllers[hart];
            interrupts[(hart * 4) + 3] = SupervisorExternalInterrupt;
        }

        tree.BeginNode("plic", address.Value);
        tree.StringList("compatible", "sifive,plic-1.0.0", "riscv,plic0");
        tree.Property("#interrupt-cells", 1u);
        tree.Property("#address-cells", 0u);
        tree.Property("interrupt-controller");
        tree.Property("interrupts-extended", interrupts);
        tree.Reg(address, WindowSize);
        tree.Property("riscv,ndev", (uint)PlicChip.LastSource);
        tree.Property("phandle", phandle);
        tree.EndNode();
    }

    private sealed class SourceLine(PlicDevice plic, int number) : IInterruptLine
    {
        public void Set(bool level)
        {
            lock (plic._gate)
                plic._chip.SetLevel(number, level);
        }
    }
}
