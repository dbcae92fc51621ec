using System.Buffers.Binary;
using System.Text;

namespace Trapline.Hypervisor.DeviceTree;

/// <summary>A node of a parsed device tree. Its content is what a blob said: nothing but the format was checked.</summary>
/// <param name="Name">The name with its unit address; empty for the root.</param>
/// <param name="Properties">The properties, in the order of the blob.</param>
/// <param name="Children">The children, in the order of the blob.</param>
public sealed record FdtNode(string Name, IReadOnlyList<FdtProperty> Properties, IReadOnlyList<FdtNode> Children)
{
    /// <summary>The property of that name, or null.</summary>
    public FdtProperty? Find(string property) =>
        Properties.FirstOrDefault(p => string.Equals(p.Name, property, StringComparison.Ordinal));

    /// <summary>The child of that name, with or without its unit address, or null.</summary>
    public FdtNode? Child(string name) =>
        Children.FirstOrDefault(c => string.Equals(c.Name, name, StringComparison.Ordinal))
        ?? Children.FirstOrDefault(c => c.Name.StartsWith(name + '@', StringComparison.Ordinal));

    /// <summary>The node at a path such as <c>/soc/serial@10000000</c>, or null.</summary>
    public FdtNode? At(string path)
    {
        var node = this;
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            node = node.Child(part);
            if (node is null)
                return null;
        }

        return node;
    }
}

/// <summary>A property of a parsed device tree.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its bytes, big-endian where they are numbers.</param>
public sealed record FdtProperty(string Name, ReadOnlyMemory<byte> Value)
{
    /// <summary>The value as text up to its first zero byte.</summary>
    public string AsString()
    {
        var bytes = Value.Span;
        var end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }

    /// <summary>The value as a list of strings.</summary>
    public string[] AsStrings() => Encoding.UTF8.GetString(Value.Span).TrimEnd('\0').Split('\0');

    /// <summary>The value as 32-bit cells; bytes after the last whole cell are left out.</summary>
    public uint[] AsCells()
    {
        var cells = new uint[Value.Length / 4];
        for (var i = 0; i < cells.Length; i++)
            cells[i] = BinaryPrimitives.ReadUInt32BigEndian(Value.Span[(i * 4)..]);
        return cells;
    }

    /// <summary>The value as 64-bit numbers of two cells each; bytes after the last whole one are left out.</summary>
    public ulong[] AsNumbers()
    {
        var numbers = new ulong[Value.Length / 8];
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = BinaryPrimitives.ReadUInt64BigEndian(Value.Span[(i * 8)..]);
        return numbers;
    }
}
