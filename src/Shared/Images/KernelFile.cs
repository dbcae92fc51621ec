using System.Buffers.Binary;

namespace Trapline.Shared.Images;

/// <summary>Whether files can be parts of an image, told by how they begin: what cannot boot is refused when it is added, not when a VM starts.</summary>
public static class KernelFile
{
    private const int HeaderBytes = 64;
    private const ushort MachineRiscV = 243; // EM_RISCV

    /// <summary>Why a file cannot be a kernel or a firmware: a RISC-V ELF file (System V ABI, chapter 4) or a Linux Image (Documentation/arch/riscv/boot-image-header.rst). Null if it can.</summary>
    public static string? Problem(string path)
    {
        using var file = File.OpenRead(path);
        var header = new byte[HeaderBytes];
        var read = file.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false);
        var begin = header.AsSpan(0, read);
        if (begin.StartsWith("\u007fELF"u8))
            return read < HeaderBytes ? "it ends within its ELF header" : ElfProblem(header, file.Length);
        if (begin.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b]) || begin.StartsWith((ReadOnlySpan<byte>)[0xfd, (byte)'7', (byte)'z']) || begin.StartsWith((ReadOnlySpan<byte>)[0x28, 0xb5, 0x2f, 0xfd]))
            return "it is compressed: unpack it first";
        if (read == HeaderBytes && header.AsSpan(56).StartsWith("RSC\u0005"u8))
            return null;
        return read == 0 ? "it is empty" : "it is neither an ELF file nor a Linux Image for RISC-V";
    }

    /// <summary>Why a file cannot be a disk's base. Null if it can.</summary>
    public static string? DiskProblem(string path)
    {
        using var file = File.OpenRead(path);
        Span<byte> begin = stackalloc byte[4];
        if (file.ReadAtLeast(begin, 4, throwOnEndOfStream: false) == 4 && begin.SequenceEqual((ReadOnlySpan<byte>)[(byte)'Q', (byte)'F', (byte)'I', 0xfb]))
            return "it is a qcow2 file: make a raw one of it with qemu-img convert -O raw";
        return file.Length == 0 || file.Length % 512 != 0 ? $"its size of {file.Length} bytes is no multiple of 512" : null;
    }

    private static string? ElfProblem(ReadOnlySpan<byte> header, long length)
    {
        if (header[4] != 2 || header[5] != 1)
            return "it is an ELF file, and not a 64-bit little-endian one";
        var machine = BinaryPrimitives.ReadUInt16LittleEndian(header[18..]);
        if (machine != MachineRiscV)
            return $"it is an ELF file for another processor (machine {machine}, RISC-V is {MachineRiscV})";
        if (BinaryPrimitives.ReadUInt16LittleEndian(header[16..]) is not (2 or 3))
            return "it is an ELF file that is not linked to be executed";
        var table = BinaryPrimitives.ReadUInt64LittleEndian(header[32..]);
        var entries = BinaryPrimitives.ReadUInt16LittleEndian(header[56..]);
        var size = (ulong)entries * BinaryPrimitives.ReadUInt16LittleEndian(header[54..]);
        return entries == 0 || table > (ulong)length || size > (ulong)length - table ? "its program headers lie beyond its end: it is cut off or damaged" : null;
    }
}
