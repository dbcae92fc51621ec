using System.Globalization;

namespace Trapline.Cluster.Bench;

/// <summary>The figures of a run, and whether each reaches its bar. Prints a table in Markdown.</summary>
internal sealed class Report
{
    private readonly List<Row> _rows = [];

    private sealed record Row(string What, string Median, string Worst, string Bar, bool Reached);

    /// <summary>Whether no figure missed its bar.</summary>
    public bool AllReached => _rows.TrueForAll(r => r.Reached);

    /// <summary>One figure that must stay below a bar.</summary>
    public void Below(string what, double value, double bar, string unit) => Add(new Row(what, "", Text(value, unit), $"< {Text(bar, unit)}", value < bar));

    /// <summary>One figure that must reach a bar.</summary>
    public void AtLeast(string what, double value, double bar, string unit) => Add(new Row(what, "", Text(value, unit), $"≥ {Text(bar, unit)}", value >= bar));

    /// <summary>One figure without a bar.</summary>
    public void Note(string what, double value, string unit) => Add(new Row(what, "", Text(value, unit), "", true));

    /// <summary>Times of which the worst must stay below a bar.</summary>
    public void Times(string what, IReadOnlyCollection<TimeSpan> times, TimeSpan bar)
    {
        if (times.Count == 0)
            return;
        var sorted = times.Order().ToList();
        var (median, worst) = (sorted[sorted.Count / 2], sorted[^1]);
        Add(new Row($"{what} ({sorted.Count} times)", Text(median), Text(worst), $"< {Text(bar)}", worst < bar));
    }

    /// <summary>A statement that was checked.</summary>
    public void Holds(string what, bool holds) => Add(new Row(what, "", holds ? "yes" : "NO", "yes", holds));

    /// <summary>Prints the table.</summary>
    public void Print()
    {
        Console.WriteLine();
        Console.WriteLine("| what | median | worst or only | bar | |");
        Console.WriteLine("| --- | ---: | ---: | ---: | --- |");
        foreach (var row in _rows)
            Console.WriteLine($"| {row.What} | {row.Median} | {row.Worst} | {row.Bar} | {(row.Reached ? "" : "missed")} |");
    }

    private void Add(Row row)
    {
        _rows.Add(row);
        Console.Error.WriteLine($"   {row.What}: {row.Median} {row.Worst} {row.Bar}{(row.Reached ? "" : " MISSED")}");
    }

    private static string Text(double value, string unit) => string.Create(CultureInfo.InvariantCulture, $"{value:#,0.##} {unit}");

    private static string Text(TimeSpan time) =>
        time < TimeSpan.FromSeconds(1)
            ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.0} ms")
            : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.00} s");
}
