using System.Text.Json.Serialization;

namespace Trapline.Shared.Ids;

/// <summary>A host node's id: the same over restarts of its process; its data folder carries it.</summary>
/// <param name="Value">Text of the form <see cref="TextId.Form"/>.</param>
[JsonConverter(typeof(TextIdConverter<HostId>))]
public readonly record struct HostId(string Value) : ITextId<HostId>, IComparable<HostId>
{
    /// <inheritdoc/>
    public static HostId Create(string value) => new(value);

    /// <inheritdoc/>
    public int CompareTo(HostId other) => string.CompareOrdinal(Value, other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}
