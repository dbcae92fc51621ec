using Trapline.Hypervisor.DeviceTree;
using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Devices.Syscon;

/// <summary>What a guest asks of its machine through the test finisher: a closed set.</summary>
public enum SystemRequest
{
    /// <summary>End the machine; the guest is content.</summary>
    PowerOff,

    /// <summary>End the machine; the guest reports a failure with a code.</summary>
    Fail,

    /// <summary>Start the machine anew.</summary>
    Reset,
}

/// <summary>Who carries out a guest's request to end or restart; called on a hart's thread, must not block.</summary>
public interface ISystemControl
{
    /// <summary>Takes the request; the code is that of <see cref="SystemRequest.Fail"/>, else 0.</summary>
    void Request(SystemRequest request, ushort code);
}

/// <summary>
/// SiFive's test finisher, which QEMU's <c>virt</c> board and Linux' <c>syscon-poweroff</c> and <c>syscon-reboot</c> use: one
/// register, the request in its low half and a code in its high half. It has no state, so nothing of it is saved.
/// </summary>
public sealed class SysconDevice(ISystemControl control) : IMmioDevice
{
    /// <summary>Bytes of its window.</summary>
    public const ulong WindowSize = 0x1000;

    private const uint FailValue = 0x3333;
    private const uint PowerOffValue = 0x5555;
    private const uint ResetValue = 0x7777;

    /// <inheritdoc/>
    public ulong Read(ulong offset, int size) => 0;

    /// <inheritdoc/>
    public void Write(ulong offset, int size, ulong value)
    {
        if (offset != 0 || size is not (2 or 4))
            return;
        switch (value & 0xffff)
        {
            case PowerOffValue:
                control.Request(SystemRequest.PowerOff, 0);
                break;
            case FailValue:
                control.Request(SystemRequest.Fail, (ushort)(value >> 16));
                break;
            case ResetValue:
                control.Request(SystemRequest.Reset, 0);
                break;
        }
    }

    /// <summary>Writes its device-tree node, inside the bus node.</summary>
    public static void WriteNode(FdtWriter tree, Gpa address, uint phandle)
    {
        tree.BeginNode("test", address.Value);
        tree.StringList("compatible", "sifive,test1", "sifive,test0", "syscon");
        tree.Reg(address, WindowSize);
        tree.Property("phandle", phandle);
        tree.EndNode();
    }

    /// <summary>Writes the nodes that tell Linux how to power off and reboot; inside the root node.</summary>
    public static void WritePowerNodes(FdtWriter tree, uint phandle)
    {
        WritePowerNode(tree, phandle, "poweroff", PowerOffValue);
        WritePowerNode(tree, phandle, "reboot", ResetValue);
    }

    private static void WritePowerNode(FdtWriter tree, uint phandle, string name, uint value)
    {
        tree.BeginNode(name);
        tree.Property("compatible", $"syscon-{name}");
        tree.Property("regmap", phandle);
        tree.Property("offset", 0u);
        tree.Property("value", value);
        tree.EndNode();
    }
}
