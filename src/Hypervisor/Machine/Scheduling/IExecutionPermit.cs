namespace Trapline.Hypervisor.Machine.Scheduling;

/// <summary>
/// A right to execute guest code that runs out unless somebody extends it. Every worker looks at it before every slice: a process that was
/// suspended for longer than its right executes nothing when it wakes.
/// </summary>
public interface IExecutionPermit
{
    /// <summary>Slices may begin before this timestamp of the scheduler's clock. Any thread.</summary>
    long ExecuteUntil { get; }

    /// <summary>
    /// A slice ended after <see cref="ExecuteUntil"/>: the process was suspended while it ran, or starved. Its instructions were counted out
    /// before, so that at most the rest of one slice is executed after such a pause. On a worker's thread, once for each such slice.
    /// </summary>
    /// <param name="began">When the slice began, on the scheduler's clock: before the permit's end.</param>
    /// <param name="ended">When it ended.</param>
    void Overran(long began, long ended);

    /// <summary>Raised when <see cref="ExecuteUntil"/> has moved on after it had passed; on any thread.</summary>
    event Action? Renewed;
}
