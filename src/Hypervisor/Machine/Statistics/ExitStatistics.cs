using System.Globalization;
using System.Text;
using Trapline.Hypervisor.Cpu;

namespace Trapline.Hypervisor.Machine.Statistics;

/// <summary>The exits of one reason, over all harts of a machine.</summary>
/// <param name="Reason">Why the guest was left.</param>
/// <param name="Count">How often.</param>
/// <param name="Total">The time that the hypervisor needed for all of them.</param>
/// <param name="Minimum">The shortest.</param>
/// <param name="Maximum">The longest.</param>
public sealed record ExitStatistic(ExitReason Reason, long Count, TimeSpan Total, TimeSpan Minimum, TimeSpan Maximum)
{
    /// <summary>The mean time.</summary>
    public TimeSpan Average => Count == 0 ? TimeSpan.Zero : Total / Count;
}

/// <summary>Where a machine's time went, as <c>perf kvm stat</c> shows it for KVM.</summary>
/// <param name="GuestTime">Time in guest code, summed over harts.</param>
/// <param name="Instructions">Instructions retired, summed over harts.</param>
/// <param name="Exits">One entry per reason that occurred, most frequent first.</param>
public sealed record ExitStatistics(TimeSpan GuestTime, ulong Instructions, IReadOnlyList<ExitStatistic> Exits)
{
    /// <summary>Time in the hypervisor.</summary>
    public TimeSpan HypervisorTime => Exits.Aggregate(TimeSpan.Zero, (sum, e) => sum + e.Total);

    /// <summary>Exits of all reasons.</summary>
    public long TotalCount => Exits.Sum(e => e.Count);

    /// <summary>A table for people.</summary>
    public override string ToString()
    {
        var culture = CultureInfo.InvariantCulture;
        var text = new StringBuilder();
        text.AppendLine(culture, $"{"VM-EXIT",-22}{"Samples",10}{"Samples%",10}{"Time%",8}{"Min",12}{"Max",12}{"Avg",12}");
        var allTime = HypervisorTime;
        foreach (var e in Exits)
        {
            var share = 100.0 * e.Count / Math.Max(1, TotalCount);
            var timeShare = allTime > TimeSpan.Zero ? 100.0 * (e.Total / allTime) : 0;
            text.AppendLine(culture, $"{e.Reason,-22}{e.Count,10}{share,9:F2}%{timeShare,7:F2}%{Micro(e.Minimum),12}{Micro(e.Maximum),12}{Micro(e.Average),12}");
        }

        text.AppendLine(culture, $"exits {TotalCount}, in guest {GuestTime.TotalSeconds:F3} s, in hypervisor {allTime.TotalSeconds:F3} s");
        var rate = GuestTime > TimeSpan.Zero ? Instructions / GuestTime.TotalSeconds / 1e6 : 0;
        text.Append(culture, $"instructions {Instructions}, {rate:F1} million per second of guest time");
        return text.ToString();
    }

    internal static ExitStatistics Sum(IEnumerable<ExitCounters> harts, ulong instructions, TimeProvider time)
    {
        var counters = harts.ToArray();
        var exits = new List<ExitStatistic>();
        foreach (var reason in Enum.GetValues<ExitReason>())
        {
            var parts = counters.Select(c => c.Read(reason)).Where(p => p.Count > 0).ToArray();
            if (parts.Length == 0)
                continue;
            exits.Add(new ExitStatistic(
                reason,
                parts.Sum(p => p.Count),
                time.GetElapsedTime(0, parts.Sum(p => p.Total)),
                time.GetElapsedTime(0, parts.Min(p => p.Minimum)),
                time.GetElapsedTime(0, parts.Max(p => p.Maximum))));
        }

        exits.Sort((a, b) => b.Count.CompareTo(a.Count));
        return new ExitStatistics(time.GetElapsedTime(0, counters.Sum(c => Volatile.Read(ref c.GuestTime))), instructions, exits);
    }

    private static string Micro(TimeSpan span) => span.TotalMicroseconds.ToString("F2", CultureInfo.InvariantCulture) + "us";
}
