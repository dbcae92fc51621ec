using System.Text.Json.Serialization;

namespace Trapline.Shared.Ids;

/// <summary>One attempt to move a VM: late messages of earlier attempts are told apart by it.</summary>
/// <param name="Value">Text of the form <see cref="TextId.Form"/>.</param>
[JsonConverter(typeof(TextIdConverter<MoveId>))]
public readonly record struct MoveId(string Value) : ITextId<MoveId>, IComparable<MoveId>
{
    /// <inheritdoc/>
    public static MoveId Create(string value) => new(value);

    /// <inheritdoc/>
    public int CompareTo(MoveId other) => string.CompareOrdinal(Value, other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}
