using System.Globalization;
using System.Text;

namespace Trapline.Hypervisor.Machine.Statistics;

/// <summary><see cref="TranslationStatistics"/> as a table.</summary>
internal static class TranslationTable
{
    private const int MostCalled = 8;

    /// <summary>Writes it: a line for each figure, and one for each reason for which generated code was left.</summary>
    public static string Write(TranslationStatistics t)
    {
        var text = new StringBuilder();
        Head(text, "TRANSLATIONS", "Count");
        Line(text, "quick", t.QuickTranslations);
        Line(text, "regions", t.Regions);
        Line(text, "blocks", t.Blocks);
        Line(text, "guest instructions", t.Instructions);
        Line(text, "host code made", t.Bytes, "bytes");
        Line(text, "time", (long)t.Time.TotalMicroseconds, "us");
        Line(text, "time for regions", (long)t.RegionTime.TotalMicroseconds, "us of it");
        Line(text, "code memory in use", t.CodeBytes, string.Create(CultureInfo.InvariantCulture, $"bytes of {t.CodeBytesLimit:N0}"));
        Line(text, "code memory held", t.CodeBytesHeld, "bytes");
        Line(text, "jumps with targets", t.TargetTables);
        Line(text, "inline caches", t.InlineCaches);
        Line(text, "inline caches set", t.InlineCachesSet);
        Line(text, "pages dropped", t.DroppedPages);
        Line(text, "everything dropped", t.Flushes);
        Head(text, "GENERATED CODE", "Count");
        Line(text, "entered", t.Entries);
        foreach (var (name, count) in t.Exits.OrderByDescending(e => e.Value))
            Line(text, "left: " + name, count, Share(count, t.Entries));
        Line(text, "known, not in the table", t.TableMisses);
        Line(text, "driven out of the table", t.TableEvictions);
        Line(text, "calls of the interpreter", t.Callbacks);
        foreach (var (name, count) in t.CallbacksByName.OrderByDescending(c => c.Value).Take(MostCalled))
            Line(text, "called for: " + name, count, Share(count, t.Callbacks));
        Line(text, "cold blocks interpreted", t.InterpretedBlocks);
        Head(text, "TLB", "Count");
        Line(text, "accesses, estimated", t.Accesses);
        Line(text, "not served inline", t.FirstLevelMisses, string.Create(CultureInfo.InvariantCulture, $"hit rate {100 * t.FirstLevelHitRate:F3} %"));
        Line(text, "misses, all", t.TlbMisses);
        Line(text, "second level hits", t.SecondLevelHits, string.Create(CultureInfo.InvariantCulture, $"{100 * t.SecondLevelHitRate:F1} % of what it was asked"));
        Line(text, "page walks", t.PageWalks);
        return text.ToString().TrimEnd();
    }

    private static void Head(StringBuilder text, string name, string count) => text.AppendLine(CultureInfo.InvariantCulture, $"{name,-26}{count,16}");

    private static void Line(StringBuilder text, string name, long value, string note = "")
        => text.AppendLine(string.Create(CultureInfo.InvariantCulture, $"  {name,-24}{value,16:N0}  {note}").TrimEnd());

    private static string Share(long part, long all) => string.Create(CultureInfo.InvariantCulture, $"{100.0 * part / Math.Max(1, all):F1} %");
}
