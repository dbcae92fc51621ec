using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Trapline.Shared.Api;
using Trapline.Shared.Ids;

namespace Trapline.Shared.Conversations;

/// <summary>Save a running VM, memory and disk, under a name; it goes on.</summary>
/// <param name="Vm">Name or id.</param>
/// <param name="Name">The snapshot's name.</param>
public sealed record CreateSnapshot(string Vm, string Name) : IClientRequest;

/// <summary>Delete a snapshot that no VM was started from.</summary>
/// <param name="Snapshot">Name or id.</param>
public sealed record RemoveSnapshot(string Snapshot) : IClientRequest;

/// <summary>API to controller: which snapshots are there? Answered by <see cref="SnapshotsKnown"/>, in the order of their ids.</summary>
/// <param name="After">Only those behind this one.</param>
/// <param name="Most">At most so many.</param>
/// <param name="Name">Only the one with this name or id.</param>
/// <param name="Image">Only those that need this image.</param>
public sealed record ListSnapshots(SnapshotId? After = null, int? Most = null, string? Name = null, string? Image = null) : IWireMessage;

/// <summary>Snapshots.</summary>
public sealed record SnapshotsKnown(ImmutableArray<SnapshotView> Snapshots) : IWireMessage;

/// <summary>Controller to host: what is to be done about a snapshot, by one life of the host. Repeated until the host's reports show it.</summary>
public sealed record SnapshotOrder(BootId Boot, ISnapshotCommand Command) : IWireMessage;

/// <summary>What is to be done with one snapshot; each may be lost, doubled or late.</summary>
[JsonDerivedType(typeof(TakeSnapshot), "take")]
[JsonDerivedType(typeof(DropSnapshot), "drop")]
[JsonDerivedType(typeof(ForgetSnapshot), "forget")]
public interface ISnapshotCommand
{
    /// <summary>Which snapshot: an id that is never used again.</summary>
    SnapshotId Snapshot { get; }
}

/// <summary>Save that incarnation of the VM; done at most once.</summary>
public sealed record TakeSnapshot(SnapshotId Snapshot, VmId Vm, Incarnation Incarnation) : ISnapshotCommand;

/// <summary>Delete it from the data root, whoever took it; one that is being taken is given up.</summary>
public sealed record DropSnapshot(SnapshotId Snapshot) : ISnapshotCommand;

/// <summary>Its state is recorded: it need not be reported any more.</summary>
public sealed record ForgetSnapshot(SnapshotId Snapshot) : ISnapshotCommand;

/// <summary>Where a host stands with a snapshot.</summary>
public enum SnapshotProgress
{
    /// <summary>Being taken.</summary>
    Taking,

    /// <summary>Whole, on the disk.</summary>
    Taken,

    /// <summary>It could not be taken; nothing of it is left.</summary>
    Failed,

    /// <summary>It is not on the disk any more.</summary>
    Dropped,
}

/// <summary>One snapshot in a host's report.</summary>
/// <param name="Snapshot">Which one.</param>
/// <param name="Progress">Where the host stands with it.</param>
/// <param name="Bytes">What it takes on the disk, once it is taken.</param>
/// <param name="Problem">Why it could not be taken.</param>
/// <param name="Vm">The VM that it is of, of one that an earlier life of some host has taken.</param>
public sealed record SnapshotReport(SnapshotId Snapshot, SnapshotProgress Progress, long Bytes = 0, string? Problem = null, VmId? Vm = null);
