using Trapline.Shared.Api;

namespace Trapline.Cli.Output;

/// <summary>
/// Events as lines for a person at a terminal: many of one kind in a row that say the same of different VMs, as after the loss of a host, become one line with
/// their number and the first names. Programs, and whoever follows, get each of them.
/// </summary>
internal static class EventLines
{
    /// <summary>Fewer are shown one by one.</summary>
    private const int Fewest = 4;
    private const int Names = 8;

    /// <summary>The lines, in order.</summary>
    public static IEnumerable<string> Of(IReadOnlyList<EventView> events)
    {
        for (int i = 0, next; i < events.Count; i = next)
        {
            for (next = i + 1; next < events.Count && events[next].Kind == events[i].Kind;)
                next++;
            foreach (var line in OfOneKind(events.Skip(i).Take(next - i)))
                yield return line;
        }
    }

    /// <summary>A crowd is placed on one host after the other, in turn: what is said of each host is gathered.</summary>
    private static IEnumerable<string> OfOneKind(IEnumerable<EventView> events)
    {
        var lines = new List<(int At, string Line)>();
        foreach (var same in events.Index().GroupBy(e => Said(e.Item) ?? e.Item.Text, StringComparer.Ordinal).Select(group => group.ToList()))
        {
            var (at, first) = same[0];
            if (same.Count >= Fewest && Said(first) is { } what)
                lines.Add((at, $"{Tables.Time(first.At)}  {same.Count} VMs, each: {Sheet.Plain(what)} ({Listing(same.Select(e => e.Item))})"));
            else
                lines.AddRange(same.Select(one => (one.Index, Tables.Of(one.Item))));
        }

        return lines.OrderBy(line => line.At).Select(line => line.Line);
    }

    /// <summary>What is said of a VM, without its name, its incarnation, and how well its host scored; null for what is of no VM.</summary>
    private static string? Said(EventView e)
    {
        if (e.Vm is null || !e.Text.StartsWith(e.Vm + " ", StringComparison.Ordinal))
            return null;
        var said = e.Text[(e.Vm.Length + 1)..];
        if (e.Incarnation is { } incarnation && said.StartsWith($"#{incarnation} ", StringComparison.Ordinal))
            said = said[(said.IndexOf(' ', StringComparison.Ordinal) + 1)..];
        return e.Kind == "vm-placed" ? said.Split(": ")[0] : said;
    }

    private static string Listing(IEnumerable<EventView> events)
    {
        var names = events.Select(e => e.VmName ?? e.Vm!).Distinct(StringComparer.Ordinal).ToList();
        return string.Join(", ", names.Take(Names)) + (names.Count > Names ? $" and {names.Count - Names} more" : "");
    }
}
