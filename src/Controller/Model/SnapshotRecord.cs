using Trapline.Shared.Ids;

namespace Trapline.Controller.Model;

/// <summary>Where a snapshot stands: <c>Taking → Ready → Removing → (gone)</c>, or <c>Taking → Removing</c> when it could not be taken; <c>LeftOver → Removing</c>.</summary>
public enum SnapshotPhase
{
    /// <summary>A host saves the VM.</summary>
    Taking,

    /// <summary>It is whole.</summary>
    Ready,

    /// <summary>A host deletes what there is of it.</summary>
    Removing,

    /// <summary>No event speaks of it, but a host has it: it is kept until a user wants it gone.</summary>
    LeftOver,
}

/// <summary>What the controller knows for good about a snapshot.</summary>
/// <param name="Id">Its id, also its folder's name: never used again.</param>
/// <param name="Name">The name that users see.</param>
/// <param name="Vm">The VM that it is of.</param>
/// <param name="VmName">Its name then.</param>
/// <param name="Incarnation">Which incarnation.</param>
/// <param name="Host">The host that saves it.</param>
/// <param name="Image">What the VM booted from: the base of the saved disk.</param>
/// <param name="InstanceType">Its size.</param>
/// <param name="CommandLine">Its own kernel command line.</param>
/// <param name="Phase">Where it stands.</param>
/// <param name="At">When it was asked for.</param>
/// <param name="Bytes">What it takes on the disk.</param>
/// <param name="Problem">Why it could not be taken.</param>
public sealed record SnapshotRecord(
    SnapshotId Id,
    string Name,
    VmId Vm,
    string VmName,
    Incarnation Incarnation,
    HostId Host,
    ImageName Image,
    string InstanceType,
    string? CommandLine,
    SnapshotPhase Phase,
    DateTimeOffset At,
    long Bytes = 0,
    string? Problem = null);
