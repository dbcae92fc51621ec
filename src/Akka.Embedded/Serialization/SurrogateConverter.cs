using System.Globalization;
using Akka.Actor;
using Akka.Util;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Akka.Serialization;

/// <summary>
/// Writes surrogates in place of values that have one, and numbers with their type where the reader expects any object
/// (JSON.NET would read an int as a long). The form of such a number: <c>{"$":"I42"}</c>, the letter naming the type.
/// </summary>
internal sealed class SurrogateConverter(ActorSystem? system) : JsonConverter
{
    private const string Primitive = "$";

    public override bool CanConvert(Type objectType) =>
        objectType == typeof(int) || objectType == typeof(float) || objectType == typeof(decimal) ||
        typeof(ISurrogated).IsAssignableFrom(objectType) || objectType == typeof(object);

    public override void WriteJson(JsonWriter writer, object? value, JsonSerializer serializer)
    {
        switch (value)
        {
            case int or float or decimal:
                writer.WriteStartObject();
                writer.WritePropertyName(Primitive);
                writer.WriteValue(Encode(value));
                writer.WriteEndObject();
                break;
            case ISurrogated surrogated:
                serializer.Serialize(writer, surrogated.ToSurrogate(system!), typeof(ISurrogate));
                break;
            default:
                serializer.Serialize(writer, value);
                break;
        }
    }

    public override object? ReadJson(JsonReader reader, Type objectType, object? existingValue, JsonSerializer serializer)
    {
        if (objectType == typeof(int) || objectType == typeof(float) || objectType == typeof(decimal))
            return ReadNumber(reader, objectType, serializer);
        return Translate(ReadAny(reader, objectType, serializer), objectType);
    }

    private static object? ReadNumber(JsonReader reader, Type objectType, JsonSerializer serializer)
    {
        if (reader.TokenType != JsonToken.StartObject)
            return Convert.ChangeType(reader.Value, objectType, CultureInfo.InvariantCulture);
        var read = serializer.Deserialize<JObject>(reader);
        return Decode(read![Primitive]!.Value<string>()!);
    }

    private static object? ReadAny(JsonReader reader, Type objectType, JsonSerializer serializer)
    {
        // With a concrete type in hand JSON.NET goes by the $type that is in the text; object is what keeps it out of here.
        return objectType == typeof(object) || typeof(ISurrogated).IsAssignableFrom(objectType)
            ? serializer.Deserialize(reader)
            : serializer.Deserialize(reader, objectType);
    }

    private object? Translate(object? value, Type objectType) => value switch
    {
        JObject { Count: 1 } number when number[Primitive] is { Type: JTokenType.String } text => Decode(text.Value<string>()!),
        ISurrogate surrogate when system is not null && !typeof(ISurrogate).IsAssignableFrom(objectType) => surrogate.FromSurrogate(system),
        _ => value,
    };

    private static string Encode(object value) => value switch
    {
        int number => "I" + number.ToString(CultureInfo.InvariantCulture),
        float number => "F" + number.ToString("R", CultureInfo.InvariantCulture),
        decimal number => "M" + number.ToString(CultureInfo.InvariantCulture),
        _ => throw new NotSupportedException(value.GetType().ToString()),
    };

    private static object Decode(string text) => text[0] switch
    {
        'I' => int.Parse(text.AsSpan(1), CultureInfo.InvariantCulture),
        'F' => float.Parse(text.AsSpan(1), CultureInfo.InvariantCulture),
        'M' => decimal.Parse(text.AsSpan(1), CultureInfo.InvariantCulture),
        _ => throw new FormatException($"'{text}' is no number with a type letter."),
    };
}
