using System.Buffers.Binary;
using System.Text;
using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.DeviceTree;

/// <summary>
/// Reads a flattened device tree that somebody else made (Devicetree Specification v0.4, chapter 5). The blob is hostile input:
/// every offset and length is checked against the blob, depth and node count are bounded, and a fault is a value that says where.
/// </summary>
public static class FdtReader
{
    /// <summary>The deepest nesting that is read; real trees stay below ten.</summary>
    public const int MaxDepth = 64;

    /// <summary>The most nodes and properties that are read.</summary>
    public const int MaxItems = 65_536;

    /// <summary>The largest blob that is read, in bytes (the kernel's own limit for riscv64 is 2 MiB).</summary>
    public const int MaxSize = 2 << 20;

    /// <summary>Parses a blob. Bytes after its <c>totalsize</c> are ignored.</summary>
    /// <returns>The tree, or the fault and a null tree.</returns>
    public static FdtParse Parse(ReadOnlyMemory<byte> blob)
    {
        if (blob.Length < FdtFormat.HeaderSize)
            return Fault(0, $"the blob has {blob.Length} bytes, its header alone needs {FdtFormat.HeaderSize}");
        var header = Header.Read(blob.Span);
        if (header.Magic != FdtFormat.Magic)
            return Fault(0, $"the magic number is 0x{header.Magic:x8}, not 0x{FdtFormat.Magic:x8}");
        if (header.TotalSize > blob.Length || header.TotalSize < FdtFormat.HeaderSize || header.TotalSize > MaxSize)
            return Fault(4, $"totalsize {header.TotalSize} does not fit the blob of {blob.Length} bytes (at most {MaxSize})");
        if (header.Version < FdtFormat.Version || header.LastCompatible > FdtFormat.Version)
            return Fault(20, $"version {header.Version} (compatible back to {header.LastCompatible}); {FdtFormat.Version} is understood");
        if (!Fits(header.StructureAt, header.StructureSize, header.TotalSize) || header.StructureAt % 4 != 0)
            return Fault(8, "the structure block is not inside the blob");
        if (!Fits(header.StringsAt, header.StringsSize, header.TotalSize))
            return Fault(12, "the strings block is not inside the blob");
        if (header.ReservationsAt > header.TotalSize || header.ReservationsAt % 8 != 0)
            return Fault(16, "the reservation block is not inside the blob");

        blob = blob[..(int)header.TotalSize];
        if (ReadReservations(blob.Span, (int)header.ReservationsAt) is not { } reservations)
            return Fault(header.ReservationsAt, "the reservation block has no end");

        var structure = blob.Slice((int)header.StructureAt, (int)header.StructureSize);
        var strings = blob.Slice((int)header.StringsAt, (int)header.StringsSize);
        return new StructureParser(structure, strings, (int)header.StructureAt).Parse(reservations, header.BootHart);
    }

    private static bool Fits(uint offset, uint size, uint total) => offset <= total && size <= total - offset;

    private static FdtParse Fault(uint offset, string message) => new(null, [], 0, new FdtFault(offset, message));

    private static List<FdtReservation>? ReadReservations(ReadOnlySpan<byte> blob, int at)
    {
        var found = new List<FdtReservation>();
        for (; at + FdtFormat.ReservationSize <= blob.Length && found.Count < MaxItems; at += FdtFormat.ReservationSize)
        {
            var address = BinaryPrimitives.ReadUInt64BigEndian(blob[at..]);
            var size = BinaryPrimitives.ReadUInt64BigEndian(blob[(at + 8)..]);
            if (address == 0 && size == 0)
                return found;
            found.Add(new FdtReservation(new Gpa(address), size));
        }

        return null;
    }

    private readonly record struct Header(
        uint Magic, uint TotalSize, uint StructureAt, uint StringsAt, uint ReservationsAt,
        uint Version, uint LastCompatible, uint BootHart, uint StringsSize, uint StructureSize)
    {
        public static Header Read(ReadOnlySpan<byte> blob) => new(
            Word(blob, 0), Word(blob, 1), Word(blob, 2), Word(blob, 3), Word(blob, 4),
            Word(blob, 5), Word(blob, 6), Word(blob, 7), Word(blob, 8), Word(blob, 9));

        private static uint Word(ReadOnlySpan<byte> blob, int index) => BinaryPrimitives.ReadUInt32BigEndian(blob[(index * 4)..]);
    }

    /// <summary>Walks the structure block with an explicit stack, so that nesting cannot exhaust the thread's own.</summary>
    private ref struct StructureParser(ReadOnlyMemory<byte> structure, ReadOnlyMemory<byte> strings, int structureAt)
    {
        private readonly Stack<OpenNode> _open = new();
        private int _at;
        private int _items;
        private string? _fault;

        public FdtParse Parse(List<FdtReservation> reservations, uint bootHart)
        {
            FdtNode? root = null;
            while (_fault is null)
            {
                var token = Word();
                if (_fault is not null)
                    break;
                switch (token)
                {
                    case FdtFormat.Nop:
                        break;
                    case FdtFormat.BeginNode when root is null:
                        BeginNode();
                        break;
                    case FdtFormat.Prop when _open.Count > 0:
                        ReadProperty();
                        break;
                    case FdtFormat.EndNode when _open.Count > 0:
                        var node = _open.Pop().Close();
                        if (_open.Count > 0)
                            _open.Peek().Children.Add(node);
                        else
                            root = node;
                        break;
                    case FdtFormat.End when root is not null:
                        return new FdtParse(root, reservations, bootHart, null);
                    default:
                        _fault = $"token {token} stands where it may not";
                        break;
                }
            }

            return new FdtParse(null, [], 0, new FdtFault((uint)(structureAt + _at), _fault));
        }

        private void BeginNode()
        {
            var rest = structure.Span[_at..];
            var length = rest.IndexOf((byte)0);
            if (length < 0)
                _fault = "a node's name has no end";
            else if (_open.Count >= MaxDepth)
                _fault = $"nodes are nested deeper than {MaxDepth}";
            else if (_open.Count > 0 && length == 0)
                _fault = "a node below the root has no name";
            else if (++_items > MaxItems)
                _fault = $"more than {MaxItems} nodes and properties";
            else
            {
                _open.Push(new OpenNode(Encoding.UTF8.GetString(rest[..length])));
                Advance(length + 1);
            }
        }

        private void ReadProperty()
        {
            var length = Word();
            var nameAt = Word();
            if (_fault is not null)
                return;
            if (length > structure.Length - _at)
            {
                _fault = $"a property of {length} bytes runs out of the structure block";
                return;
            }

            var end = nameAt < strings.Length ? strings.Span[(int)nameAt..].IndexOf((byte)0) : -1;
            if (end <= 0)
                _fault = $"the property name at {nameAt} of the strings block is empty or has no end";
            else if (++_items > MaxItems)
                _fault = $"more than {MaxItems} nodes and properties";
            else if (_open.Peek().Children.Count > 0)
                _fault = "a property follows a child node";
            else
            {
                var name = Encoding.UTF8.GetString(strings.Span.Slice((int)nameAt, end));
                _open.Peek().Properties.Add(new FdtProperty(name, structure.Slice(_at, (int)length)));
                Advance((int)length);
            }
        }

        private uint Word()
        {
            if (structure.Length - _at < 4)
            {
                _fault = "the structure block has no end token";
                return 0;
            }

            var word = BinaryPrimitives.ReadUInt32BigEndian(structure.Span[_at..]);
            _at += 4;
            return word;
        }

        // Names and values are padded to the next token; the padding of a last one may be cut off, which the next Word reports.
        private void Advance(int length) => _at = Math.Min(structure.Length, (_at + length + 3) & ~3);
    }

    private sealed class OpenNode(string name)
    {
        public List<FdtProperty> Properties { get; } = [];

        public List<FdtNode> Children { get; } = [];

        public FdtNode Close() => new(name, Properties, Children);
    }
}

/// <summary>What came of reading a blob: a tree, or a fault.</summary>
/// <param name="Root">The root node, or null where <paramref name="Fault"/> says why not.</param>
/// <param name="Reservations">The memory reservations.</param>
/// <param name="BootHart">The hart that boots.</param>
/// <param name="Fault">What is wrong with the blob, or null.</param>
public sealed record FdtParse(FdtNode? Root, IReadOnlyList<FdtReservation> Reservations, uint BootHart, FdtFault? Fault);

/// <summary>Memory that a device tree reserves.</summary>
/// <param name="Address">Where it starts.</param>
/// <param name="Size">How many bytes.</param>
public readonly record struct FdtReservation(Gpa Address, ulong Size);

/// <summary>Why a blob is no device tree.</summary>
/// <param name="Offset">The byte of the blob where it was seen.</param>
/// <param name="Message">What is wrong there.</param>
public sealed record FdtFault(uint Offset, string Message);
