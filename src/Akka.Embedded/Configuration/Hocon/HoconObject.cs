using System.Text;

namespace Akka.Configuration.Hocon;

/// <summary>A set of keys with their values.</summary>
public class HoconObject : IHoconElement
{
    /// <summary>Creates an object without keys.</summary>
    public HoconObject() => Items = new Dictionary<string, HoconValue>(StringComparer.Ordinal);

    /// <summary>The values by key.</summary>
    public Dictionary<string, HoconValue> Items { get; }

    /// <summary>The values by key, with nested objects as dictionaries of the same kind.</summary>
    public IDictionary<string, object> Unwrapped => Items.ToDictionary(
        item => item.Key,
        item => item.Value.GetObject() is { } child ? (object)child.Unwrapped : item.Value,
        StringComparer.Ordinal);

    /// <inheritdoc/>
    public bool IsString() => false;

    /// <inheritdoc/>
    public string GetString() => throw new ConfigurationException("An object is not a text.");

    /// <inheritdoc/>
    public bool IsArray() => false;

    /// <inheritdoc/>
    public IList<HoconValue> GetArray() => throw new ConfigurationException("An object is not an array.");

    /// <summary>The value of a key, or null.</summary>
    public HoconValue GetKey(string key) => Items.GetValueOrDefault(key)!;

    /// <summary>The value of a key, made empty if there was none.</summary>
    public HoconValue GetOrCreateKey(string key)
    {
        if (!Items.TryGetValue(key, out var value))
            Items[key] = value = new HoconValue();
        return value;
    }

    /// <summary>Takes over the keys of another object: its objects are merged into ours, its other values replace ours.</summary>
    public void Merge(HoconObject other)
    {
        foreach (var (key, theirs) in other.Items)
        {
            // A new value, never a change inside ours or theirs: both may be shared with another tree.
            Items[key] = Items.TryGetValue(key, out var ours) && ours.IsObject() && theirs.IsObject()
                ? HoconValue.MergeOf([ours, theirs])
                : theirs;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => ToString(0);

    /// <summary>The keys as HOCON lines, indented by two spaces for each level.</summary>
    public string ToString(int indent)
    {
        var text = new StringBuilder();
        foreach (var (key, value) in Items)
        {
            text.Append(' ', indent * 2).Append(HoconPath.Quote(key))
                .Append(value.IsObject() ? " " : " : ").Append(value.ToString(indent)).Append('\n');
        }

        return text.ToString();
    }
}
