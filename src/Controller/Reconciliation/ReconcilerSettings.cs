using Trapline.Controller.Placement;

namespace Trapline.Controller.Reconciliation;

/// <summary>The numbers of the reconciler, each with its default.</summary>
public sealed record ReconcilerSettings
{
    /// <summary>How hosts are chosen.</summary>
    public PlacementPolicy Policy { get; init; } = PlacementPolicy.Spread;

    /// <summary>A host that has not reported for this long gets no new VMs.</summary>
    public TimeSpan ReportTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>A host whose data folder has less room, in MiB, gets no new VMs; 0 for never.</summary>
    public long LowDiskMiB { get; init; } = 512;

    /// <summary>Wait before the first restart after a crash.</summary>
    public TimeSpan BackoffFirst { get; init; } = TimeSpan.Zero;

    /// <summary>Wait before the second; doubles with each further crash.</summary>
    public TimeSpan BackoffStep { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait.</summary>
    public TimeSpan BackoffMost { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>After this many crashes without a stable time between them the VM is in a crash loop: nobody tries again.</summary>
    public int CrashLoopAfter { get; init; } = 8;

    /// <summary>A guest that powers itself off or resets itself so soon after it was placed, and is to start again, has crashed for all purposes.</summary>
    public TimeSpan SoonAfterStart { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Running this long makes earlier crashes count no more.</summary>
    public TimeSpan StableAfter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Most VMs that may be starting on one host at a time.</summary>
    public int StartsPerHost { get; init; } = 64;

    /// <summary>Most moves from one host at a time.</summary>
    public int MovesPerHost { get; init; } = 2;

    /// <summary>A move that takes longer is aborted, as long as the source still has the VM.</summary>
    public TimeSpan MoveTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>A VM that could not be saved for a move is left alone for so long.</summary>
    public TimeSpan MoveRetry { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A snapshot that takes longer is given up.</summary>
    public TimeSpan SnapshotTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a guest has to power itself off when it is stopped.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(10);
}
