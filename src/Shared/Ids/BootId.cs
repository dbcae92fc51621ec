using System.Text.Json.Serialization;

namespace Trapline.Shared.Ids;

/// <summary>One life of a host process: new at each start, so that what an earlier process ran is known to be gone.</summary>
/// <param name="Value">Text of the form <see cref="TextId.Form"/>.</param>
[JsonConverter(typeof(TextIdConverter<BootId>))]
public readonly record struct BootId(string Value) : ITextId<BootId>, IComparable<BootId>
{
    /// <inheritdoc/>
    public static BootId Create(string value) => new(value);

    /// <inheritdoc/>
    public int CompareTo(BootId other) => string.CompareOrdinal(Value, other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}
