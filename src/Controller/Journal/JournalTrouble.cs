using System.Globalization;

namespace Trapline.Controller.Journal;

/// <summary>
/// What is told to people when the journal fails: the database's own words, and behind them what to do about those that say little. The controller
/// tries again by itself in any case.
/// </summary>
internal static class JournalTrouble
{
    private const string Sqlite = "SQLite Error ";
    private const string Where = "journal/ in the data root, unless the settings name another";

    /// <summary>One line.</summary>
    /// <param name="what">What cannot be done.</param>
    /// <param name="cause">What the journal threw.</param>
    public static string Describe(string what, Exception cause)
    {
        var words = cause.GetBaseException().Message;
        return RemedyFor(words) is { } remedy ? $"{what} ({words}): {remedy}" : $"{what} ({words})";
    }

    /// <summary>By SQLite's result codes (sqlite.org/rescode.html), which its messages begin with whatever lies between it and us.</summary>
    private static string? RemedyFor(string words)
    {
        if (!words.StartsWith(Sqlite, StringComparison.Ordinal)
            || !int.TryParse(words.AsSpan(Sqlite.Length, Math.Max(0, words.IndexOf(':', Sqlite.Length) - Sqlite.Length)), CultureInfo.InvariantCulture, out var code))
        {
            return null;
        }

        return code switch
        {
            3 or 8 or 14 or 23 => $"the controller must be able to write to the journal's file and its folder ({Where}); look at their owner and rights, and whether their disk is mounted for reading only",
            10 => $"look at the disk of the journal ({Where})",
            11 or 26 => $"the journal's file ({Where}) is damaged; end the cluster, and bring back a copy of the folder or start without it",
            13 => $"make room on the disk of the journal ({Where})",
            _ => null,
        };
    }
}
