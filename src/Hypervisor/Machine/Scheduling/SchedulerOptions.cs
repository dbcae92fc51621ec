namespace Trapline.Hypervisor.Machine.Scheduling;

/// <summary>The sizes and times of a scheduler.</summary>
public sealed record SchedulerOptions
{
    /// <summary>Threads that run guest code; by default one per core of the host.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>How long a hart runs before others get their turn.</summary>
    public TimeSpan Slice { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>The time over which a cap is measured.</summary>
    public TimeSpan CapPeriod { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Until when guest code may execute; null for ever.</summary>
    public IExecutionPermit? Permit { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
