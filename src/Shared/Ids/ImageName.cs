using System.Text.Json.Serialization;

namespace Trapline.Shared.Ids;

/// <summary>The name of an image that VMs boot from.</summary>
/// <param name="Value">Text of the form <see cref="TextId.Form"/>.</param>
[JsonConverter(typeof(TextIdConverter<ImageName>))]
public readonly record struct ImageName(string Value) : ITextId<ImageName>, IComparable<ImageName>
{
    /// <inheritdoc/>
    public static ImageName Create(string value) => new(value);

    /// <inheritdoc/>
    public int CompareTo(ImageName other) => string.CompareOrdinal(Value, other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}
