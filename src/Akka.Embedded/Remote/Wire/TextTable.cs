using System.Text;

namespace Akka.Remote.Wire;

/// <summary>The sender's half of a table: gives repeated strings small numbers.</summary>
internal sealed class OutboundTextTable
{
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);

    public bool IsFull => _ids.Count >= WireFormat.MaxTableEntries;

    public bool TryGetId(string text, out int id) => _ids.TryGetValue(text, out id);

    /// <summary>Numbers count up from 0, so that both halves agree without saying more than the text.</summary>
    public int Add(string text)
    {
        var id = _ids.Count;
        _ids.Add(text, id);
        return id;
    }

    public void Clear() => _ids.Clear();

    public static bool IsWorthAnEntry(string text) => Encoding.UTF8.GetByteCount(text) <= WireFormat.MaxTableText;
}

/// <summary>A string that the peer has sent, with a place for what the receiver resolved it to.</summary>
internal sealed class TableText(string text)
{
    public string Text { get; } = text;

    /// <summary>Whatever the receiver wants to find again when the string is used next.</summary>
    public object? Resolved { get; set; }
}

/// <summary>The receiver's half of a table. Bounded: a peer cannot make it grow beyond its limits.</summary>
internal sealed class InboundTextTable
{
    private readonly List<TableText> _entries = [];

    /// <summary>Adds an entry; false if the peer breaks the rules.</summary>
    public bool TryDefine(int id, string text)
    {
        if (id != _entries.Count || id >= WireFormat.MaxTableEntries)
            return false;
        _entries.Add(new TableText(text));
        return true;
    }

    public TableText? Find(int id) => (uint)id < (uint)_entries.Count ? _entries[id] : null;

    public void Clear() => _entries.Clear();
}
