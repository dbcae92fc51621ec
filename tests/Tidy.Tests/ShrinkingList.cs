using Trapline.TestSupport;

namespace Trapline.Tidy.Tests;

/// <summary>
/// Places that break a size rule today, each with the size that it is held to: a data file with a line
/// <c>size place</c> each. The list may only shrink: a place that grew fails, and so does an entry that is no longer needed.
/// </summary>
public static class ShrinkingList
{
    public static void Check(string listFile, string unit, int limit, IEnumerable<(string Place, int Size)> measured)
    {
        var allowed = File.ReadLines(Repository.PathOf("tests", "Tidy.Tests", listFile))
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split(' ', 2))
            .ToDictionary(parts => parts[1], parts => int.Parse(parts[0]), StringComparer.Ordinal);
        var tooLong = measured.Where(m => m.Size > limit).ToDictionary(m => m.Place, m => m.Size, StringComparer.Ordinal);

        var complaints = new List<string>();
        foreach (var (place, size) in tooLong.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            if (!allowed.TryGetValue(place, out var held))
                complaints.Add($"{place} has {size} {unit}; the limit is {limit}");
            else if (size > held)
                complaints.Add($"{place} has {size} {unit}; {listFile} holds it to {held}");
        }

        complaints.AddRange(allowed.Keys.Where(place => !tooLong.ContainsKey(place)).Order(StringComparer.Ordinal)
            .Select(place => $"{place} keeps the limit of {limit} {unit} now: take it out of {listFile}"));
        Assert.True(complaints.Count == 0, string.Join('\n', complaints));
    }
}
