namespace Trapline.Hypervisor.Machine.Scheduling;

/// <summary>
/// A right to execute guest code that runs out unless somebody extends it. Every worker looks at it before every slice: a process that was
/// suspended for longer than its right executes nothing when it wakes.
/// </summary>
public interface IExecutionPermit
{
    /// <summary>Slices may begin before this timestamp of the scheduler's clock. Any thread.</summary>
    long ExecuteUntil { get; }

    /// <summary>Raised when <see cref="ExecuteUntil"/> has moved on after it had passed; on any thread.</summary>
    event Action? Renewed;
}
