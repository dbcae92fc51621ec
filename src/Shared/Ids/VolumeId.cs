using System.Text.Json.Serialization;

namespace Trapline.Shared.Ids;

/// <summary>A writable disk of a VM.</summary>
/// <param name="Value">Text of the form <see cref="TextId.Form"/>.</param>
[JsonConverter(typeof(TextIdConverter<VolumeId>))]
public readonly record struct VolumeId(string Value) : ITextId<VolumeId>, IComparable<VolumeId>
{
    /// <inheritdoc/>
    public static VolumeId Create(string value) => new(value);

    /// <inheritdoc/>
    public int CompareTo(VolumeId other) => string.CompareOrdinal(Value, other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}
