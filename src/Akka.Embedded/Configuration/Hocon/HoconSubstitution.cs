namespace Akka.Configuration.Hocon;

/// <summary>A reference <c>${path}</c> to another value of the same text.</summary>
public class HoconSubstitution : IHoconElement, IMightBeAHoconObject
{
    /// <summary>Creates a substitution without a path.</summary>
    protected HoconSubstitution()
        : this("")
    {
    }

    /// <summary>Creates a substitution that is not resolved yet.</summary>
    public HoconSubstitution(string path)
    {
        Path = path;
        ResolvedValue = null!;
    }

    /// <summary>The path that the substitution names.</summary>
    public string Path { get; set; }

    /// <summary>The value that the path leads to; null until resolved.</summary>
    public HoconValue ResolvedValue { get; set; }

    /// <inheritdoc/>
    public bool IsString() => ResolvedValue is not null && ResolvedValue.IsString();

    /// <inheritdoc/>
    public string GetString() => ResolvedValue?.GetString()!;

    /// <inheritdoc/>
    public bool IsArray() => ResolvedValue is not null && ResolvedValue.IsArray();

    /// <inheritdoc/>
    public IList<HoconValue> GetArray() => ResolvedValue?.GetArray() ?? [];

    /// <inheritdoc/>
    public bool IsObject() => ResolvedValue is not null && ResolvedValue.IsObject();

    /// <inheritdoc/>
    public HoconObject GetObject() => ResolvedValue?.GetObject()!;
}
