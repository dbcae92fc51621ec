namespace Akka.Configuration.Hocon;

/// <summary>A piece of text: quoted, unquoted, or the white space between two pieces on one line.</summary>
public class HoconLiteral : IHoconElement
{
    /// <summary>Creates an empty literal.</summary>
    public HoconLiteral() => Value = "";

    /// <summary>The text, without quotes.</summary>
    public string Value { get; set; }

    /// <summary>Whether the text stood in quotes: <c>"null"</c> is a text, <c>null</c> is not.</summary>
    internal bool Quoted { get; init; }

    /// <inheritdoc/>
    public bool IsString() => true;

    /// <inheritdoc/>
    public string GetString() => Value;

    /// <inheritdoc/>
    public bool IsArray() => false;

    /// <inheritdoc/>
    public IList<HoconValue> GetArray() => throw new ConfigurationException("A literal is not an array.");

    /// <inheritdoc/>
    public override string ToString() => Value;
}
