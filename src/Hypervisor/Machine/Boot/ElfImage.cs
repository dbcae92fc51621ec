using System.Buffers.Binary;
using System.Text;

namespace Trapline.Hypervisor.Machine.Boot;

/// <summary>A loadable segment of an ELF file, checked to lie inside the file.</summary>
/// <param name="VirtualAddress">Where the program believes that it runs.</param>
/// <param name="PhysicalAddress">Where it is loaded.</param>
/// <param name="MemorySize">Bytes in memory; what <paramref name="Data"/> does not cover is zero.</param>
/// <param name="Data">Bytes from the file.</param>
public readonly record struct ElfSegment(ulong VirtualAddress, ulong PhysicalAddress, ulong MemorySize, ReadOnlyMemory<byte> Data);

/// <summary>
/// A 64-bit little-endian RISC-V ELF file ("System V Application Binary Interface", chapters 4 and 5; RISC-V ELF psABI section 8).
/// Files are hostile input: each offset and size is checked against the file before use, in arithmetic that cannot wrap.
/// </summary>
public sealed class ElfImage
{
    /// <summary>The most program headers that are read: real kernels have fewer than ten.</summary>
    public const int ProgramHeadersLimit = 64;

    private const int HeaderSize = 64;
    private const int ProgramHeaderSize = 56;
    private const int SectionHeaderSize = 64;
    private const int SymbolSize = 24;
    private const ushort MachineRiscV = 243;
    private const uint SegmentLoad = 1;
    private const uint SectionSymbols = 2;

    private ElfImage(ulong entry, IReadOnlyList<ElfSegment> segments, SymbolTable symbols) =>
        (Entry, Segments, Symbols) = (entry, segments, symbols);

    /// <summary>The entry point as the file has it: a virtual address.</summary>
    public ulong Entry { get; }

    /// <summary>What is to be loaded; at least one.</summary>
    public IReadOnlyList<ElfSegment> Segments { get; }

    /// <summary>Function and object names; empty for a stripped file.</summary>
    public SymbolTable Symbols { get; }

    /// <summary>The entry point's physical address: that of the segment which holds it.</summary>
    public ulong PhysicalEntry
    {
        get
        {
            foreach (var s in Segments)
            {
                if (Entry >= s.VirtualAddress && Entry - s.VirtualAddress < s.MemorySize)
                    return Entry - s.VirtualAddress + s.PhysicalAddress;
            }

            return Entry;
        }
    }

    /// <summary>Whether a file calls itself ELF.</summary>
    public static bool HasMagic(ReadOnlySpan<byte> file) => file.Length >= 4 && file[0] == 0x7f && file[1..4].SequenceEqual("ELF"u8);

    /// <summary>Reads a file's headers and checks them.</summary>
    /// <param name="file">The whole file; kept.</param>
    /// <param name="name">The file's name, for messages.</param>
    public static Result<ElfImage> Parse(ReadOnlyMemory<byte> file, string name)
    {
        var span = file.Span;
        if (!HasMagic(span) || span.Length < HeaderSize)
            return Bad(name, "is not an ELF file", "give an ELF64 file for RISC-V");
        if (span[4] != 2 || span[5] != 1)
            return Bad(name, "is not a 64-bit little-endian ELF file", "build it for riscv64");
        var machine = BinaryPrimitives.ReadUInt16LittleEndian(span[18..]);
        if (machine != MachineRiscV)
            return Bad(name, $"is an ELF file for machine {machine}, not for RISC-V (243)", "build it for riscv64");
        var type = BinaryPrimitives.ReadUInt16LittleEndian(span[16..]);
        if (type is not (2 or 3))
            return Bad(name, "is an ELF object, not an executable", "link it first");

        var segments = new List<ElfSegment>();
        var error = ReadSegments(file, name, segments);
        if (error is not null)
            return error;
        if (segments.Count == 0)
            return Bad(name, "is an ELF file with nothing to load", "link it with a PT_LOAD segment");
        return new ElfImage(BinaryPrimitives.ReadUInt64LittleEndian(span[24..]), segments, ReadSymbols(span));
    }

    private static MachineError? ReadSegments(ReadOnlyMemory<byte> file, string name, List<ElfSegment> segments)
    {
        var span = file.Span;
        var tableAt = BinaryPrimitives.ReadUInt64LittleEndian(span[32..]);
        int entrySize = BinaryPrimitives.ReadUInt16LittleEndian(span[54..]);
        int count = BinaryPrimitives.ReadUInt16LittleEndian(span[56..]);
        if (count > ProgramHeadersLimit || (count > 0 && entrySize < ProgramHeaderSize))
            return Bad(name, $"has {count} program headers of {entrySize} bytes", $"at most {ProgramHeadersLimit} of {ProgramHeaderSize} bytes make sense");
        if (!Inside(span, tableAt, (ulong)count * (ulong)entrySize))
            return Bad(name, "ends before its program headers do", "the file is cut short; copy it again");

        for (var i = 0; i < count; i++)
        {
            var header = span.Slice((int)tableAt + (i * entrySize), ProgramHeaderSize);
            if (BinaryPrimitives.ReadUInt32LittleEndian(header) != SegmentLoad)
                continue;
            var offset = BinaryPrimitives.ReadUInt64LittleEndian(header[8..]);
            var virtualAddress = BinaryPrimitives.ReadUInt64LittleEndian(header[16..]);
            var physicalAddress = BinaryPrimitives.ReadUInt64LittleEndian(header[24..]);
            var fileSize = BinaryPrimitives.ReadUInt64LittleEndian(header[32..]);
            var memorySize = BinaryPrimitives.ReadUInt64LittleEndian(header[40..]);
            if (memorySize == 0)
                continue;
            if (!Inside(span, offset, fileSize))
                return Bad(name, $"ends before its segment {i} does", "the file is cut short; copy it again");
            if (fileSize > memorySize || physicalAddress + memorySize < physicalAddress)
                return Bad(name, $"has a segment {i} of impossible size", "the file is damaged; build it again");
            segments.Add(new ElfSegment(virtualAddress, physicalAddress, memorySize, file.Slice((int)offset, (int)fileSize)));
        }

        return null;
    }

    /// <summary>Symbols are a courtesy: whatever is wrong with them, the answer is fewer names, never an error.</summary>
    private static SymbolTable ReadSymbols(ReadOnlySpan<byte> span)
    {
        var tableAt = BinaryPrimitives.ReadUInt64LittleEndian(span[40..]);
        int entrySize = BinaryPrimitives.ReadUInt16LittleEndian(span[58..]);
        int count = BinaryPrimitives.ReadUInt16LittleEndian(span[60..]);
        if (entrySize < SectionHeaderSize || !Inside(span, tableAt, (ulong)count * (ulong)entrySize))
            return SymbolTable.Empty;

        for (var i = 0; i < count; i++)
        {
            var header = span.Slice((int)tableAt + (i * entrySize), SectionHeaderSize);
            if (BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) != SectionSymbols)
                continue;
            var link = BinaryPrimitives.ReadUInt32LittleEndian(header[40..]);
            if (link >= count)
                continue;
            var names = span.Slice((int)tableAt + ((int)link * entrySize), SectionHeaderSize);
            var symbolBytes = SectionData(span, header);
            return ReadSymbols(symbolBytes, SectionData(span, names));
        }

        return SymbolTable.Empty;
    }

    private static SymbolTable ReadSymbols(ReadOnlySpan<byte> symbols, ReadOnlySpan<byte> names)
    {
        var found = new List<Symbol>();
        for (var at = 0; at + SymbolSize <= symbols.Length && found.Count < SymbolTable.Limit; at += SymbolSize)
        {
            var symbol = symbols.Slice(at, SymbolSize);
            var nameAt = BinaryPrimitives.ReadUInt32LittleEndian(symbol);
            var type = symbol[4] & 0xf;
            var section = BinaryPrimitives.ReadUInt16LittleEndian(symbol[6..]);
            // NOTYPE is kept: labels in assembly have no type. Mapping symbols ($x, $d) and local labels are not names.
            if (type > 2 || section == 0 || nameAt >= names.Length)
                continue;
            var text = names[(int)nameAt..];
            var end = text.IndexOf((byte)0);
            if (end is <= 0 or > SymbolTable.NameLimit || text[0] is (byte)'$' or (byte)'.')
                continue;
            found.Add(new Symbol(
                BinaryPrimitives.ReadUInt64LittleEndian(symbol[8..]),
                BinaryPrimitives.ReadUInt64LittleEndian(symbol[16..]),
                Encoding.ASCII.GetString(text[..end])));
        }

        return new SymbolTable(found);
    }

    private static ReadOnlySpan<byte> SectionData(ReadOnlySpan<byte> file, ReadOnlySpan<byte> header)
    {
        var offset = BinaryPrimitives.ReadUInt64LittleEndian(header[24..]);
        var size = BinaryPrimitives.ReadUInt64LittleEndian(header[32..]);
        return Inside(file, offset, size) ? file.Slice((int)offset, (int)size) : default;
    }

    private static bool Inside(ReadOnlySpan<byte> file, ulong offset, ulong size) =>
        offset <= (ulong)file.Length && size <= (ulong)file.Length - offset;

    private static MachineError Bad(string name, string wrong, string right) =>
        new(MachineErrorKind.BadImage, $"{name} {wrong}", right);
}
