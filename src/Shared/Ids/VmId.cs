using System.Text.Json.Serialization;

namespace Trapline.Shared.Ids;

/// <summary>A VM's id: given when it is defined, never used again.</summary>
/// <param name="Value">Text of the form <see cref="TextId.Form"/>.</param>
[JsonConverter(typeof(TextIdConverter<VmId>))]
public readonly record struct VmId(string Value) : ITextId<VmId>, IComparable<VmId>
{
    /// <inheritdoc/>
    public static VmId Create(string value) => new(value);

    /// <inheritdoc/>
    public int CompareTo(VmId other) => string.CompareOrdinal(Value, other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}
