using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.DeviceTree;

/// <summary>
/// Writes a flattened device tree (Devicetree Specification v0.4, chapter 5): header of version 17, reservation block, structure
/// block, strings block. Nodes are written depth first: <see cref="BeginNode(string)"/>, its properties, its children,
/// <see cref="EndNode"/>. The root node opens with an empty name. A call out of order is a defect of the caller and throws.
/// </summary>
public sealed class FdtWriter
{
    private readonly MemoryStream _structure = new();
    private readonly MemoryStream _strings = new();
    private readonly Dictionary<string, uint> _stringOffsets = new(StringComparer.Ordinal);
    private readonly List<(ulong Address, ulong Size)> _reservations = [];
    private readonly Stack<bool> _open = new(); // per open node: has it children yet? Properties must come before them.
    private bool _rootClosed;

    /// <summary>Reserves memory that the guest must leave alone (section 5.3).</summary>
    public void Reserve(Gpa address, ulong size) => _reservations.Add((address.Value, size));

    /// <summary>Opens a node; the first one is the root, with an empty name.</summary>
    public void BeginNode(string name)
    {
        if (_rootClosed || (_open.Count == 0) != (name.Length == 0))
            throw new InvalidOperationException($"Node '{name}' is outside the root node.");
        if (_open.Count > 0)
        {
            _open.Pop();
            _open.Push(true);
        }

        _open.Push(false);
        WriteCell(FdtFormat.BeginNode);
        _structure.Write(Encoding.ASCII.GetBytes(name));
        _structure.WriteByte(0);
        Align();
    }

    /// <summary>Opens a node with a unit address: <c>name@address</c> (section 2.2.1).</summary>
    public void BeginNode(string name, ulong unitAddress) =>
        BeginNode($"{name}@{unitAddress.ToString("x", CultureInfo.InvariantCulture)}");

    /// <summary>Closes the node opened last.</summary>
    public void EndNode()
    {
        _open.Pop();
        _rootClosed = _open.Count == 0;
        WriteCell(FdtFormat.EndNode);
    }

    /// <summary>A property whose presence is its value.</summary>
    public void Property(string name) => Property(name, ReadOnlySpan<byte>.Empty);

    /// <summary>A property of one or more 32-bit cells.</summary>
    public void Property(string name, params ReadOnlySpan<uint> cells)
    {
        Span<byte> bytes = cells.Length <= 64 ? stackalloc byte[cells.Length * 4] : new byte[cells.Length * 4];
        for (var i = 0; i < cells.Length; i++)
            BinaryPrimitives.WriteUInt32BigEndian(bytes[(i * 4)..], cells[i]);
        Property(name, (ReadOnlySpan<byte>)bytes);
    }

    /// <summary>A string property.</summary>
    public void Property(string name, string value) => Property(name, Encoding.UTF8.GetBytes(value + '\0'));

    /// <summary>A list of strings, each ended by a zero (section 2.2.4).</summary>
    public void StringList(string name, params ReadOnlySpan<string> values)
    {
        var text = new StringBuilder();
        foreach (var value in values)
            text.Append(value).Append('\0');
        Property(name, Encoding.UTF8.GetBytes(text.ToString()));
    }

    /// <summary>A property of 64-bit numbers, each two cells, most significant first.</summary>
    public void Property64(string name, params ReadOnlySpan<ulong> values)
    {
        var bytes = new byte[values.Length * 8];
        for (var i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(i * 8), values[i]);
        Property(name, bytes.AsSpan());
    }

    /// <summary><c>reg</c> of one window, for a parent with two address cells and two size cells.</summary>
    public void Reg(Gpa address, ulong size) => Property64("reg", address.Value, size);

    /// <summary><c>interrupt-parent</c> and <c>interrupts</c> of a device with one interrupt (section 2.4.1).</summary>
    public void Interrupt(FdtInterrupt interrupt)
    {
        Property("interrupts", interrupt.Number);
        Property("interrupt-parent", interrupt.ParentPhandle);
    }

    /// <summary>A property with the given bytes.</summary>
    public void Property(string name, ReadOnlySpan<byte> value)
    {
        if (_open.Count == 0 || _open.Peek())
            throw new InvalidOperationException($"Property '{name}' must stand in a node, before its children (section 5.4.2).");
        WriteCell(FdtFormat.Prop);
        WriteCell((uint)value.Length);
        WriteCell(StringOffset(name));
        _structure.Write(value);
        Align();
    }

    /// <summary>Writes a parsed tree at this place: its properties and children, and the node itself.</summary>
    public void Node(FdtNode node)
    {
        BeginNode(node.Name);
        foreach (var property in node.Properties)
            Property(property.Name, property.Value.Span);
        foreach (var child in node.Children)
            Node(child);
        EndNode();
    }

    /// <summary>Ends the blob.</summary>
    /// <param name="bootHart">The hart that boots (<c>boot_cpuid_phys</c>).</param>
    public byte[] Finish(uint bootHart = 0)
    {
        if (!_rootClosed)
            throw new InvalidOperationException("The root node is not closed.");
        WriteCell(FdtFormat.End);

        var reservationsAt = FdtFormat.HeaderSize;
        var structureAt = reservationsAt + ((_reservations.Count + 1) * FdtFormat.ReservationSize);
        var stringsAt = structureAt + (int)_structure.Length;
        var blob = new byte[stringsAt + (int)_strings.Length];

        ReadOnlySpan<uint> header =
        [
            FdtFormat.Magic, (uint)blob.Length, (uint)structureAt, (uint)stringsAt, (uint)reservationsAt,
            FdtFormat.Version, FdtFormat.LastCompatibleVersion, bootHart, (uint)_strings.Length, (uint)_structure.Length,
        ];
        for (var i = 0; i < header.Length; i++)
            BinaryPrimitives.WriteUInt32BigEndian(blob.AsSpan(i * 4), header[i]);

        for (var i = 0; i < _reservations.Count; i++)
        {
            var entry = blob.AsSpan(reservationsAt + (i * FdtFormat.ReservationSize));
            BinaryPrimitives.WriteUInt64BigEndian(entry, _reservations[i].Address);
            BinaryPrimitives.WriteUInt64BigEndian(entry[8..], _reservations[i].Size);
        }

        _structure.GetBuffer().AsSpan(0, (int)_structure.Length).CopyTo(blob.AsSpan(structureAt));
        _strings.GetBuffer().AsSpan(0, (int)_strings.Length).CopyTo(blob.AsSpan(stringsAt));
        return blob;
    }

    private uint StringOffset(string name)
    {
        if (_stringOffsets.TryGetValue(name, out var offset))
            return offset;
        offset = (uint)_strings.Length;
        _strings.Write(Encoding.ASCII.GetBytes(name));
        _strings.WriteByte(0);
        _stringOffsets.Add(name, offset);
        return offset;
    }

    private void WriteCell(uint value)
    {
        Span<byte> cell = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(cell, value);
        _structure.Write(cell);
    }

    private void Align()
    {
        while (_structure.Length % 4 != 0)
            _structure.WriteByte(0);
    }
}
