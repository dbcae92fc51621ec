using System.Text.Json.Serialization;

namespace Trapline.Shared.Ids;

/// <summary>A saved machine.</summary>
/// <param name="Value">Text of the form <see cref="TextId.Form"/>.</param>
[JsonConverter(typeof(TextIdConverter<SnapshotId>))]
public readonly record struct SnapshotId(string Value) : ITextId<SnapshotId>, IComparable<SnapshotId>
{
    /// <inheritdoc/>
    public static SnapshotId Create(string value) => new(value);

    /// <inheritdoc/>
    public int CompareTo(SnapshotId other) => string.CompareOrdinal(Value, other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}
