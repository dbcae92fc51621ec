namespace Trapline.Hypervisor.Machine.Scheduling;

/// <summary>What a hart wants after its slice.</summary>
public enum SliceEnd
{
    /// <summary>It has more to do.</summary>
    Runnable,

    /// <summary>It waits for an interrupt, at most until its deadline.</summary>
    Waiting,

    /// <summary>It will not run again (the machine has ended); a wake is ignored.</summary>
    Finished,
}

/// <summary>How a slice ended.</summary>
/// <param name="End">What comes next.</param>
/// <param name="WakeAtTimestamp">With <see cref="SliceEnd.Waiting"/>: the host timestamp (<see cref="TimeProvider.GetTimestamp"/>) at which to
/// run again without a wake; <see cref="NoDeadline"/> to wait for a wake alone.</param>
public readonly record struct SliceResult(SliceEnd End, long WakeAtTimestamp)
{
    /// <summary>No deadline.</summary>
    public const long NoDeadline = long.MaxValue;

    /// <summary>More to do.</summary>
    public static SliceResult Runnable => new(SliceEnd.Runnable, NoDeadline);

    /// <summary>Never again.</summary>
    public static SliceResult Finished => new(SliceEnd.Finished, NoDeadline);
}

/// <summary>What the scheduler runs: one hart of a machine, or a whole machine whose harts take turns (virtual clock).</summary>
public interface ISliceRunner
{
    /// <summary>
    /// Runs guest code for about <paramref name="budget"/>. Called on a worker thread, by one worker at a time. Must not throw: a fault of ours
    /// is the runner's own to catch and report.
    /// </summary>
    SliceResult RunSlice(TimeSpan budget);

    /// <summary>Asks a slice that is running to end soon. Any thread; without effect when none is running.</summary>
    void RequestExit();
}
