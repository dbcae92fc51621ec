namespace Trapline.Hypervisor.Machine.Scheduling;

/// <summary>
/// A right to execute guest code that runs out unless somebody extends it. Every worker looks at it before every slice: a process that was
/// suspended for longer than its right executes nothing when it wakes.
/// </summary>
public interface IExecutionPermit
{
    /// <summary>Whether a slice may begin now. Any thread. Whoever finds that it does not hold sleeps until <see cref="Renewed"/>.</summary>
    bool Holds { get; }

    /// <summary>
    /// The permit ended while a slice ran: the process was suspended meanwhile, or starved. The slice's instructions were counted out before, so that at
    /// most the rest of one slice is executed after such a pause. On a worker's thread, once for each such slice.
    /// </summary>
    /// <param name="began">When the slice began, on the scheduler's clock: before the permit's end.</param>
    /// <param name="ended">When it ended.</param>
    void Overran(long began, long ended);

    /// <summary>Raised when it holds again after it had ended; on any thread.</summary>
    event Action? Renewed;
}
