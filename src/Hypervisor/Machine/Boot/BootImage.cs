using System.Globalization;
using System.IO.Compression;

namespace Trapline.Hypervisor.Machine.Boot;

/// <summary>Bytes with a place in the guest's physical memory.</summary>
/// <param name="Address">Guest-physical address of the first byte.</param>
/// <param name="Data">The bytes.</param>
/// <param name="MemorySize">How much it occupies; the rest behind the data stays zero.</param>
public readonly record struct BootSegment(ulong Address, ReadOnlyMemory<byte> Data, ulong MemorySize);

/// <summary>A kernel or firmware, made ready to be copied into memory: format-independent, and checked to lie inside RAM.</summary>
/// <param name="Name">The file's name.</param>
/// <param name="Entry">Guest-physical address of the first instruction.</param>
/// <param name="Segments">What to copy where.</param>
/// <param name="Symbols">Names, if the file has any.</param>
public sealed record BootImage(string Name, ulong Entry, IReadOnlyList<BootSegment> Segments, SymbolTable Symbols)
{
    /// <summary>The most that a compressed kernel may unpack to.</summary>
    private const int UnpackedLimit = 512 << 20;

    /// <summary>Where a flat binary that says nothing itself is put when it is the payload of a firmware: what <c>fw_jump</c> jumps to.</summary>
    private const ulong PayloadOffset = 0x20_0000;

    /// <summary>The lowest address used.</summary>
    public ulong Start => Segments.Min(s => s.Address);

    /// <summary>The first address behind it.</summary>
    public ulong End => Segments.Max(s => s.Address + s.MemorySize);

    /// <summary>Reads a kernel for direct boot: ELF or Linux Image, either of them gzip-compressed or not.</summary>
    public static Result<BootImage> Kernel(ReadOnlyMemory<byte> file, string name, MemoryRange ram) =>
        Read(file, name, ram, flatAt: null);

    /// <summary>Reads an M-mode image: ELF, or a flat binary that starts at the beginning of RAM.</summary>
    public static Result<BootImage> Firmware(ReadOnlyMemory<byte> file, string name, MemoryRange ram) =>
        Read(file, name, ram, ram.Start);

    /// <summary>Reads what a firmware starts: as a kernel, and also a flat binary (U-Boot).</summary>
    public static Result<BootImage> Payload(ReadOnlyMemory<byte> file, string name, MemoryRange ram) =>
        Read(file, name, ram, ram.Start + PayloadOffset);

    private static Result<BootImage> Read(ReadOnlyMemory<byte> file, string name, MemoryRange ram, ulong? flatAt)
    {
        if (!Unpack(file, name).TryGet(out var unpacked, out var error))
            return error;
        file = unpacked.Bytes;
        Result<BootImage> image;
        if (ElfImage.HasMagic(file.Span))
            image = FromElf(file, name);
        else if (LinuxImage.HasMagic(file.Span))
            image = FromLinux(file, name, ram);
        else if (file.IsEmpty)
            return new MachineError(MachineErrorKind.BadImage, $"{name} is empty", "give an ELF file or a Linux Image for riscv64");
        else if (flatAt is { } address)
            image = new BootImage(name, address, [new BootSegment(address, file, (ulong)file.Length)], SymbolTable.Empty);
        else
            return new MachineError(MachineErrorKind.BadImage, $"{name} is neither an ELF file nor a Linux Image", $"give a riscv64 kernel in one of these formats{Guess(file.Span)}");
        if (!image.TryGet(out var read, out error))
            return error;
        if (read.CheckInside(ram) is { } misplaced)
            return misplaced;
        return read;
    }

    private static Result<BootImage> FromElf(ReadOnlyMemory<byte> file, string name)
    {
        if (!ElfImage.Parse(file, name).TryGet(out var elf, out var error))
            return error;
        var segments = elf.Segments.Select(s => new BootSegment(s.PhysicalAddress, s.Data, s.MemorySize)).ToArray();
        return new BootImage(name, elf.PhysicalEntry, segments, elf.Symbols);
    }

    private static Result<BootImage> FromLinux(ReadOnlyMemory<byte> file, string name, MemoryRange ram)
    {
        if (!LinuxImage.Parse(file.Span, name).TryGet(out var header, out var error))
            return error;
        var address = ram.Start + header.TextOffset;
        return new BootImage(name, address, [new BootSegment(address, file, header.MemorySize)], SymbolTable.Empty);
    }

    private MachineError? CheckInside(MemoryRange ram)
    {
        foreach (var segment in Segments)
        {
            if (ram.Holds(segment.Address, segment.MemorySize))
                continue;
            if (segment.Address < ram.Start || segment.Address - ram.Start > 1UL << 40)
                return new MachineError(MachineErrorKind.BadImage, $"{Name} wants to lie at 0x{segment.Address:x}", $"RAM starts at 0x{ram.Start:x}; link it there");
            var needed = (segment.Address - ram.Start + segment.MemorySize + (1UL << 20) - 1) >> 20;
            return new MachineError(
                MachineErrorKind.TooLittleMemory,
                string.Create(CultureInfo.InvariantCulture, $"{Name} does not fit into {ram.Length >> 20} MiB of memory"),
                string.Create(CultureInfo.InvariantCulture, $"give the machine at least {needed + 1} MiB"));
        }

        return ram.Holds(Entry, 2) && (Entry & 1) == 0
            ? null
            : new MachineError(MachineErrorKind.BadImage, $"{Name} has its entry point at 0x{Entry:x}", $"an even address inside RAM (0x{ram.Start:x} up to 0x{ram.End:x}) makes sense");
    }

    private sealed record Unpacked(ReadOnlyMemory<byte> Bytes);

    private static Result<Unpacked> Unpack(ReadOnlyMemory<byte> file, string name)
    {
        if (file.Length < 18 || file.Span[0] != 0x1f || file.Span[1] != 0x8b)
            return new Unpacked(file);
        try
        {
            using var gzip = new GZipStream(new MemoryStream(file.ToArray(), writable: false), CompressionMode.Decompress);
            using var output = new MemoryStream();
            var buffer = new byte[1 << 16];
            for (int read; (read = gzip.Read(buffer)) > 0;)
            {
                if (output.Length + read > UnpackedLimit)
                    return new MachineError(MachineErrorKind.BadImage, $"{name} unpacks to more than {UnpackedLimit >> 20} MiB", "unpack it yourself and check it");
                output.Write(buffer, 0, read);
            }

            return new Unpacked(output.GetBuffer().AsMemory(0, (int)output.Length));
        }
        catch (InvalidDataException e)
        {
            return new MachineError(MachineErrorKind.BadImage, $"{name} starts as gzip but does not unpack ({e.Message})", "the file is damaged; copy it again");
        }
    }

    private static string Guess(ReadOnlySpan<byte> file)
    {
        if (file.Length > 64 && file[0] == (byte)'M' && file[1] == (byte)'Z')
            return " (this looks like an EFI program or a kernel for another architecture)";
        if (file.StartsWith("070701"u8))
            return " (this looks like an initrd)";
        if (file.StartsWith((ReadOnlySpan<byte>)[0xd0, 0x0d, 0xfe, 0xed]))
            return " (this looks like a device tree)";
        return "";
    }
}
