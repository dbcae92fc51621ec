using Spectre.Console.Rendering;

namespace Trapline.Cli.Output;

/// <summary>What there is to say about one thing: a name and a value on each line, folded where the terminal is narrow.</summary>
internal sealed class Facts : IRenderable
{
    private const int Gap = 2;

    private readonly List<(string Name, string Value)> _facts = [];

    /// <summary>Adds one, if there is anything to say.</summary>
    public void Add(string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            _facts.Add((name, Sheet.Plain(value)));
    }

    /// <summary>The lines of it, for a terminal of that width.</summary>
    public IEnumerable<string> Lines(int width)
    {
        var names = _facts.Count == 0 ? 0 : _facts.Max(f => f.Name.Length) + Gap;
        return _facts.SelectMany(f => Sheet.Fold(f.Name.PadRight(names) + f.Value, width));
    }

    /// <inheritdoc/>
    public Measurement Measure(RenderOptions options, int maxWidth) => new(Math.Min(maxWidth, 1), maxWidth);

    /// <inheritdoc/>
    public IEnumerable<Segment> Render(RenderOptions options, int maxWidth) => Lines(maxWidth).SelectMany(line => new[] { new Segment(line), Segment.LineBreak });
}
