using System.Buffers.Binary;

namespace Trapline.Hypervisor.Machine.Boot;

/// <summary>
/// The header of a Linux <c>Image</c> for RISC-V (kernel documentation, arch/riscv/boot-image-header): 64 bytes at the start
/// of the file that say where it wants to lie and how much memory it needs with its zeroed part.
/// </summary>
/// <param name="TextOffset">Bytes from the start of RAM at which the image is to be loaded.</param>
/// <param name="MemorySize">Bytes that it occupies in memory.</param>
public sealed record LinuxImage(ulong TextOffset, ulong MemorySize)
{
    private const int HeaderSize = 64;
    private const int Magic2At = 56;
    private const uint Magic2 = 0x0543_5352; // "RSC\x05"

    /// <summary>Kernels before 5.10 left the size 0; they are then given this much beyond their file.</summary>
    private const ulong UnstatedZeroedPart = 4UL << 20;

    /// <summary>Whether a file has the header.</summary>
    public static bool HasMagic(ReadOnlySpan<byte> file) =>
        file.Length >= HeaderSize && BinaryPrimitives.ReadUInt32LittleEndian(file[Magic2At..]) == Magic2;

    /// <summary>Reads the header and checks it.</summary>
    public static Result<LinuxImage> Parse(ReadOnlySpan<byte> file, string name)
    {
        if (!HasMagic(file))
            return new MachineError(MachineErrorKind.BadImage, $"{name} is not a Linux Image for RISC-V", "give the file arch/riscv/boot/Image of a kernel build");
        var textOffset = BinaryPrimitives.ReadUInt64LittleEndian(file[8..]);
        var imageSize = BinaryPrimitives.ReadUInt64LittleEndian(file[16..]);
        var flags = BinaryPrimitives.ReadUInt64LittleEndian(file[24..]);
        if ((flags & 1) != 0)
            return new MachineError(MachineErrorKind.BadImage, $"{name} is a big-endian kernel", "only little-endian kernels run here");
        if (textOffset > 1UL << 30 || textOffset % 4096 != 0 || imageSize > 1UL << 40)
            return new MachineError(MachineErrorKind.BadImage, $"{name} has an impossible Image header (text offset 0x{textOffset:x}, size 0x{imageSize:x})", "the file is damaged; copy it again");
        var memorySize = imageSize == 0 ? (ulong)file.Length + UnstatedZeroedPart : Math.Max(imageSize, (ulong)file.Length);
        return new LinuxImage(textOffset, memorySize);
    }
}
