using System.Text;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Trapline.Cli.Output;

/// <summary>
/// A table, with nothing between its columns but space. Where it is too wide for the terminal each row becomes a few lines: what it is called, and below
/// it the other columns as pairs, as many on a line as there is room for. Nothing is cut: what is longer than a line is folded.
/// </summary>
internal sealed class Sheet : IRenderable
{
    private const string Between = "  ";
    private const string Missing = "-";

    private readonly string[] _columns;
    private readonly List<string[]> _rows = [];

    /// <summary>A table with the given columns, whose first one says what a row is about.</summary>
    public Sheet(params string[] columns) => _columns = columns;

    /// <summary>Adds a row; what is missing is a dash.</summary>
    public void Row(params string?[] cells) => _rows.Add([.. cells.Select(c => string.IsNullOrEmpty(c) ? Missing : Plain(c))]);

    /// <summary>The lines of it, for a terminal of that width.</summary>
    public IEnumerable<string> Lines(int width)
    {
        int[] widths = [.. _columns.Select((name, i) => _rows.Select(row => WidthOf(row[i])).Append(WidthOf(name)).Max())];
        return widths.Sum() + (Between.Length * (widths.Length - 1)) <= width ? Wide(widths)
            : _rows.Count == 0 ? Fold(string.Join(Between, _columns), width)
            : _rows.SelectMany(row => Narrow(row, width));
    }

    /// <inheritdoc/>
    public Measurement Measure(RenderOptions options, int maxWidth) => new(Math.Min(maxWidth, 1), maxWidth);

    /// <inheritdoc/>
    public IEnumerable<Segment> Render(RenderOptions options, int maxWidth) => Lines(maxWidth).SelectMany(line => new[] { new Segment(line), Segment.LineBreak });

    private IEnumerable<string> Wide(int[] widths) =>
        _rows.Prepend(_columns).Select(row => string.Join(Between, row.Select((cell, i) => cell + new string(' ', widths[i] - WidthOf(cell)))).TrimEnd());

    private IEnumerable<string> Narrow(string[] row, int width)
    {
        foreach (var line in Fold(row[0], width))
            yield return line;
        var pairs = new StringBuilder();
        for (var i = 1; i < row.Length; i++)
        {
            if (row[i] == Missing)
                continue;
            var pair = $"{_columns[i].ToLowerInvariant()}: {row[i]}";
            if (pairs.Length > 0 && WidthOf(pairs.ToString()) + Between.Length + WidthOf(pair) > width)
            {
                foreach (var line in Fold(pairs.ToString(), width))
                    yield return line;
                pairs.Clear();
            }

            pairs.Append(Between).Append(pair);
        }

        if (pairs.Length == 0)
            yield break;
        foreach (var line in Fold(pairs.ToString(), width))
            yield return line;
    }

    /// <summary>A line, or several of at most the width, broken between words where there are any; those after the first are indented.</summary>
    internal static IEnumerable<string> Fold(string text, int width)
    {
        var indent = new string(' ', Math.Min(2 * Between.Length, Math.Max(0, width - 1)));
        while (WidthOf(text) > width)
        {
            var most = 0;
            for (var cells = 0; most < text.Length && (cells += WidthOf(text[most].ToString())) <= width;)
                most++;
            most = Math.Max(most, indent.Length + 1);
            var blank = text.LastIndexOf(' ', Math.Min(most, text.Length - 1));
            var end = blank > 0 && text.AsSpan(0, blank).IndexOfAnyExcept(' ') >= 0 ? blank : most;
            yield return text[..end].TrimEnd();
            text = indent + text[end..].TrimStart();
        }

        yield return text;
    }

    private static int WidthOf(string text) => new Segment(text).CellCount();

    /// <summary>A cell is one line, and says nothing to the terminal.</summary>
    internal static string Plain(string cell) => cell.Any(char.IsControl) ? string.Concat(cell.Select(c => char.IsControl(c) ? '?' : c)) : cell;
}
