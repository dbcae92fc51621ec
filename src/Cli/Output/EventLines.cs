using Trapline.Shared.Api;

namespace Trapline.Cli.Output;

/// <summary>
/// Events as lines for a person at a terminal: many in a row that say the same of different VMs, as after the loss of a host, become one line with
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
            var what = Said(events[i]);
            for (next = i + 1; next < events.Count && what is not null && Said(events[next]) == what;)
                next++;
            if (next - i >= Fewest)
            {
                yield return $"{Tables.Time(events[i].At)}  {next - i} VMs: {what} ({Listing(events.Skip(i).Take(next - i))})";
                continue;
            }

            for (var one = i; one < next; one++)
                yield return Tables.Of(events[one]);
        }
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
