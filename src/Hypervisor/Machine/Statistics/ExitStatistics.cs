using System.Globalization;
using System.Text;
using Trapline.Hypervisor.Cpu;

namespace Trapline.Hypervisor.Machine.Statistics;

/// <summary>The exits of one reason, over all harts of a machine.</summary>
/// <param name="Reason">Why the guest was left.</param>
/// <param name="Count">How often.</param>
/// <param name="TotalNanoseconds">The time that the hypervisor needed for all of them.</param>
/// <param name="MinimumNanoseconds">The shortest.</param>
/// <param name="MaximumNanoseconds">The longest.</param>
public sealed record ExitStatistic(ExitReason Reason, long Count, double TotalNanoseconds, double MinimumNanoseconds, double MaximumNanoseconds)
{
    /// <summary>The mean time.</summary>
    public double AverageNanoseconds => Count == 0 ? 0 : TotalNanoseconds / Count;
}

/// <summary>Where a machine's time went, as <c>perf kvm stat</c> shows it for KVM.</summary>
/// <param name="GuestTime">Time in guest code, summed over harts.</param>
/// <param name="Instructions">Instructions retired, summed over harts.</param>
/// <param name="Exits">One entry per reason that occurred, most frequent first.</param>
public sealed record ExitStatistics(TimeSpan GuestTime, ulong Instructions, IReadOnlyList<ExitStatistic> Exits)
{
    /// <summary>Time in the hypervisor.</summary>
    public TimeSpan HypervisorTime => TimeSpan.FromMicroseconds(Exits.Sum(e => e.TotalNanoseconds) / 1000);

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
            var timeShare = allTime > TimeSpan.Zero ? 100.0 * (e.TotalNanoseconds / 1000 / allTime.TotalMicroseconds) : 0;
            text.AppendLine(culture, $"{e.Reason,-22}{e.Count,10}{share,9:F2}%{timeShare,7:F2}%{Micro(e.MinimumNanoseconds),12}{Micro(e.MaximumNanoseconds),12}{Micro(e.AverageNanoseconds),12}");
        }

        text.AppendLine(culture, $"exits {TotalCount}, in guest {GuestTime.TotalSeconds:F3} s, in hypervisor {allTime.TotalSeconds:F3} s");
        var rate = GuestTime > TimeSpan.Zero ? Instructions / GuestTime.TotalSeconds / 1e6 : 0;
        text.Append(culture, $"instructions {Instructions}, {rate:F1} million per second of guest time");
        return text.ToString();
    }

    internal static ExitStatistics Sum(IEnumerable<ExitCounters> harts, ulong instructions, TimeProvider time)
    {
        var counters = harts.ToArray();
        var nanoseconds = 1e9 / time.TimestampFrequency;
        var exits = new List<ExitStatistic>();
        foreach (var reason in Enum.GetValues<ExitReason>())
        {
            var parts = counters.Select(c => c.Read(reason)).Where(p => p.Count > 0).ToArray();
            if (parts.Length == 0)
                continue;
            exits.Add(new ExitStatistic(
                reason,
                parts.Sum(p => p.Count),
                parts.Sum(p => p.Total) * nanoseconds,
                parts.Min(p => p.Minimum) * nanoseconds,
                parts.Max(p => p.Maximum) * nanoseconds));
        }

        exits.Sort((a, b) => b.Count.CompareTo(a.Count));
        return new ExitStatistics(time.GetElapsedTime(0, counters.Sum(c => Volatile.Read(ref c.GuestTime))), instructions, exits);
    }

    private static string Micro(double nanoseconds) => (nanoseconds / 1000).ToString("F2", CultureInfo.InvariantCulture) + "us";
}
