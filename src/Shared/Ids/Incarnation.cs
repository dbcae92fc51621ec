using System.Text.Json;
using System.Text.Json.Serialization;

namespace Trapline.Shared.Ids;

/// <summary>
/// The fencing token of a VM: grows by one each time the VM is started anywhere. Whoever sees a higher one knows that lower ones
/// must not run, write or report any more.
/// </summary>
/// <param name="Value">0 before the first start.</param>
[JsonConverter(typeof(IncarnationConverter))]
public readonly record struct Incarnation(long Value) : IComparable<Incarnation>
{
    /// <summary>Of a VM that was never started.</summary>
    public static Incarnation None => default;

    /// <summary>The one that the next start carries.</summary>
    public Incarnation Next() => new(Value + 1);

    /// <inheritdoc/>
    public int CompareTo(Incarnation other) => Value.CompareTo(other.Value);

    /// <summary>Older.</summary>
    public static bool operator <(Incarnation a, Incarnation b) => a.Value < b.Value;

    /// <summary>Newer.</summary>
    public static bool operator >(Incarnation a, Incarnation b) => a.Value > b.Value;

    /// <summary>Older or the same.</summary>
    public static bool operator <=(Incarnation a, Incarnation b) => a.Value <= b.Value;

    /// <summary>Newer or the same.</summary>
    public static bool operator >=(Incarnation a, Incarnation b) => a.Value >= b.Value;

    /// <inheritdoc/>
    public override string ToString() => $"#{Value}";
}

/// <summary>Writes an incarnation as its number.</summary>
public sealed class IncarnationConverter : JsonConverter<Incarnation>
{
    /// <inheritdoc/>
    public override Incarnation Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetInt64());

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Incarnation value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Value);
}
