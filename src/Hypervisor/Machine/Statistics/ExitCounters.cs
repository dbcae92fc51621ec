using Trapline.Hypervisor.Cpu;

namespace Trapline.Hypervisor.Machine.Statistics;

/// <summary>
/// What one hart's exits cost. Written by the thread that runs the hart, without locks; read by any thread, which may see a figure that is one
/// exit old.
/// </summary>
internal sealed class ExitCounters
{
    private static readonly int Reasons = Enum.GetValues<ExitReason>().Length;

    private readonly Entry[] _entries = new Entry[Reasons];

    /// <summary>Host timestamps spent in guest code.</summary>
    public long GuestTime;

    /// <summary>Counts one exit.</summary>
    /// <param name="reason">Why the engine returned.</param>
    /// <param name="guest">Host timestamps from entry to exit.</param>
    /// <param name="handling">Host timestamps that the hypervisor needed for it.</param>
    public void Count(ExitReason reason, long guest, long handling)
    {
        ref var entry = ref _entries[(int)reason];
        entry.Minimum = entry.Count == 0 ? handling : Math.Min(entry.Minimum, handling);
        entry.Maximum = Math.Max(entry.Maximum, handling);
        entry.Total += handling;
        entry.Count++;
        GuestTime += guest;
    }

    /// <summary>The figures of one reason.</summary>
    public (long Count, long Total, long Minimum, long Maximum) Read(ExitReason reason)
    {
        ref var entry = ref _entries[(int)reason];
        return (Volatile.Read(ref entry.Count), Volatile.Read(ref entry.Total), Volatile.Read(ref entry.Minimum), Volatile.Read(ref entry.Maximum));
    }

    private struct Entry
    {
        public long Count;
        public long Total;
        public long Minimum;
        public long Maximum;
    }
}
