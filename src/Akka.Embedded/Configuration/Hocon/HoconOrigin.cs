namespace Akka.Configuration.Hocon;

/// <summary>Where a value stands, so that an error about it can say so.</summary>
/// <param name="Source">The file or resource, where known.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
/// <param name="Path">The dotted path of the value's key; empty for the whole text.</param>
internal sealed record HoconOrigin(string? Source, int Line, int Column, string Path)
{
    /// <summary>An error at this place.</summary>
    public ConfigurationException Error(string problem, Exception? cause = null) => new($"{this}: {problem}", cause);

    /// <inheritdoc/>
    public override string ToString()
    {
        var place = Source is null ? $"line {Line}, column {Column}" : $"{Source}: line {Line}, column {Column}";
        return Path.Length == 0 ? place : $"{place}: {Path}";
    }
}
