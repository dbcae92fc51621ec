using Trapline.Hypervisor.Machine;
using Trapline.Hypervisor.Machine.Scheduling;

namespace Trapline.Cli.Running;

/// <summary>What <c>trapline vm run</c> was asked to do.</summary>
/// <param name="Config">The machine; with a snapshot, only its disks and engine count.</param>
internal sealed record RunSettings(MachineConfig Config)
{
    /// <summary>Threads for guest code.</summary>
    public required SchedulerOptions Scheduling { get; init; }

    /// <summary>Where to listen for GDB.</summary>
    public GdbArgument? Gdb { get; init; }

    /// <summary>Where snapshots go.</summary>
    public string? SnapshotTo { get; init; }

    /// <summary>When to take one and leave; zero for never.</summary>
    public TimeSpan SnapshotAfter { get; init; }

    /// <summary>The snapshot to go on from.</summary>
    public string? FromSnapshot { get; init; }

    /// <summary>Whether disks were named, in place of those in the snapshot.</summary>
    public bool DisksGiven { get; init; }

    /// <summary>Whether to print statistics at the end.</summary>
    public bool PrintStatistics { get; init; }

    /// <summary>Where statistics go as JSON.</summary>
    public string? StatisticsTo { get; init; }

    /// <summary>Where the instruction trace goes.</summary>
    public string? TraceTo { get; init; }

    /// <summary>Whether a program reads the output: what the guest prints, and at last how it ended, as lines of JSON.</summary>
    public bool AsJson { get; init; }

    /// <summary>Whether a reboot starts the machine anew.</summary>
    public bool Reboots { get; init; }
}
