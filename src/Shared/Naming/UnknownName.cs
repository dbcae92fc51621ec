namespace Trapline.Shared.Naming;

/// <summary>What users read when they name what does not exist: the name, the one that they may have meant, and what there is.</summary>
public static class UnknownName
{
    /// <summary>Most names in one message.</summary>
    public const int MostListed = 20;

    private const int LongestCompared = 64;

    /// <summary>From this length on two letters may be wrong.</summary>
    private const int MostOfShort = 5;

    /// <summary>The whole message.</summary>
    /// <param name="kind">What it should be: <c>image</c>.</param>
    /// <param name="given">What was named.</param>
    /// <param name="plural">What stands before the list: <c>Images</c>.</param>
    /// <param name="names">What there is.</param>
    public static string Describe(string kind, string given, string plural, IEnumerable<string> names)
    {
        var all = names.ToList();
        var meant = Nearest(given, all) is { } near ? $" Did you mean '{near}'?" : "";
        return $"There is no {kind} '{given}'.{meant} {plural}: {List(all)}.";
    }

    /// <summary>Names one after the other, or "none"; of many the first.</summary>
    public static string List(IReadOnlyCollection<string> names) =>
        names.Count == 0 ? "none" : string.Join(", ", names.Take(MostListed)) + (names.Count > MostListed ? ", …" : "");

    /// <summary>The one name that is so near to what was given that it may have been meant; null if there is none, or more than one.</summary>
    public static string? Nearest(string given, IEnumerable<string> names)
    {
        if (given.Length > LongestCompared)
            return null;
        var bound = given.Length < MostOfShort ? Math.Min(1, given.Length - 1) : 2; // one letter is near to every other, and two are half of a short word
        var near = names.Where(name => name.Length <= LongestCompared).Select(name => (Name: name, Distance: Distance(given, name))).Where(n => n.Distance <= bound).ToList();
        if (near.Count == 0)
            return null;
        var least = near.Min(n => n.Distance);
        return near.Count(n => n.Distance == least) == 1 ? near.Find(n => n.Distance == least).Name : null;
    }

    /// <summary>How many letters have to be changed, added, dropped, or swapped with their neighbour.</summary>
    private static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    rows[i, j] = i + j;
                    continue;
                }

                var same = char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]);
                rows[i, j] = Math.Min(Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1, rows[i - 1, j - 1] + (same ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
            }
        }

        return rows[a.Length, b.Length];
    }
}
