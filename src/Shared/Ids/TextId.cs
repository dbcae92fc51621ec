using System.Text.Json;
using System.Text.Json.Serialization;

namespace Trapline.Shared.Ids;

/// <summary>What all text ids have in common: their form, and how they stand in JSON.</summary>
public static class TextId
{
    /// <summary>Most characters of an id: the length of a DNS label.</summary>
    public const int MaxLength = 63;

    /// <summary>The form in words, for messages to users.</summary>
    public const string Form = "1 to 63 characters of a-z, 0-9, '-', '.' and '_', beginning with a letter or digit";

    /// <summary>Whether the text has the <see cref="Form"/>.</summary>
    public static bool IsValid(string? text)
    {
        if (text is null || text.Length is 0 or > MaxLength || !char.IsAsciiLetterLower(text[0]) && !char.IsAsciiDigit(text[0]))
            return false;
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not ('-' or '.' or '_'))
                return false;
        }

        return true;
    }
}

/// <summary>Writes an id as its text, as a value and as a property name; refuses text that is not of the form.</summary>
public sealed class TextIdConverter<T> : JsonConverter<T>
    where T : struct, ITextId<T>
{
    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Parse(reader.GetString());

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);

    /// <inheritdoc/>
    public override T ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Parse(reader.GetString());

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WritePropertyName(value.Value);

    private static T Parse(string? text) =>
        TextId.IsValid(text) ? T.Create(text!) : throw new JsonException($"\"{text}\" is not a {typeof(T).Name}: {TextId.Form}.");
}
