using Trapline.Shared.Ids;
using Trapline.Shared.Vms;

namespace Trapline.Controller.Model.Events;

/// <summary>An event of one snapshot.</summary>
public interface ISnapshotEvent : IClusterEvent
{
    /// <summary>Which snapshot.</summary>
    SnapshotId Snapshot { get; }
}

/// <summary>A user wants a running VM to be saved.</summary>
/// <param name="At">When.</param>
/// <param name="Snapshot">The id that it will have.</param>
/// <param name="Name">The name that users see.</param>
/// <param name="Vm">Which VM.</param>
/// <param name="Incarnation">Which incarnation.</param>
/// <param name="Host">The host that has it.</param>
/// <param name="Spec">What the VM is.</param>
public sealed record SnapshotRequested(DateTimeOffset At, SnapshotId Snapshot, string Name, VmId Vm, Incarnation Incarnation, HostId Host, VmSpec Spec) : ISnapshotEvent;

/// <summary>It is whole, on the disk.</summary>
public sealed record SnapshotTaken(DateTimeOffset At, SnapshotId Snapshot, long Bytes) : ISnapshotEvent;

/// <summary>It could not be taken; what there is of it will be deleted.</summary>
public sealed record SnapshotFailed(DateTimeOffset At, SnapshotId Snapshot, string Reason) : ISnapshotEvent;

/// <summary>A host has a snapshot that the journal does not speak of, as when the journal was lost: it is not touched.</summary>
/// <param name="At">When.</param>
/// <param name="Snapshot">Which snapshot.</param>
/// <param name="Host">The host that found it.</param>
/// <param name="Of">The VM that it is of.</param>
/// <param name="Bytes">What it takes on the disk.</param>
public sealed record SnapshotKept(DateTimeOffset At, SnapshotId Snapshot, HostId Host, VmId Of, long Bytes) : ISnapshotEvent;

/// <summary>A user wants it gone.</summary>
public sealed record SnapshotUnwanted(DateTimeOffset At, SnapshotId Snapshot) : ISnapshotEvent;

/// <summary>Nothing of it is left.</summary>
public sealed record SnapshotRemoved(DateTimeOffset At, SnapshotId Snapshot) : ISnapshotEvent;
