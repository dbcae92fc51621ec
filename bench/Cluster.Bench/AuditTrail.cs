using System.Text;
using System.Text.Json;
using Trapline.HostNode.Audit;

namespace Trapline.Cluster.Bench;

/// <summary>What the hosts' audit logs say, as they write it: the witness for when guests execute. Its clock is this machine's monotonic one.</summary>
/// <param name="dataRoot">The data root.</param>
internal sealed class AuditTrail(string dataRoot)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Dictionary<string, long> _read = new(StringComparer.Ordinal);
    private readonly List<AuditLine> _lines = [];

    /// <summary>All lines so far, those of each host in order.</summary>
    public IReadOnlyList<AuditLine> Lines
    {
        get
        {
            Read();
            return _lines;
        }
    }

    /// <summary>Now, by the clock of the lines.</summary>
    public static long Now => (long)(TimeProvider.System.GetTimestamp() * (1e9 / TimeProvider.System.TimestampFrequency));

    /// <summary>The time between two lines.</summary>
    public static TimeSpan Between(long from, long to) => TimeSpan.FromMicroseconds((to - from) / 1000.0);

    /// <summary>Waits for a line that was written after a moment.</summary>
    public async Task<AuditLine> UntilAsync(string what, long after, Func<AuditLine, bool> isIt, CancellationToken cancellation)
    {
        var began = TimeProvider.System.GetTimestamp();
        for (; ; )
        {
            if (Lines.FirstOrDefault(line => line.At >= after && isIt(line)) is { } found)
                return found;
            if (TimeProvider.System.GetElapsedTime(began) > Patience)
                throw new TimeoutException($"not within {Patience.TotalSeconds:0} s: {what}");
            await Task.Delay(Poll, TimeProvider.System, cancellation);
        }
    }

    /// <summary>
    /// Where a VM executed twice at a time: each incarnation executes from "runs" to "stops" while its host's permit lasts, and no longer than its
    /// process lives.
    /// </summary>
    /// <param name="deaths">When processes were seen dead, by boot.</param>
    public IReadOnlyList<string> Overlaps(IReadOnlyDictionary<string, long> deaths)
    {
        var spans = Lines.GroupBy(l => l.Boot).SelectMany(boot => SpansOf([.. boot], deaths.GetValueOrDefault(boot.Key.Value, long.MaxValue)));
        var complaints = new List<string>();
        foreach (var vm in spans.GroupBy(s => s.Vm))
        {
            Span? longest = null;
            foreach (var span in vm.OrderBy(s => s.From))
            {
                if (longest is { } before && before.Incarnation != span.Incarnation && span.From < before.To)
                    complaints.Add($"{span.Vm} #{span.Incarnation} runs {Between(span.From, before.To).TotalMilliseconds:0.0} ms before #{before.Incarnation} has ended");
                if (longest is null || span.To > longest.Value.To)
                    longest = span;
            }
        }

        return complaints;
    }

    /// <summary>The times in which the VMs of one life of a host executed.</summary>
    private static IEnumerable<Span> SpansOf(IReadOnlyList<AuditLine> lines, long death)
    {
        var running = new Dictionary<string, (long Incarnation, long From)>(StringComparer.Ordinal);
        var permittedUntil = long.MinValue;
        foreach (var line in lines)
        {
            var until = Math.Min(permittedUntil, death);
            var ended = new List<string>();
            if (line.Kind == AuditKind.Runs)
                running[line.Vm!.Value.Value] = (line.Incarnation!.Value.Value, line.At);
            else if (line.Kind == AuditKind.Stops && running.ContainsKey(line.Vm!.Value.Value))
                ended.Add(line.Vm.Value.Value);
            else if (line.Kind == AuditKind.Permit)
                permittedUntil = line.Until!.Value;

            // A permit that ran out, and one that was taken away, end what runs; a later one lets it go on.
            var lapsed = line.Kind == AuditKind.Lapse || (line.Kind == AuditKind.Permit && line.At > until);
            foreach (var vm in lapsed ? [.. running.Keys] : ended)
            {
                var (incarnation, from) = running[vm];
                yield return new Span(vm, incarnation, from, Math.Min(line.At, Math.Max(until, from)));
                if (lapsed)
                    running[vm] = (incarnation, line.At);
                else
                    running.Remove(vm);
            }
        }

        foreach (var (vm, (incarnation, from)) in running)
            yield return new Span(vm, incarnation, from, Math.Max(from, Math.Min(permittedUntil, death)));
    }

    private void Read()
    {
        var hosts = Path.Combine(dataRoot, "hosts");
        if (!Directory.Exists(hosts))
            return;
        foreach (var path in Directory.EnumerateDirectories(hosts).Select(host => Path.Combine(host, "audit.jsonl")).Where(File.Exists))
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var from = _read.GetValueOrDefault(path);
            var bytes = new byte[file.Length - from];
            file.Position = from;
            file.ReadExactly(bytes);
            var whole = Array.LastIndexOf(bytes, (byte)'\n') + 1;
            foreach (var line in Encoding.UTF8.GetString(bytes, 0, whole).Split('\n', StringSplitOptions.RemoveEmptyEntries))
                _lines.Add(JsonSerializer.Deserialize(line, AuditJson.Default.AuditLine)!);
            _read[path] = from + whole;
        }
    }

    private readonly record struct Span(string Vm, long Incarnation, long From, long To);
}
