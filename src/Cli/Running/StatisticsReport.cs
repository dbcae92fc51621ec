using System.Text.Json;
using Trapline.Hypervisor.Machine;

namespace Trapline.Cli.Running;

/// <summary>Where a machine's time went, and what its translator did: for people, and for programs.</summary>
internal static class StatisticsReport
{
    /// <summary>Lines for the terminal.</summary>
    public static string Text(VirtualMachine machine)
    {
        var text = $"exits by reason\n{machine.Statistics}";
        return machine.Translations is { } translations ? $"{text}\n{translations}" : text;
    }

    /// <summary>Writes a JSON object: exits by reason, and translations, null on the interpreter. Times are in nanoseconds.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(VirtualMachine machine, string path)
    {
        using var file = File.Create(path);
        using var json = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        var statistics = machine.Statistics;
        json.WriteNumber("guest_ns", (long)statistics.GuestTime.TotalNanoseconds);
        json.WriteNumber("hypervisor_ns", (long)statistics.HypervisorTime.TotalNanoseconds);
        json.WriteNumber("instructions", statistics.Instructions);
        json.WriteStartObject("exits");
        foreach (var exit in statistics.Exits)
        {
            json.WriteStartObject(exit.Reason.ToString());
            json.WriteNumber("count", exit.Count);
            json.WriteNumber("total_ns", (long)exit.TotalNanoseconds);
            json.WriteNumber("minimum_ns", (long)exit.MinimumNanoseconds);
            json.WriteNumber("maximum_ns", (long)exit.MaximumNanoseconds);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        WriteTranslations(json, machine);
        json.WriteEndObject();
    }

    private static void WriteTranslations(Utf8JsonWriter json, VirtualMachine machine)
    {
        if (machine.Translations is not { } t)
        {
            json.WriteNull("translations");
            return;
        }

        json.WriteStartObject("translations");
        (string, long)[] figures =
        [
            ("quick", t.QuickTranslations), ("regions", t.Regions), ("blocks", t.Blocks), ("instructions", t.Instructions), ("bytes", t.Bytes),
            ("time_ns", (long)t.Time.TotalNanoseconds), ("region_time_ns", (long)t.RegionTime.TotalNanoseconds),
            ("code_bytes", t.CodeBytes), ("code_bytes_held", t.CodeBytesHeld), ("code_bytes_limit", t.CodeBytesLimit),
            ("dropped_pages", t.DroppedPages), ("flushes", t.Flushes), ("entries", t.Entries), ("interpreted_blocks", t.InterpretedBlocks),
            ("table_misses", t.TableMisses), ("table_evictions", t.TableEvictions),
            ("callbacks", t.Callbacks), ("tlb_misses", t.TlbMisses), ("second_level_hits", t.SecondLevelHits), ("page_walks", t.PageWalks),
            ("memory_accesses", t.Accesses), ("memory_accesses_not_inline", t.FirstLevelMisses),
            ("target_tables", t.TargetTables), ("inline_caches", t.InlineCaches), ("inline_caches_set", t.InlineCachesSet),
        ];
        foreach (var (name, value) in figures)
            json.WriteNumber(name, value);
        json.WriteStartObject("called_for");
        foreach (var (name, count) in t.CallbacksByName)
            json.WriteNumber(name, count);
        json.WriteEndObject();
        json.WriteStartObject("left_because");
        foreach (var (name, count) in t.Exits)
            json.WriteNumber(name, count);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
