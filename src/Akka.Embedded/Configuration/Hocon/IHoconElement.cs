namespace Akka.Configuration.Hocon;

/// <summary>One piece of a HOCON value: a literal, an array, an object or a substitution.</summary>
public interface IHoconElement
{
    /// <summary>Whether the piece is text.</summary>
    bool IsString();

    /// <summary>The piece as text.</summary>
    string GetString();

    /// <summary>Whether the piece is an array.</summary>
    bool IsArray();

    /// <summary>The items of the piece, an array.</summary>
    IList<HoconValue> GetArray();
}
