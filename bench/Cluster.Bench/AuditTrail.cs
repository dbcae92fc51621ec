using System.Text;
using Trapline.Shared.Audit;

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
    public static long Now => AuditLine.Nanoseconds(TimeProvider.System.GetTimestamp(), TimeProvider.System);

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

    private void Read()
    {
        var hosts = Path.Combine(dataRoot, "hosts");
        if (!Directory.Exists(hosts))
            return;
        foreach (var path in Directory.EnumerateDirectories(hosts).SelectMany(host => Directory.EnumerateFiles(host, "*.jsonl")))
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var from = _read.GetValueOrDefault(path);
            var bytes = new byte[file.Length - from];
            file.Position = from;
            file.ReadExactly(bytes);
            var whole = Array.LastIndexOf(bytes, (byte)'\n') + 1;
            foreach (var line in Encoding.UTF8.GetString(bytes, 0, whole).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                if (AuditLine.Parse(line) is { } read)
                    _lines.Add(read);
            }

            _read[path] = from + whole;
        }
    }
}
