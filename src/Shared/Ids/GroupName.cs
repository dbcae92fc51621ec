using System.Text.Json.Serialization;

namespace Trapline.Shared.Ids;

/// <summary>A group of VMs that belong together, for affinity and anti-affinity.</summary>
/// <param name="Value">Text of the form <see cref="TextId.Form"/>.</param>
[JsonConverter(typeof(TextIdConverter<GroupName>))]
public readonly record struct GroupName(string Value) : ITextId<GroupName>, IComparable<GroupName>
{
    /// <inheritdoc/>
    public static GroupName Create(string value) => new(value);

    /// <inheritdoc/>
    public int CompareTo(GroupName other) => string.CompareOrdinal(Value, other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}
