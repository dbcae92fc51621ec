using System.Globalization;

namespace Trapline.Hypervisor.Machine.Boot;

/// <summary>
/// Where the parts of a boot lie in RAM: the kernel low, where it wants to be; the device tree at the very top, in a 2 MiB block
/// of its own as Linux maps it early (kernel documentation, arch/riscv/boot, "Device-tree placement"); the initrd right below it.
/// </summary>
/// <param name="Initrd">Where the initrd lies; length 0 without one.</param>
/// <param name="DeviceTree">Where the device tree lies, with the room reserved for it.</param>
public sealed record BootLayout(MemoryRange Initrd, MemoryRange DeviceTree)
{
    /// <summary>Room for the device tree.</summary>
    public const ulong DeviceTreeRoom = 64UL << 10;

    private const ulong BlockSize = 2UL << 20;
    private const ulong PageSize = 4096;

    /// <summary>Decides where initrd and device tree go.</summary>
    /// <param name="ram">All of RAM.</param>
    /// <param name="used">What the images already occupy: firmware and kernel.</param>
    /// <param name="initrdLength">Bytes of the initrd; 0 without one.</param>
    public static Result<BootLayout> Plan(MemoryRange ram, IReadOnlyList<MemoryRange> used, ulong initrdLength)
    {
        var imagesEnd = used.Count == 0 ? ram.Start : used.Max(r => r.End);
        // A guest of a few MiB has no 2 MiB block to give away; then the top pages must do.
        var alignment = ram.Length >= 16 * BlockSize ? BlockSize : PageSize;
        if (initrdLength > ram.Length || ram.Length < DeviceTreeRoom)
            return TooSmall(ram, imagesEnd, initrdLength);
        var deviceTree = AlignDown(ram.End - DeviceTreeRoom, alignment);
        if (deviceTree < ram.Start + initrdLength)
            return TooSmall(ram, imagesEnd, initrdLength);
        var initrd = AlignDown(deviceTree - initrdLength, PageSize);
        if (initrd < imagesEnd)
            return TooSmall(ram, imagesEnd, initrdLength);
        return new BootLayout(new MemoryRange(initrd, initrdLength), new MemoryRange(deviceTree, DeviceTreeRoom));
    }

    private static MachineError TooSmall(MemoryRange ram, ulong imagesEnd, ulong initrdLength)
    {
        var needed = ((imagesEnd - ram.Start + initrdLength + (2 * BlockSize)) >> 20) + 1;
        return new MachineError(
            MachineErrorKind.TooLittleMemory,
            string.Create(CultureInfo.InvariantCulture, $"kernel, initrd and device tree do not fit into {ram.Length >> 20} MiB of memory"),
            string.Create(CultureInfo.InvariantCulture, $"give the machine at least {needed} MiB"));
    }

    private static ulong AlignDown(ulong address, ulong alignment) => address & ~(alignment - 1);
}
