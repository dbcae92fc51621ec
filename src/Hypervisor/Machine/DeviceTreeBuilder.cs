using Trapline.Hypervisor.Devices.Clint;
using Trapline.Hypervisor.Devices.Plic;
using Trapline.Hypervisor.Devices.Rtc;
using Trapline.Hypervisor.Devices.Syscon;
using Trapline.Hypervisor.Devices.Uart;
using Trapline.Hypervisor.Devices.Virtio;
using Trapline.Hypervisor.DeviceTree;
using Trapline.Hypervisor.Machine.Boot;
using Trapline.Hypervisor.Memory;
using Trapline.Hypervisor.Time;

namespace Trapline.Hypervisor.Machine;

/// <summary>
/// The device tree that tells a guest what its machine is (Devicetree Specification v0.4, chapter 3; kernel bindings riscv/cpus.yaml and
/// riscv/extensions.yaml). Each device writes its own node; here are the processors, memory, and what was chosen.
/// </summary>
internal static class DeviceTreeBuilder
{
    private const uint FirstHartController = 1;
    private const uint PlicPhandle = 100;
    private const uint SysconPhandle = 101;

    private static readonly string[] Extensions =
    [
        "i", "m", "a", "f", "d", "c", "zicntr", "zicsr", "zifencei", "zihpm", "zba", "zbb", "zbs", "sstc", "svadu",
    ];

    /// <summary>Writes the tree.</summary>
    /// <param name="config">The machine.</param>
    /// <param name="layout">Where the initrd lies.</param>
    /// <param name="seed">Random bytes for the kernel's generator.</param>
    public static byte[] Build(MachineConfig config, BootLayout layout, ReadOnlySpan<byte> seed)
    {
        var tree = new FdtWriter();
        tree.BeginNode("");
        tree.Property("#address-cells", 2u);
        tree.Property("#size-cells", 2u);
        tree.StringList("compatible", "riscv-virtio");
        tree.Property("model", "trapline,virt");
        WriteChosen(tree, config, layout, seed);
        WriteMemory(tree, config);
        WriteProcessors(tree, config.Harts);
        SysconDevice.WritePowerNodes(tree, SysconPhandle);
        WriteSoc(tree, config.Harts);
        tree.EndNode();
        return tree.Finish();
    }

    private static void WriteChosen(FdtWriter tree, MachineConfig config, BootLayout layout, ReadOnlySpan<byte> seed)
    {
        tree.BeginNode("chosen");
        tree.Property("bootargs", config.CommandLine);
        tree.Property("stdout-path", $"/soc/serial@{BoardMap.Uart.Value:x}");
        tree.Property("rng-seed", seed);
        if (layout.Initrd.Length > 0)
        {
            tree.Property64("linux,initrd-start", layout.Initrd.Start);
            tree.Property64("linux,initrd-end", layout.Initrd.End);
        }

        tree.EndNode();
    }

    private static void WriteMemory(FdtWriter tree, MachineConfig config)
    {
        tree.BeginNode("memory", GuestRam.Base.Value);
        tree.Property("device_type", "memory");
        tree.Reg(GuestRam.Base, config.MemoryBytes);
        tree.EndNode();
    }

    private static void WriteProcessors(FdtWriter tree, int harts)
    {
        tree.BeginNode("cpus");
        tree.Property("#address-cells", 1u);
        tree.Property("#size-cells", 0u);
        tree.Property("timebase-frequency", IMachineClock.FrequencyHz);
        for (var hart = 0; hart < harts; hart++)
        {
            tree.BeginNode("cpu", (ulong)hart);
            tree.Property("device_type", "cpu");
            tree.Property("reg", (uint)hart);
            tree.Property("status", "okay");
            tree.Property("compatible", "riscv");
            // The old property for old kernels, U-Boot and OpenSBI; the new pair for Linux from 6.7 on.
            tree.Property("riscv,isa", "rv64imafdc_" + string.Join('_', Extensions.Where(e => e.Length > 1)));
            tree.Property("riscv,isa-base", "rv64i");
            tree.StringList("riscv,isa-extensions", Extensions);
            tree.Property("mmu-type", "riscv,sv48");
            tree.BeginNode("interrupt-controller");
            tree.Property("#interrupt-cells", 1u);
            tree.Property("interrupt-controller");
            tree.Property("compatible", "riscv,cpu-intc");
            tree.Property("phandle", FirstHartController + (uint)hart);
            tree.EndNode();
            tree.EndNode();
        }

        tree.EndNode();
    }

    private static void WriteSoc(FdtWriter tree, int harts)
    {
        var controllers = new uint[harts];
        for (var hart = 0; hart < harts; hart++)
            controllers[hart] = FirstHartController + (uint)hart;

        tree.BeginNode("soc");
        tree.Property("#address-cells", 2u);
        tree.Property("#size-cells", 2u);
        tree.Property("compatible", "simple-bus");
        tree.Property("ranges");
        SysconDevice.WriteNode(tree, BoardMap.TestFinisher, SysconPhandle);
        RtcDevice.WriteNode(tree, BoardMap.Rtc, new FdtInterrupt(PlicPhandle, BoardMap.RtcInterrupt));
        ClintDevice.WriteNode(tree, BoardMap.Clint, controllers);
        PlicDevice.WriteNode(tree, BoardMap.Plic, PlicPhandle, controllers);
        UartDevice.WriteNode(tree, BoardMap.Uart, new FdtInterrupt(PlicPhandle, BoardMap.UartInterrupt));
        for (var slot = 0; slot < BoardMap.VirtioSlots; slot++)
            VirtioSlot.WriteNode(tree, BoardMap.VirtioSlot(slot), new FdtInterrupt(PlicPhandle, (uint)(BoardMap.FirstVirtioInterrupt + slot)));
        tree.EndNode();
    }
}
